"""The problems of a run: printed on stderr, written to the live status, and removed from it by the next run."""

from collections.abc import Mapping
from typing import Any, Final

from platform_status_contract.template.problems import Problem
from platform_status_pipeline.errors import FolderError, RequestRefusedError
from platform_status_pipeline.kratix.folders import read_mapping
from platform_status_pipeline.kratix.live import patch_problems, target_of
from platform_status_pipeline.surroundings import Surroundings

__all__ = ["MAX_PROBLEMS", "forget", "lines", "report"]

MAX_PROBLEMS = 64
"""Maximum of the status schema; with more problems the last line counts the rest."""

_LEFT_ALONE: Final = (
    "status.problems not written: this is no pod with a ServiceAccount; --live writes it to the cluster of KUBECONFIG"
)


def lines(problems: tuple[Problem, ...]) -> list[str]:
    """Return problems in the form of `.status.problems`.

    Args:
        problems: Any number of problems.

    Returns:
        At most 64 lines; if there are more problems, the last line counts the rest.
    """
    every = [problem.line for problem in problems]
    if len(every) <= MAX_PROBLEMS:
        return every
    kept = every[: MAX_PROBLEMS - 1]
    return [*kept, f"and {len(every) - len(kept)} more problems"]


def report(given: Surroundings, refused: RequestRefusedError) -> None:
    """Print every problem on a line of its own, then write them to the live status.

    A failure of the write is printed after the problems.
    """
    for problem in refused.problems:
        given.say(problem.line)
    try:
        request = read_mapping(given.folders.request)
    except FolderError:
        request = {}
    _write(given, request, lines(refused.problems))


def forget(given: Surroundings, request: Mapping[str, Any]) -> None:
    """Remove the problems of an earlier run from the live status, before this run can fail.

    The sidecar quotes them as the cause of a failed workflow, which is wrong if this run fails for another reason. A
    request without problems, the usual case, causes no write. Without access to the cluster nothing is logged.
    """
    status = request.get("status")
    if isinstance(status, Mapping) and status.get("problems") not in (None, []) and given.access.granted:
        _write(given, request, [])


def _write(given: Surroundings, request: Mapping[str, Any], problems: list[str]) -> None:
    # Kratix drops our keys from the status of a Promise.
    promise = request.get("kind") == "Promise" and str(request.get("apiVersion")).startswith("platform.kratix.io/")
    if given.dry_run or promise:
        return
    if not given.access.granted:
        given.say(_LEFT_ALONE)
        return
    target = target_of(request, given.environment)
    if target is None:
        given.say("status.problems could not be written: the request has no name, namespace or kind")
        return
    patch_problems(target, problems, given.access, given.settle, given.say)
