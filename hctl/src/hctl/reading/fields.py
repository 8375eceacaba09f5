"""Reads fields of an object from the cluster, a Promise with its sidecar among them; total for any JSON."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from hctl.texts import age_of, inert, told
from platform_status_contract.model.lookup import items, mapping, under
from platform_status_contract.model.times import parse_time

__all__ = [
    "CONTAINERS",
    "USUAL_DESTINATION",
    "condition",
    "container_statuses",
    "destinations_of_sidecars",
    "holds_in_deletion",
    "name_of",
    "namespace_of",
    "newest_first",
    "text",
]

CONTAINERS: Final = {"initContainerStatuses": "init container", "containerStatuses": "container"}
"""Field of a pod's status -> what its containers are called, in the order in which they start."""
USUAL_DESTINATION: Final = {"environment": "platform"}
"""Labels of the Destination of the sidecar, unless the Promise sets others."""

_FLAG, _VARIABLE = "--destination", "SIDECAR_DESTINATION"


def text(value: object, *keys: str, limit: int = 600) -> str:
    """Return the string at a path of keys, safe to show; empty if there is none."""
    return told(under(value, *keys), limit)


def name_of(value: object) -> str:
    """Return metadata.name."""
    return text(value, "metadata", "name", limit=253)


def namespace_of(value: object) -> str:
    """Return metadata.namespace; empty for an object without one."""
    return text(value, "metadata", "namespace", limit=63)


def container_statuses(pod: object, *fields: str) -> list[Mapping[str, object]]:
    """Return the statuses of the containers in some fields of a pod's status, by default of all."""
    return [mapping(entry) for field in fields or CONTAINERS for entry in items(under(pod, "status", field))]


def condition(value: object, kind: str) -> Mapping[str, object]:
    """Return the condition of a type from status.conditions; empty without one."""
    found = (mapping(entry) for entry in items(under(value, "status", "conditions")))
    return next((entry for entry in found if entry.get("type") == kind), {})


def holds_in_deletion(value: object, now: datetime) -> list[str]:
    """Describe how long an object has been in deletion, and its finalizers; empty if it is not being deleted."""
    since = under(value, "metadata", "deletionTimestamp")
    if since is None:
        return []
    finalizers = [inert(entry, 253) for entry in items(under(value, "metadata", "finalizers"))[:6]]
    held = f"held by {', '.join(finalizers)}" if finalizers else "no finalizer is left"
    return [f"being deleted for {age_of(parse_time(since), now)}; {held}"]


def newest_first(found: list[Any]) -> list[Any]:
    """Sort objects by creationTimestamp, newest first; those without one are last."""

    def moment(value: object) -> float:
        created = parse_time(under(value, "metadata", "creationTimestamp"))
        return created.timestamp() if created else 0.0

    return sorted(found, key=moment, reverse=True)


def destinations_of_sidecars(promise: object) -> Iterator[dict[str, str]]:
    """Yield, for each container `sidecar` of a promise workflow, the labels of its Destination."""
    for pipeline in items(under(promise, "spec", "workflows", "promise", "configure")):
        for container in items(under(pipeline, "spec", "containers")):
            args = [str(item) for item in items(under(container, "args"))]
            if args[:1] == ["sidecar"]:
                yield _labels(container, args)


def _labels(container: object, args: list[str]) -> dict[str, str]:
    """Return the labels: an argument takes precedence over the variable, and of each the last one."""
    told = [text(item, "value") for item in items(under(container, "env")) if under(item, "name") == _VARIABLE]
    told += [later for flag, later in pairwise(args) if flag == _FLAG]
    told += [item.partition("=")[2] for item in args if item.startswith(f"{_FLAG}=")]
    pairs = [part.partition("=") for part in (told[-1] if told else "").split(",") if part]
    return {key: value for key, _, value in pairs} or dict(USUAL_DESTINATION)
