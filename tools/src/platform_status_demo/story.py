"""The story: changes around the request, and the phase that must follow each."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import yaml

from kratix_double.world import SUB_REQUEST, is_written
from localplane.client import Object
from platform_status_demo.command import StoryError
from platform_status_demo.phases import PhaseWatch, Sighting
from platform_status_demo.screen import Delay, Screen
from platform_status_demo.stage import Stage

__all__ = ["EXPECTED", "Story"]

EXPECTED = ("Scheduled", "Progressing", "Ready", "Degraded", "Ready", "Deleting")
"""The phases that the request must go through, in this order."""

_PATIENCE = 25.0
# After five quiet seconds the sidecar writes a change at once (design.md section 6, rule 7): then a delay is its own.
_QUIET = 5.1
_BEAT = 0.25
_HELD = "a workflow runs: the sidecar keeps 2 s away from Kratix's writes, 5 s from its own"
_PIPELINE = "written by the pipeline, before the sidecar"


@dataclass(frozen=True)
class _Change:
    what: str
    at: float
    note: str = ""


class Story:
    """Changes the cluster step by step and waits for each phase.

    Args:
        stage: The running stage.
        screen: The output.
    """

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage = stage
        self._screen = screen
        self._request = stage.request()
        metadata = self._request["metadata"]
        self._namespace: str = metadata["namespace"]
        self._name: str = metadata["name"]
        self._kind = (stage.promise.api_version, stage.promise.kind)
        self._cause: Callable[[], _Change | None] = lambda: None
        self._seen = 0
        self._documents: Sequence[Object] = ()
        self.delays: list[Delay] = []
        self._watch = PhaseWatch(stage.admin, self._kind, self._namespace, self._name, self._show)

    @property
    def phases(self) -> list[str]:
        """The phases so far."""
        return [sighting.phase for sighting in self._watch.phases]

    def status(self) -> str:
        """Return the present status as YAML."""
        status = self._watch.last.get("status", {})
        return yaml.safe_dump({"status": status}, sort_keys=False, allow_unicode=True)

    def play(self, *, delete: bool) -> None:
        """Play the story.

        Args:
            delete: Whether to delete the request at the end; else it stays Ready.

        Raises:
            StoryError: A phase was not reached, or another one was.
        """
        with self.told():
            self.come_up()
            self._break_and_heal()
            if delete:
                self._delete()
            self.conclude(EXPECTED if delete else EXPECTED[:-1])

    @contextmanager
    def told(self) -> Iterator[None]:
        """Watch the request and print each phase, for the acts in a ``with`` block."""
        self._watch.start()
        try:
            yield
        except BaseException:
            self._watch.close()
            raise

    def conclude(self, expected: Sequence[str]) -> None:
        """Compare the phases with the expected ones.

        Raises:
            StoryError: They differ.
        """
        # Later phases are not checked: the user may break, heal or delete the remaining request.
        self._cause = lambda: None
        if self.phases != list(expected):
            raise StoryError(f"expected the phases {' > '.join(expected)}, saw {' > '.join(self.phases)}")

    # -- the acts

    def come_up(self) -> None:
        """Create the request and its objects, until it is Ready."""
        self._begin()
        self._come_up()

    def crash(self) -> None:
        """Make one pod crash repeatedly, until the request is Degraded."""
        pod = self._pods()[0]
        self._rest()
        self._change(f"pod {pod} crashes", lambda: self._stage.world.crash_pod(self._namespace, pod, restarts=7))
        self._expect("Degraded")

    def replace_crashed(self) -> None:
        """Replace the crashing pod, until the request is Ready again."""
        # A restarted pod counts only after it has been ready for a minute (design.md section 5).
        world, (crashed, *_), fresh = self._stage.world, self._pods(), f"{self._replica_set}-x9d2c"
        make = partial(world.create_pod, self._namespace, fresh, labels=self._labels, owner=self._owner, ready=True)
        self._tell(f"pod {fresh} starts in the place of {crashed}", make)
        self._rest()
        self._change(f"pod {crashed} gone", lambda: world.delete_pod(self._namespace, crashed))
        self._expect("Ready")

    def _begin(self) -> None:
        create = partial(self._stage.admin.create, self._request)
        self._change(f"request {self._namespace}/{self._name} created", create, note=_HELD)
        self._expect("Scheduled")
        self._screen.doing("the pipeline runs")
        self._cause = self._pipeline_landed
        self._expect("Progressing")

    def _come_up(self) -> None:
        world = self._stage.world
        self._await(self._written, "the Work to be written")
        self._cause = lambda: None
        self._documents = world.deliver(self._namespace, self._name)
        self._screen.change(f"GitOps applied {len(self._documents)} documents: {_kinds(self._documents)}")
        (sub_request,) = [document for document in self._documents if document["kind"] == SUB_REQUEST]
        self._sync(sub_request)
        secret = self._watch.last["status"]["credentials"]["kubeconfigSecret"]
        self._change(
            f"Secret {secret} appeared",
            lambda: world.create_kubeconfig(self._namespace, secret),
            note="Secrets are polled, not watched",
        )
        self._expect("Ready")

    def _sync(self, sub_request: Object) -> None:
        """Simulate Argo CD, which syncs the Application, and the kubelet, which starts its pods."""
        world = self._stage.world
        application = world.create_application(sub_request)
        argo = partial(world.set_application, application)
        self._tell("Application syncs", partial(argo, sync="OutOfSync", health="Missing"))
        self._tell("Application synced", partial(argo, sync="Synced", health="Progressing"))
        controller = partial(world.create_controller, self._namespace, "Deployment", self._release, labels=self._labels)
        self._tell(
            f"Deployment {self._release} has {len(self._pods())} replicas",
            partial(controller, replicas=len(self._pods())),
        )
        for pod in self._pods():
            make = partial(world.create_pod, self._namespace, pod, labels=self._labels, owner=self._owner)
            self._tell(f"pod {pod} starts", make)
        for pod in self._pods():
            self._tell(f"pod {pod} is ready", partial(world.set_pod, self._namespace, pod, ready=True))
        self._tell("Application healthy", partial(argo, sync="Synced", health="Healthy"))

    def _withdraw(self) -> None:
        """Prune what was applied, as GitOps does after the request is deleted."""
        self._stage.world.withdraw(self._documents, self._namespace)

    def _break_and_heal(self) -> None:
        pod, world = self._pods()[0], self._stage.world
        self._rest()
        self._change(f"pod {pod} broke", lambda: world.set_pod(self._namespace, pod, ready=False))
        self._expect("Degraded")
        self._rest()
        self._change(f"pod {pod} healed", lambda: world.set_pod(self._namespace, pod, ready=True))
        self._expect("Ready")

    def _delete(self) -> None:
        self._rest()
        self._change(
            f"request {self._namespace}/{self._name} deleted",
            lambda: self._stage.admin.delete(*self._kind, self._name, namespace=self._namespace),
            note=_HELD,
        )
        self._expect("Deleting")
        self._screen.doing("the delete pipeline runs")
        self._await(lambda watch: watch.gone, "the request to be gone")
        self._withdraw()
        self._screen.step("request gone, its Works removed, what GitOps applied is pruned")

    # -- steps

    @property
    def _release(self) -> str:
        return str(self._request["spec"]["name"])

    def _pods(self) -> list[str]:
        return [f"{self._replica_set}-{suffix}" for suffix in ("2kq7x", "8w4zn", "tj5mr")]

    @property
    def _labels(self) -> dict[str, str]:
        return {"app": "vcluster", "release": self._release}

    @property
    def _owner(self) -> tuple[str, str]:
        return ("ReplicaSet", self._replica_set)

    @property
    def _replica_set(self) -> str:
        # The chart creates a Deployment for this release, since preset dev has no volume claim.
        return f"{self._release}-6d5f9c7b8"

    def _tell(self, what: str, act: Callable[[], object]) -> None:
        """Make a change that is not expected to change the phase."""
        self._screen.doing(what)
        act()
        self._screen.change(what)
        time.sleep(_BEAT)

    def _change(self, what: str, act: Callable[[], object], note: str = "") -> None:
        """Make a change and wait for its phase; the time starts before the request is sent."""
        cause = _Change(what, time.monotonic(), note)
        self._cause = lambda: cause
        self._screen.change(what)
        self._screen.doing(what)
        act()

    def _expect(self, phase: str) -> None:
        self._await(lambda watch: len(watch.phases) > self._seen, f"phase {phase}")
        sighting = self._watch.phases[self._seen]
        if sighting.phase != phase:
            raise StoryError(f"expected phase {phase}, the status has {sighting.phase} ({sighting.reason})")
        self._seen += 1
        cause = self._cause()
        if cause is not None:
            # Only the sidecar writes our conditions, so the pipeline wrote a phase without Ready.
            note = cause.note if sighting.reason else _PIPELINE
            self.delays.append(Delay(cause.what, phase, max(0.0, sighting.at - cause.at), note))

    def _rest(self) -> None:
        self._screen.doing(f"five quiet seconds in phase {self.phases[-1]}")
        self._await(lambda watch: watch.quiet >= _QUIET, "five seconds without a write to the request")

    def _await(self, holds: Callable[[PhaseWatch], bool], what: str) -> None:
        sidecar = self._stage.sidecar
        self._watch.wait(lambda watch: holds(watch) or sidecar.exit_code is not None, _PATIENCE)
        if sidecar.exit_code is not None:
            raise StoryError(f"waited for {what}, but the sidecar ended with exit code {sidecar.exit_code}")
        if not holds(self._watch):
            complaints = "".join(f"\n  {text}" for text in self._stage.kratix.complaints)
            said = f"\nerrors of the pipeline's containers:{complaints}" if complaints else ""
            raise StoryError(f"waited {_PATIENCE:g} s for {what}{said}")

    def _written(self, watch: PhaseWatch) -> bool:
        del watch
        placements = self._stage.world.placements(self._namespace, self._name)
        return bool(placements) and all(is_written(placement) for placement in placements)

    def _pipeline_landed(self) -> _Change | None:
        """Return Kratix's write of the contract, which is the change before Progressing."""
        writes = [write for write in self._stage.kratix.writes if write.what == "status writer"]
        landed = [write for write in writes if write.result == "written"]
        return _Change("the pipeline's status landed", landed[-1].at, _HELD) if landed else None

    def _show(self, sighting: Sighting) -> None:
        cause = self._cause()
        after = "" if cause is None else f"{max(0.0, sighting.at - cause.at):.2f} s after: {cause.what}"
        self._screen.phase(sighting.phase, sighting.reason, sighting.message, after)


def _kinds(documents: Sequence[Object]) -> str:
    kinds = [document["kind"] for document in documents]
    return ", ".join(f"{kinds.count(kind)} {kind}" if kinds.count(kind) > 1 else kind for kind in dict.fromkeys(kinds))
