"""Reads the configuration of the sidecar from its Promise. Total for any JSON."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from platform_status_contract.model.lookup import items, under

from .fields import text

__all__ = ["USUAL_DESTINATION", "destinations_of_sidecars"]

USUAL_DESTINATION: Final = {"environment": "platform"}
"""Labels of the Destination of the sidecar, unless the Promise sets others."""

_FLAG, _VARIABLE = "--destination", "SIDECAR_DESTINATION"


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
