"""status.yaml: the keys that our containers add to those of earlier containers (design.md section 2).

Pure. The status-writer replaces top-level keys of the live status by those of this file; other keys do not change. So
`phase` and `message` are left out as soon as the request has a phase, whichever writer set it.
"""

from collections.abc import Mapping
from typing import Any, Final

from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.template.problems import Problem
from platform_status_pipeline.errors import StatusFileError
from platform_status_pipeline.template.resolve import Resolved

__all__ = ["configured", "deleting", "rendered", "resolved"]

_FORBIDDEN: Final = "kratix"


def configured(
    left: Mapping[str, Any], request: Mapping[str, Any], message: str, older: Mapping[str, Any]
) -> dict[str, Any]:
    """Status after a successful `configure`.

    Args:
        left: The content of status.yaml from earlier containers, or from an earlier attempt.
        request: The request as it was when the Job began.
        message: `status.message`, if it has no phase yet.
        older: Keys of an older implementation with their present values; a key is written only if the request already
            has it.

    Returns:
        The new content of status.yaml.

    Raises:
        StatusFileError: `left` has the key ``kratix``, which makes Kratix fail the whole workflow.
    """
    status = _checked(left)
    status["problems"] = []
    live = request.get("status")
    status |= {key: value for key, value in older.items() if isinstance(live, Mapping) and key in live}
    return _with_first_phase(status, request, message)


def resolved(left: Mapping[str, Any], request: Mapping[str, Any], result: Resolved, message: str) -> dict[str, Any]:
    """Status after a successful `contract`; see `configured`."""
    status = _checked(left)
    status["contract"] = result.contract
    status["endpoints"] = result.endpoints
    status["credentials"] = result.credentials
    status.setdefault("problems", [])
    return _with_first_phase(status, request, message)


def rendered(left: Mapping[str, Any]) -> dict[str, Any]:
    """Status after a successful `render`: no problems, and no phase, since no sidecar may be there to update it."""
    status = _checked(left)
    status.setdefault("problems", [])
    return status


def deleting(left: Mapping[str, Any], message: str) -> dict[str, Any]:
    """Status of a request that is being deleted; see `configured`."""
    return {**_checked(left), "phase": Phase.DELETING.value, "message": message}


def _checked(left: Mapping[str, Any]) -> dict[str, Any]:
    if _FORBIDDEN in left:
        raise StatusFileError(
            [
                Problem(
                    "status.yaml",
                    "found the key 'kratix', which belongs to Kratix and would fail the workflow",
                    "mend the earlier container that wrote it",
                )
            ]
        )
    return dict(left)


def _with_first_phase(status: dict[str, Any], request: Mapping[str, Any], message: str) -> dict[str, Any]:
    live = request.get("status")
    if isinstance(live, Mapping) and live.get("phase"):
        status.pop("phase", None)
        status.pop("message", None)
    elif "phase" not in status:
        status["phase"] = Phase.SCHEDULED.value
        status["message"] = message
    return status
