"""What a person would look at first, when a journey went wrong: pods that are not well, what they said, warnings."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from localplane.client import Client
from localplane.errors import LocalPlaneError
from platform_status_world.cluster import container_statuses

__all__ = ["diagnosis"]

_LAST = 1500


def diagnosis(client: Client) -> str:
    """Return states and last words of all containers, and the warnings; empty if the API server does not answer."""
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
