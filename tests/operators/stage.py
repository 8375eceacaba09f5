"""Where the objects of one operator live, and how they are kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localoperators.operators import Operator
from localplane.client import Client
from tests.gitops.manifests import Json
from tests.gitops.records import Recorder

__all__ = ["NAMESPACE", "Kind", "Stage", "says"]

NAMESPACE = "media"

Kind = tuple[str, str]
"""apiVersion and kind."""

_TIMEOUT = 60


def says(kind: str, status: str, reason: str = "") -> Callable[[Json], bool]:
    """Whether an object has a condition with this status and reason; an empty reason is any."""

    def holds(found: Json) -> bool:
        return any(
            (told["type"], told["status"]) == (kind, status) and reason in ("", told.get("reason"))
            for told in found.get("status", {}).get("conditions") or ()
        )

    return holds


@dataclass(frozen=True)
class Stage:
    """One namespace beside a running operator.

    Attributes:
        operator: The operator.
        recorder: Keeps objects.
    """

    operator: Operator
    recorder: Recorder

    @property
    def admin(self) -> Client:
        return self.operator.admin

    def make(self, kind: Kind, name: str, spec: Json, **metadata: object) -> None:
        """Create an object in the namespace."""
        api_version, called = kind
        about = {"name": name, "namespace": NAMESPACE, **metadata}
        self.admin.create({"apiVersion": api_version, "kind": called, "metadata": about, "spec": spec})

    def edit(self, kind: Kind, name: str, patch: Json, subresource: str | None = None) -> None:
        self.admin.patch(*kind, name, patch, namespace=NAMESPACE, subresource=subresource)

    def say(self, kind: Kind, name: str, *conditions: Json, **status: object) -> None:
        """Write conditions beside those that an object has, as somebody other than the operator, and other fields."""
        found = self.admin.get(*kind, name, namespace=NAMESPACE).get("status", {})
        told = {entry["type"]: entry for entry in (*(found.get("conditions") or ()), *conditions)}
        self.edit(kind, name, {"status": {**status, "conditions": list(told.values())}}, "status")

    def await_(self, kind: Kind, name: str, holds: Callable[[Json], object], what: str) -> Json:
        found: dict[str, Any] = self.admin.wait_for(
            *kind, name, holds, namespace=NAMESPACE, timeout=_TIMEOUT, until=what
        )
        return found

    def keep(self, situation: str, kind: Kind, name: str, holds: Callable[[Json], object] = bool) -> None:
        """Wait until an object is as awaited, and record it."""
        self.recorder.keep(situation, self.await_(kind, name, holds, situation))

    def keep_deleting(self, situation: str, kind: Kind, name: str, holds: Callable[[Json], object] = bool) -> None:
        """Delete an object that somebody else's finalizer holds, and record it once it is as awaited."""
        held = self.admin.get(*kind, name, namespace=NAMESPACE)["metadata"].get("finalizers", [])
        self.edit(kind, name, {"metadata": {"finalizers": [*held, "example.org/hold"]}})
        self.admin.delete(*kind, name, namespace=NAMESPACE)
        self.keep(situation, kind, name, lambda found: "deletionTimestamp" in found["metadata"] and holds(found))

    @contextmanager
    def without_operator(self) -> Iterator[None]:
        """Stop the operator for a while."""
        self.operator.stop_controller(self.operator.name)
        yield
        self.operator.start_controller(self.operator.name)
