"""Real sidecar processes beside each other, each behind a proxy of its own that tells which of them wrote what."""

import contextlib
import itertools
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localplane.plane import ControlPlane
from tests.bench.load import NAMESPACE, install
from tests.cluster.sidecar.world import REQUEST, until
from tests.faults.fleet import Fleet
from tests.faults.proxy import FaultProxy, Seen
from tests.faults.recorder import Recorder, Sight
from tests.faults.sidecar import FaultySidecar, credentials

__all__ = ["GRACE", "LEASE", "STATUS", "Replica", "Stage", "open_stage"]

Json = dict[str, Any]
STATUS = "vclusterorchestratorv2s/status"
LEASE = "vcluster-orchestrator-v2"
GRACE = 30.0
"""terminationGracePeriodSeconds of the Deployment, which is the default of Kubernetes."""
_PATIENCE = 60.0


class Replica(FaultySidecar):
    """One process: stopped in every way there is, and asked for its pages.

    Args:
        folder: With its credentials; its logs go there too.
        proxy: Its way to the API server, and nobody else's.
        flags: Further flags.
    """

    def __init__(self, folder: Path, proxy: FaultProxy, *flags: str) -> None:
        super().__init__(folder, proxy.port, "--write-interval", "0", *flags)
        self.proxy = proxy

    def page(self, path: str) -> str:
        """The text of a page, whatever its status."""
        port = [line["port"] for line in self.lines() if line["message"] == "Started"][-1]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return error.read().decode()

    def until_page(self, path: str, *texts: str) -> None:
        """Wait until a page holds every one of the texts."""

        def holds() -> bool:
            found = self.page(path)
            assert all(text in found for text in texts), found
            return True

        until(holds, f"{path} says {texts}", _PATIENCE)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._child
        self._child.send_signal(number)

    def end(self) -> int:
        """Wait until it has ended by itself, for the grace period at most; returns the exit code."""
        assert self._child
        code = self._child.wait(GRACE)
        self._child = None
        return code

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and self._child.poll() is None

    def last_line(self, message: str) -> Json:
        """The last line of its log that says this."""
        found: list[Json] = [line for line in self.lines() if line["message"] == message]
        assert found, f"no line says {message!r}: {self._tail()}"
        return found[-1]

    def writes(self, since: int = 0) -> list[Seen]:
        """Every status write that it tried, with the answer."""
        return self.proxy.seen(since, verb="patch", resource=STATUS)


@dataclass
class Stage:
    """An API server with requests, and a witness of everything that is written."""

    plane: ControlPlane
    fleet: Fleet
    recorder: Recorder
    _versions: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        """All is well, and told; what is asked below counts from here."""
        self.fleet.heal()
        self.until_true()
        self._versions = {name: int(self.fleet.request(name)["metadata"]["resourceVersion"]) for name in self.names}

    @property
    def names(self) -> tuple[str, ...]:
        """The requests."""
        return self.fleet.names

    def until_true(self, *names: str) -> None:
        """Wait until the statuses are true, of all requests if none is named."""
        for name in names or self.names:
            until(lambda name=name: self.fleet.is_true(name), f"the status of {name} is true", _PATIENCE)  # type: ignore[misc]  # the default binds the name

    def sights(self, name: str) -> list[Sight]:
        """Every state of a request, the one at `begin` first."""
        self.recorder.catch_up(name, NAMESPACE)
        return self.recorder.sights(name, after=self._versions[name] - 1, namespace=NAMESPACE)

    def phases(self, name: str) -> list[str]:
        """The phases in order, each as often as it was entered."""
        told = [sight.phase for sight in self.sights(name)]
        return [phase for index, phase in enumerate(told) if index == 0 or told[index - 1] != phase]

    def assert_nothing_was_written_twice(self, *replicas: tuple[Replica, int]) -> None:
        """Compare every state with the one before it, and count who wrote.

        Args:
            replicas: All that may have written, each with its proxy's mark at `begin`.
        """
        for name in self.names:
            sights = self.sights(name)
            for before, after in itertools.pairwise(sights):
                assert _lasting(before) != _lasting(after), f"{name} was written twice: {after}"
            tried = [seen for replica, since in replicas for seen in replica.writes(since)]
            accepted = [seen for seen in tried if name in seen.path.split("/") and seen.status == 200]
            assert len(accepted) == len(sights) - 1, (name, tried, [sight.version for sight in sights])
            owners = {
                entry["manager"]
                for entry in self.fleet.request(name)["metadata"]["managedFields"]
                if "f:phase" in entry["fieldsV1"].get("f:status", {})
            }
            assert owners == {"platform-status-sidecar"}

    def lease(self) -> Json:
        """The spec of the Lease."""
        found = self.plane.admin.find("coordination.k8s.io/v1", "Lease", LEASE, namespace="platform-status-system")
        spec: Json = found["spec"] if found else {}
        return spec

    @contextmanager
    def replica(self, folder: Path, *flags: str) -> Iterator[Replica]:
        """Start a replica behind a proxy of its own; whatever is left of it is killed at the end."""
        folder.mkdir()
        authority = (self.plane.folder / "ca.crt").read_bytes()
        with FaultProxy(self.plane.server, authority, folder) as proxy:
            credentials(self.plane.admin, proxy.authority, folder)
            started = Replica(folder, proxy, *flags)
            started.start()
            try:
                yield started
            finally:
                # a paused process takes no SIGTERM
                with contextlib.suppress(ProcessLookupError):
                    started.abandon()

    def warnings(self, name: str) -> list[Json]:
        """The Events that warn about a request."""
        events = self.plane.admin.list("events.k8s.io/v1", "Event", namespace=NAMESPACE)
        return [event for event in events if event["regarding"]["name"] == name and event["type"] == "Warning"]


def _lasting(sight: Sight) -> Json:
    return {key: value for key, value in sight.status.items() if key != "lastReconciled"}


@contextmanager
def open_stage(size: int) -> Iterator[Stage]:
    """A control plane of our own, with so many requests."""
    with ControlPlane() as plane:
        install(plane.admin)
        recorder = Recorder(plane.client("recorder", ("system:masters",)))
        stage = Stage(plane, Fleet(plane.admin, size), recorder)
        until(lambda: plane.admin.list(*REQUEST, namespace=NAMESPACE), "the requests are there")
        recorder.start()
        yield stage
        recorder.end()
