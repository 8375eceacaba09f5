"""The table of checks, and their combined result. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from hctl.errors import ExitCode

from .accounts import check_accounts, check_admission
from .facts import CheckFacts, CheckLine, CheckState
from .platform import (
    check_delivery,
    check_destinations,
    check_images,
    check_kratix,
    check_leases,
    check_rights,
    check_timeout,
)

__all__ = ["CHECKS", "examine", "exit_code", "summary_of"]

CHECKS: Final[tuple[Callable[[CheckFacts], CheckLine], ...]] = (
    check_kratix,
    check_destinations,
    check_delivery,
    check_leases,
    check_images,
    check_timeout,
    check_admission,
    check_accounts,
    check_rights,
)


def examine(facts: CheckFacts) -> tuple[CheckLine, ...]:
    """Run every check."""
    return tuple(check(facts) for check in CHECKS)


def exit_code(lines: Sequence[CheckLine]) -> ExitCode:
    """Return 1 for a failure; else 4 if something could not be read; else 0, also with warnings."""
    states = {line.state for line in lines}
    if CheckState.FAILURE in states:
        return ExitCode.NOT_READY
    return ExitCode.STALE if CheckState.NOT_READABLE in states else ExitCode.READY


def summary_of(lines: Sequence[CheckLine]) -> dict[str, Any]:
    """Return the number of checks in each state, by the keys of the JSON document."""
    counts = Counter(line.state for line in lines)
    return {"ok": counts[CheckState.OK], "warnings": counts[CheckState.WARNING], "failures": counts[CheckState.FAILURE],
            "notReadable": counts[CheckState.NOT_READABLE]}  # fmt: skip
