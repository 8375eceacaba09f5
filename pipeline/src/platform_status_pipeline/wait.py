"""The container `wait`: a workflow goes on only once conditions of its own request are True.

It reads its input and nothing else, so it needs no rights, and what it waits for may lie in any cluster. A pipeline
that is not through writes no Work: so the container stands in a pipeline of its own, after that with the contract.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from platform_status_contract.model.lookup import items, mapping, under
from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.rules.texts import clean, name_culprits
from platform_status_contract.template.problems import Problem, found
from platform_status_contract.template.yaml_text import dump
from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.kratix.folders import read_mapping, remove_files, write_file
from platform_status_pipeline.surroundings import Surroundings

__all__ = ["MAX_INTERVAL", "MIN_INTERVAL", "Waiting", "look", "wait"]

MIN_INTERVAL: Final = 15
"""Seconds after the first look: more than the 10 s for which the sidecar may hold a write while a workflow runs."""

MAX_INTERVAL: Final = 300
"""Seconds between two looks, at most; until then the interval doubles."""

_MAX_DOUBLINGS: Final = 5


class Waiting(Struct, frozen=True):
    """Why a workflow does not go on, and when to look again.

    Attributes:
        message: What is waited for, in the condition's own words.
        seconds: How long until the next look.
    """

    message: str
    seconds: int


def wait(given: Surroundings, names: Sequence[str]) -> None:
    """Let the workflow go on, or have Kratix run this pipeline again later.

    Args:
        given: What the container is given.
        names: Types of the conditions that must be True.

    Raises:
        FolderError: A folder cannot be read or written.
        RequestRefusedError: The conditions can never become True before this pipeline is through.
    """
    folders = given.folders
    request = read_mapping(folders.request)
    remove_files(folders.metadata, [folders.workflow_control.name])
    if given.is_delete or given.dry_run:
        given.say("nothing to wait for: the request is being deleted, or this is a dry run")
        return
    waiting = look(request, names, given.environment.get("KRATIX_PIPELINE_NAME", ""))
    if waiting is None:
        given.say(f"{', '.join(names)}: True for generation {request['metadata']['generation']}")
        return
    write_file(folders.workflow_control, dump({"retryAfter": f"{waiting.seconds}s", "message": waiting.message}))
    given.say(f"{waiting.message}; the next look is in {waiting.seconds} s")


def look(request: Mapping[str, Any], names: Sequence[str], pipeline: str) -> Waiting | None:
    """Say what a request still waits for; None if every condition is True for its present generation.

    The first look of a run is never the last: what it sees may have been written for the contract before.

    Args:
        request: The request as it stood when the Job began.
        names: Types of conditions, at least one.
        pipeline: Name of the pipeline that waits.

    Raises:
        RequestRefusedError: The conditions can never become True before this pipeline is through.
    """
    status = mapping(request.get("status"))
    generation = under(request, "metadata", "generation")
    _refuse(status, names, generation)
    looks = _looks_before(status, pipeline, generation)
    seconds = min(MIN_INTERVAL << min(looks, _MAX_DOUBLINGS), MAX_INTERVAL)
    message = _missing(status, names, generation)
    if not message and not looks:
        message = f"{name_culprits(names)} may still speak of the contract before"
    return Waiting(clean(f"waiting: {message}"), seconds) if message else None


def _missing(status: Mapping[str, Any], names: Sequence[str], generation: object) -> str:
    """Say what is missing; empty if nothing is."""
    if under(status, "health", "observedGeneration") != generation:
        return f"no sidecar has looked at generation {generation} yet"
    entries = items(status.get("conditions"))
    known = {str(entry.get("type")): entry for entry in entries if isinstance(entry, Mapping)}
    for name in names:
        if name not in known:
            return f"there is no condition {name} yet"
        if known[name].get("status") != "True":
            return f"{name} is {known[name].get('reason')}: {known[name].get('message')}"
    return ""


def _refuse(status: Mapping[str, Any], names: Sequence[str], generation: object) -> None:
    problems: list[Problem] = []
    if ConditionType.READY in names:
        expected = "conditions of parts: Ready becomes True only once the whole workflow is through"
        problems.append(Problem("--for", f"found {ConditionType.READY}, expected {expected}"))
    resolved = under(status, "contract", "generation")
    if resolved is None or resolved != generation:
        fix = "let the container run in a pipeline after that with the contract"
        problems.append(Problem("status.contract.generation", f"found {found(resolved)}, expected {generation}", fix))
    if problems:
        raise RequestRefusedError(problems)


def _looks_before(status: Mapping[str, Any], pipeline: str, generation: object) -> int:
    """How often this run has looked already, as far as Kratix has noted it."""
    workflows = mapping(under(status, "kratix", "workflows"))
    for entry in items(workflows.get("pipelines")):
        if under(entry, "name") == pipeline:
            attempts = under(entry, "attempts")
            if isinstance(attempts, int) and attempts > 0:
                return attempts
    return 1 if workflows.get("suspendedGeneration") == generation else 0
