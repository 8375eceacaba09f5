"""The life of a request of any Promise; the controllers of its objects are simulated as far as they are known."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from kratix_double import workload
from kratix_double.world import APPLICATION, is_written
from localplane.client import Object
from platform_status_demo.authored import AuthoredStage
from platform_status_demo.command import StoryError
from platform_status_demo.screen import Screen
from platform_status_demo.story import Story
from platform_status_kube.errors import NotFoundError

__all__ = ["AuthoredStory"]

_QUIET_TIMEOUT: Final = 40.0
"""Seconds without a change of the request after which the story fails: a container `wait` may sleep for 30 s."""

_BEFORE_READY: Final = 5.0
"""Seconds without a change of the request after which its objects become ready even if it is not Progressing."""

_POLL_INTERVAL: Final = 0.5
_CONTROLLERS: Final = (("apps", "Deployment"), ("apps", "StatefulSet"))

_Id = tuple[str, str, str, str]


class _Switch(NamedTuple):
    """An object that can be broken and healed, by the argument `good`; the one with the lowest rank is chosen."""

    rank: int
    what: str
    turn: Callable[..., object]


class AuthoredStory(Story):
    """The story: the request becomes Ready, one object breaks and heals, and the request is deleted.

    Args:
        stage: The running stage.
        screen: The output.
    """

    def __init__(self, stage: AuthoredStage, screen: Screen) -> None:
        super().__init__(stage, screen)
        self._applied: dict[_Id, Object] = {}
        self._new: list[tuple[Object, str]] = []
        self._done: set[str] = set()
        self._switches: list[_Switch] = []

    def play(self, *, delete: bool) -> None:
        """Play the story.

        Args:
            delete: Whether to delete the request at the end.

        Raises:
            StoryError: A phase was not reached; the text has the conditions that are not True.
        """
        with self.told():
            create = partial(self._stage.admin.create, self._request)
            self._change(f"request {self._namespace}/{self._name} created", create)
            self._reach("Ready", between=self._look_after)
            if self._switches:
                switch = min(self._switches, key=lambda switch: switch.rank)
                self._rest()
                self._change(f"{switch.what} broke", partial(switch.turn, good=False))
                self._reach("Degraded")
                self._rest()
                self._change(f"{switch.what} healed", partial(switch.turn, good=True))
                self._reach("Ready")
            if delete:
                self._delete()

    def _delete(self) -> None:
        self._documents = list(self._applied.values())
        super()._delete()

    def _reach(self, phase: str, between: Callable[[], object] = lambda: None) -> None:
        """Wait for a phase; other phases may come before it."""
        while not self.phases or self.phases[-1] != phase:
            between()
            if self._stage.sidecar.exit_code is not None:
                raise StoryError(f"waited for phase {phase}, but the sidecar has ended")
            if self._watch.quiet > _QUIET_TIMEOUT:
                raise StoryError(
                    f"waited for phase {phase}, and nothing has changed for {_QUIET_TIMEOUT:g} s{self._why()}"
                )
            self._watch.wait(lambda watch: bool(watch.phases) and watch.phases[-1].phase == phase, _POLL_INTERVAL)
        self._seen = len(self.phases)

    def _why(self) -> str:
        conditions = self._watch.last.get("status", {}).get("conditions", [])
        lines = [
            f"{item['type']} is {item['status']}, {item.get('reason')}: {item.get('message')}"
            for item in conditions
            if item.get("status") != "True"
        ]
        return "".join(f"\n  {line}" for line in (*lines, *self._stage.kratix.complaints))

    # -- simulation

    def _look_after(self) -> None:
        """Simulate GitOps for new documents in the state store, and the controller of each object."""
        # Delayed, because the user of the demo wants to see the phase Progressing.
        while self._new and (self._watch.quiet > _BEFORE_READY or self.phases[-1:] == ["Progressing"]):
            self._adopt(*self._new.pop(0))
        for placement in self._stage.world.placements(self._namespace, self._name):
            for document in workload.documents(placement) if is_written(placement) else ():
                metadata = document["metadata"]
                where = metadata.get("namespace", self._namespace)
                found = (document["apiVersion"], document["kind"], where, metadata["name"])
                if self._applied.get(found) != document and self._apply(document, where):
                    self._new += [] if found in self._applied else [(document, where)]
                    self._applied[found] = document
        for secret in self._contract("secrets"):
            self._once(
                f"Secret {secret['name']} appeared",
                partial(self._stage.world.create_kubeconfig, secret["namespace"], secret["name"]),
            )

    def _apply(self, document: Object, where: str) -> bool:
        what = f"{document['kind']} {document['metadata']['name']}"
        self._stage.world.ensure_namespace(where)
        try:
            self._stage.admin.apply(document, namespace=where, field_manager="gitops")
        except NotFoundError:
            self._once(f"{what} is left out: no contract names its kind, and it is not installed here")
            return False
        self._screen.change(f"GitOps applied {what}")
        return True

    def _once(self, what: str, act: Callable[[], object] = lambda: None) -> None:
        if what not in self._done:
            self._done.add(what)
            act()
            self._screen.change(what)

    def _adopt(self, document: Object, where: str) -> None:
        """Simulate the controller of an object; an object without a known one does not change."""
        kind, name = document["kind"], document["metadata"]["name"]
        group = document["apiVersion"].rpartition("/")[0]
        if (group, kind) in _CONTROLLERS:
            self._start_pods(document, where)
        elif (document["apiVersion"], kind) == APPLICATION and where == self._stage.world.argocd:
            self._begin_to_say(_Switch(1, f"Application {name}", partial(self._argo_says, name)))
        elif "." in group and not group.endswith(".k8s.io"):
            for entry in self._contract("objects"):
                if _is_of(entry, group, document):
                    says = partial(self._operator_says, entry, document, where)
                    self._begin_to_say(_Switch(2, f"{kind} {name}", says))

    def _start_pods(self, document: Object, where: str) -> None:
        kind, name, world = document["kind"], document["metadata"]["name"], self._stage.world
        template = document["spec"]["template"]
        labels = template["metadata"]["labels"]
        owner = ("ReplicaSet", f"{name}-5d7f9c") if kind == "Deployment" else (kind, name)
        pods = [f"{owner[1]}-{number}" for number in range(document["spec"].get("replicas", 1))]

        def turn(*, good: bool) -> None:
            for pod in pods:
                world.set_pod(where, pod, ready=good)

        for pod in pods:
            world.create_pod(where, pod, labels=labels, owner=owner, spec=template["spec"], ready=True)
        world.follow(where, kind, name)
        self._screen.change(f"{kind} {name} has all its pods, {len(pods)}")
        if pods:
            self._switches.append(_Switch(0, f"{kind} {name}", turn))

    def _begin_to_say(self, switch: _Switch) -> None:
        switch.turn(good=True)
        self._screen.change(f"{switch.what} is ready")
        self._switches.append(switch)

    def _argo_says(self, name: str, *, good: bool) -> None:
        self._stage.world.set_application(name, sync="Synced", health="Healthy" if good else "Degraded")

    def _operator_says(self, entry: Mapping[str, Any], document: Object, where: str, *, good: bool) -> None:
        """Write the status that the entry reads as ready, or its opposite."""
        kind, name = (document["apiVersion"], document["kind"]), document["metadata"]["name"]
        generation = self._stage.admin.get(*kind, name, namespace=where)["metadata"]["generation"]
        rule = entry.get("ready", {})
        status: dict[str, Any] = {"observedGeneration": generation}
        if "field" in rule:
            value = rule["in"][0] if good else (rule.get("failed") or ["broken"])[0]
            for key in reversed(rule["field"].split(".")[1:]):
                value = {key: value}
            status |= value
        else:
            condition = {
                "type": rule.get("condition", "Ready"),
                "status": str(good),
                "reason": "Played",
                "message": "set by the demo",
                "observedGeneration": generation,
                "lastTransitionTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            status["conditions"] = [condition]
        self._stage.admin.patch(*kind, name, {"status": status}, namespace=where, subresource="status")

    def _contract(self, part: str) -> list[dict[str, Any]]:
        found = self._watch.last.get("status", {}).get("contract", {}).get(part, [])
        return found if isinstance(found, list) else []


def _is_of(entry: Mapping[str, Any], group: str, document: Object) -> bool:
    """Whether an entry of a contract is about a document."""
    if (entry["apiVersion"].rpartition("/")[0], entry["kind"]) != (group, document["kind"]):
        return False
    wanted = entry.get("selector", {}).get("matchLabels", {})
    labels = document["metadata"].get("labels", {})
    return entry.get("object") == document["metadata"]["name"] or bool(
        wanted.items() and wanted.items() <= labels.items()
    )
