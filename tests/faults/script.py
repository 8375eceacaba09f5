"""A scripted life of one request, step by step, each with the one (phase, reason) that it leads to."""

import json
import random
import time
from collections.abc import Callable
from typing import Any

from localplane.client import Client
from tests.cluster.sidecar.world import FOREIGN, KRATIX, PROMISE, REQUEST, WHEN, Life, until

from .recorder import Recorder, Sight

__all__ = ["ScriptedLife", "Told", "without_times"]

Told = tuple[str, str]
_STEP_SECONDS = 15.0


class ScriptedLife:
    """Plays the script; after each step it waits until the status says what it should.

    Args:
        admin: Changes the world.
        recorder: Sees what a user sees.
        namespace: A new one.
    """

    def __init__(self, admin: Client, recorder: Recorder, namespace: str) -> None:
        admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        self.life = Life(admin, namespace)
        self._recorder = recorder
        self._work = f"work-{namespace}"

    def play(self, interrupt: Callable[[], None] = lambda: None) -> None:
        """Play it from beginning to end.

        Args:
            interrupt: Called right after each change of the world, before the status is looked at.
        """
        for act, told in self._script():
            act()
            interrupt()
            until(lambda told=told: self.now() == told, f"{act.__name__} leads to {told}", _STEP_SECONDS)  # type: ignore[misc]  # the default binds the step
        self._recorder.catch_up("media", self.life.namespace)

    def now(self) -> Told:
        """The phase, and the reason of Ready."""
        return str(self.life.status.get("phase", "")), str(self.life.condition("Ready").get("reason", ""))

    def sights(self) -> list[Sight]:
        """Every state that a user could have seen."""
        return self._recorder.sights("media", namespace=self.life.namespace)

    def told(self) -> list[Told]:
        """What was told, in order, without repetition."""
        pairs = [(sight.phase, str(sight.condition("Ready").get("reason", ""))) for sight in self.sights()]
        return [pair for index, pair in enumerate(pairs) if index == 0 or pairs[index - 1] != pair]

    def close(self) -> None:
        """Let the request go; the namespace stays, as there is nobody to remove it."""
        admin, namespace = self.life.admin, self.life.namespace
        if admin.find(*REQUEST, "media", namespace=namespace):
            admin.patch(*REQUEST, "media", {"metadata": {"finalizers": None}}, namespace=namespace)
            admin.delete(*REQUEST, "media", namespace=namespace, missing_ok=True)

    def _script(self) -> list[tuple[Callable[[], object], Told]]:
        life = self.life
        return [
            (self.asked_for, ("Scheduled", "WaitingForWorks")),
            (self.works_are_there, ("Progressing", "WorksPending")),
            (self.works_are_written, ("Progressing", "ApplicationMissing")),
            (life.create_application, ("Progressing", "NoPods")),
            # what is made and what is said of it are two writes: who is quick tells of what is in between
            (life.make_pod, ("Progressing", "PodsNotReady")),
            (self.pod_recovers, ("Progressing", "SecretMissing")),
            (self.secret_is_there, ("Ready", "AllHealthy")),
            (self.pod_breaks, ("Degraded", "PodsNotReady")),
            (self.pod_recovers, ("Ready", "AllHealthy")),
            (self.application_breaks, ("Degraded", "ApplicationDegraded")),
            (self.application_recovers, ("Ready", "AllHealthy")),
            (self.deleted, ("Deleting", "Deleting")),
        ]

    def asked_for(self) -> None:
        self.life.ask(finalizers=["example.org/hold"])

    def works_are_there(self) -> None:
        labels = {"kratix.io/promise-name": PROMISE, "kratix.io/resource-name": "media"}
        self.life.create(KRATIX, "Work", self._work, {"spec": {"workloadGroups": [{"id": "a"}]}}, labels)

    def works_are_written(self) -> None:
        placed = {"spec": {"targetDestinationName": "d", "id": "a"}}
        written = {
            "type": "WriteSucceeded",
            "status": "True",
            "reason": "r",
            "message": "m",
            "lastTransitionTime": WHEN,
        }
        self.life.create(KRATIX, "WorkPlacement", "place", placed, {"kratix.io/work": self._work})
        self.life.set_status(KRATIX, "WorkPlacement", "place", {"conditions": [written]})

    def secret_is_there(self) -> None:
        self.life.create("v1", "Secret", "kubeconfig", {"stringData": {"config": "not for us"}})

    def pod_breaks(self) -> None:
        self.life.set_pod(ready=False)

    def pod_recovers(self) -> None:
        self.life.set_pod(ready=True)

    def application_breaks(self) -> None:
        self._set_health("Degraded")

    def application_recovers(self) -> None:
        self._set_health("Healthy")

    def deleted(self) -> None:
        self.life.admin.delete(*REQUEST, "media", namespace=self.life.namespace)

    def _set_health(self, health: str) -> None:
        patch = {"status": {"health": {"status": health}}}
        kind = ("argoproj.io/v1alpha1", "Application")
        self.life.admin.patch(*kind, self.life.application, patch, namespace="argocd")

    def foreign_survived(self) -> bool:
        """Say whether the conditions of others are all there, as they were."""
        return all(item in self.life.status["conditions"] for item in FOREIGN)


def without_times(status: dict[str, Any], namespace: str) -> dict[str, Any]:
    """Replace every time by whether there is one, and the namespace by a name that all lives share."""
    text = json.dumps(status).replace(namespace, "NAMESPACE")
    whole: dict[str, Any] = json.loads(text)
    for item in whole.get("conditions", []):
        item["lastTransitionTime"] = bool(item.get("lastTransitionTime"))
    whole["lastReconciled"] = bool(whole.get("lastReconciled"))
    health = whole.get("health", {})
    health["since"] = sorted(health.get("since", {}))
    # Kratix re-sorts conditions, so their order is not ours to compare (kratix.md section 11.3)
    whole["conditions"] = sorted(whole.get("conditions", []), key=lambda item: str(item["type"]))
    return whole


def soon(chance: random.Random) -> None:
    """Wait for a moment in which a reaction may be under way."""
    time.sleep(chance.choice([0.0, chance.uniform(0.0, 0.05), chance.uniform(0.0, 0.4)]))
