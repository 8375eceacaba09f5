"""Adapts a Promise to a platform: its pipeline's name, its Destinations, the names of its API. Pure.

The first two determine the Work of a request, and its folder in the state store. Under another name Kratix creates a
second Work and deletes the files of the first once the run completes; an agent that prunes then deletes their objects
(docs/upgrade.md). So a Promise that replaces another must keep all three.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from msgspec import Struct

from platform_status_contract.model.lookup import items, mapping, under
from platform_status_contract.template.problems import Problem, found
from platform_status_contract.template.promises import MAX_PIPELINE_NAME
from platform_status_pipeline.errors import RequestRefusedError

__all__ = ["Placement", "over", "place", "warnings"]

_NAME: Final = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
_SIDECAR: Final = "SIDECAR_DESTINATION"


class Placement(Struct, frozen=True):
    """The Destinations and names of a Promise's Works; None leaves the Promise unchanged.

    Attributes:
        pipeline: Name of its one pipeline in workflows.resource.configure.
        labels: Labels of the Destinations, also for the sidecar's manifests.
        names: spec.names of its API, which cannot be changed in Kratix.
    """

    pipeline: str | None = None
    labels: Mapping[str, str] | None = None
    names: Mapping[str, Any] | None = None


def place(promise: Mapping[str, Any], placement: Placement) -> dict[str, Any]:
    """Return a Promise with a placement.

    Raises:
        RequestRefusedError: The pipeline's name is invalid or too long, or there is not exactly one pipeline.
    """
    placed: dict[str, Any] = deepcopy(dict(promise))
    spec = placed["spec"]
    if placement.pipeline is not None:
        _rename(placed["metadata"]["name"], _configure(placed), placement.pipeline)
    if placement.labels is not None:
        spec["destinationSelectors"] = [{"matchLabels": dict(placement.labels)}]
        value = ",".join(f"{key}={label}" for key, label in placement.labels.items())
        for container in _sidecars(placed):
            others = [variable for variable in container.get("env", ()) if variable["name"] != _SIDECAR]
            container["env"] = [*others, {"name": _SIDECAR, "value": value}]
    if placement.names is not None:
        spec["api"]["spec"]["names"] = dict(placement.names)
    return placed


def over(promise: Mapping[str, Any], installed: object, given: Placement) -> Placement:
    """Complete a placement from the installed Promise that the new one replaces.

    Args:
        promise: The new one.
        installed: The installed one, as `kubectl get promise NAME -o yaml` shows it; any JSON.
        given: The explicit placement, which takes precedence.

    Raises:
        RequestRefusedError: It is not a Promise, or another one, or it is ambiguous which of several pipelines to
            replace; it lists every problem.
    """
    api, old = under(promise, "spec", "api", "spec"), under(installed, "spec", "api", "spec")
    names = mapping(under(old, "names"))
    problems = [*_misfits(promise, installed, api, old), *_bad_labels(installed)]
    pipelines = _names_of(installed)
    if given.pipeline is None and len(pipelines) != 1:
        cause = f"found the pipelines {found(pipelines)} in workflows.resource.configure, expected one"
        problems.append(Problem("installed Promise", cause, "say which one: --pipeline NAME (PIPELINE=NAME)"))
    labels = given.labels if given.labels is not None else _labels(installed)
    if not labels:
        cause = "found no labels in spec.destinationSelectors, expected some"
        problems.append(
            Problem("installed Promise", cause, "give them: --destination KEY=VALUE (DESTINATION=KEY=VALUE)")
        )
    if problems:
        raise RequestRefusedError(problems)
    return Placement(given.pipeline or pipelines[0], labels, names or None)


def warnings(installed: object, placement: Placement) -> list[str]:
    """Describe what Kratix will delete if a Promise with this placement replaces the installed one."""
    left = [name for name in _names_of(installed) if name != placement.pipeline]
    lines = [
        f"Kratix will delete the Works of pipeline {name}, and their files in the state store, once each request has "
        f"run {placement.pipeline}; see docs/upgrade.md, step 0"
        for name in left
    ]
    if placement.labels != _labels(installed):
        lines.append(
            f"the selectors change from {found(_labels(installed))} to {found(placement.labels)}: a Work that no "
            "Destination matches is not written anywhere; see docs/upgrade.md, step 0"
        )
    return lines


def _misfits(promise: Mapping[str, Any], installed: object, api: object, old: object) -> Iterator[Problem]:
    for path, new, was in (
        ("kind", promise["kind"], under(installed, "kind")),
        ("metadata.name", promise["metadata"]["name"], under(installed, "metadata", "name")),
        ("spec.api.spec.group", under(api, "group"), under(old, "group")),
        *(
            (f"spec.api.spec.names.{key}", under(api, "names", key), under(old, "names", key))
            for key in ("kind", "plural", "singular")
        ),
    ):
        if new != was:
            yield Problem(
                "installed Promise", f"found {path} {found(was)}, expected {found(new)}", "give the right file"
            )
    stored = [under(version, "name") for version in items(under(old, "versions")) if under(version, "storage") is True]
    served = [under(version, "name") for version in items(under(api, "versions"))]
    if not set(map(str, stored)) <= set(map(str, served)):
        cause = f"its requests are stored as {found(stored)}, the new one serves {found(served)}"
        yield Problem("installed Promise", cause, "requests could not be read any more; add the version to the new one")


def _rename(promise: str, pipelines: list[Any], name: str) -> None:
    whole = f"{promise}-resource-configure-{name}"
    if not _NAME.match(name):
        problem = Problem("pipeline", f"found {found(name)}, expected lower case letters, digits and '-'", "")
    elif len(whole) > MAX_PIPELINE_NAME:
        most = MAX_PIPELINE_NAME - len(whole) + len(name)
        cause = (
            f"found {found(name)} with {len(name)} characters, expected at most {most}: Kratix names a ServiceAccount "
        )
        problem = Problem("pipeline", f"{cause}{whole}, and allows {MAX_PIPELINE_NAME}", "choose a shorter name")
    elif len(pipelines) != 1:
        names = [pipeline["metadata"]["name"] for pipeline in pipelines]
        cause = f"found the pipelines {found(names)} in spec.workflows.resource.configure, expected one to be named"
        problem = Problem("pipeline", cause, "name them in the Promise's parts")
    else:
        pipelines[0]["metadata"]["name"] = name
        return
    raise RequestRefusedError([problem])


def _configure(promise: object) -> list[Any]:
    return items(under(promise, "spec", "workflows", "resource", "configure"))


def _names_of(promise: object) -> list[str]:
    return [str(under(pipeline, "metadata", "name")) for pipeline in _configure(promise)]


def _labels(promise: object) -> dict[str, str]:
    """Return the labels of all selectors; a Destination must have all of them (kratix.md section 1)."""
    labels: dict[str, str] = {}
    for selector in items(under(promise, "spec", "destinationSelectors")):
        match = mapping(under(selector, "matchLabels"))
        labels |= {key: value for key, value in match.items() if isinstance(value, str)}
    return labels


def _bad_labels(installed: object) -> Iterator[Problem]:
    for index, selector in enumerate(items(under(installed, "spec", "destinationSelectors"))):
        for key, value in mapping(under(selector, "matchLabels")).items():
            if not isinstance(value, str):
                path = f"spec.destinationSelectors[{index}].matchLabels.{key}"
                yield Problem("installed Promise", f"found {path} {found(value)}, expected a text", "quote the value")


def _sidecars(promise: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for pipeline in items(under(promise, "spec", "workflows", "promise", "configure")):
        for item in items(under(pipeline, "spec", "containers")):
            if isinstance(item, dict) and items(item.get("args"))[:1] == ["sidecar"]:
                yield item
