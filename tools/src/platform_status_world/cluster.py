"""The interface of a cluster for the journey: a client, its images, two operations without an API; what can fail."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from localnode.sampler import Measured
from localplane.client import Client
from localplane.errors import LocalPlaneError

__all__ = [
    "Cluster",
    "JourneyError",
    "Measured",
    "NoToolError",
    "WorldError",
    "container_id",
    "container_status",
    "container_statuses",
    "diagnosis",
    "limits_of",
    "until",
]

_LOOK = 0.1


class WorldError(Exception):
    """The environment could not be set up: an image, a file or an object is missing or was rejected."""


class JourneyError(WorldError):
    """A step did not have the expected result; the text has the actual one."""


class NoToolError(WorldError):
    """A program to build images is missing, and no built images are given."""


def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Poll until a predicate holds.

    Returns:
        Whether it held in time.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK)
    return True


_LAST = 1500


def diagnosis(client: Client) -> str:
    """Return states and last log lines of all containers, and warnings; empty if the API server does not answer."""
    lines: list[str] = []
    with suppress(LocalPlaneError):
        for pod in client.list("v1", "Pod"):
            lines += _pod(client, pod)
        for event in client.list("v1", "Event"):
            if event.get("type") == "Warning":
                lines.append(f"{event['involvedObject'].get('name')}: {event.get('reason')}: {event.get('message')}")
    return "\n".join(lines)


def _pod(client: Client, pod: Mapping[str, Any]) -> Iterator[str]:
    metadata, status = pod["metadata"], pod.get("status", {})
    yield f"pod {metadata['namespace']}/{metadata['name']}: {status.get('phase')}"
    for entry in container_statuses(pod):
        yield f"  {entry['name']}: {entry.get('state')} after {entry.get('restartCount')} restarts"
        with suppress(LocalPlaneError):  # it has not started
            path = client.path("v1", "Pod", metadata["name"], metadata["namespace"], "log")
            said = str(client.request("GET", path, query={"container": entry["name"]}))[-_LAST:].strip()
            yield from (f"    | {line}" for line in said.splitlines())


class Cluster(Protocol):
    """A cluster with at least one node."""

    @property
    def admin(self) -> Client:
        """A client with all permissions."""
        ...

    def load(self, *archives: Path) -> object:
        """Load the images of archives on every node."""
        ...

    def kill(self, container: str) -> None:
        """Send SIGKILL to the first process of a container, by its ID."""
        ...

    def measured(self) -> Mapping[str, Measured]:
        """Return the measurements of every container so far, by ID; empty if none are possible."""
        ...


def container_statuses(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the statuses of all containers of a pod that have one, init containers first."""
    status = pod.get("status", {})
    return [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]


def container_status(pod: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the status of one container of a pod; empty if it has none yet."""
    return next((entry for entry in container_statuses(pod) if entry["name"] == name), {})


def container_id(status: Mapping[str, Any]) -> str:
    """Return the ID in a container's status, without its runtime; empty if it has none yet."""
    return str(status.get("containerID", "")).rpartition("/")[2]


def limits_of(container: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the limits of a container's spec."""
    found: Mapping[str, str] = container.get("resources", {}).get("limits", {})
    return found
