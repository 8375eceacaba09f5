"""Why a sync or a comparison fails, in words that stay the same from try to try.

Argo CD's own messages move while nothing changes: they name temporary files, count tries and tell times.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Raw, Struct

from platform_status_contract.model.lookup import under
from platform_status_contract.observing.decode.lenient import clip, text
from platform_status_contract.rules.texts import steady

__all__ = ["FAILED", "RUNNING", "Told", "told_by_conditions", "told_by_hydrator", "told_by_operation"]

RUNNING: Final = ("Running", "Terminating")
FAILED: Final = ("Failed", "Error")
"""Phases of an operation, or of a hook, that runs, and of one that has failed for good."""

_RETRYING: Final = "Retrying attempt"
"""Argo CD appends it to the message of a try that failed, when another one follows."""

_WAITING: Final = "waiting for "
"""So begins what Argo CD says of an operation that waits for a hook, or for the health of a wave."""

_MORE: Final = re.compile(r" and [0-9]{1,6} more [a-z]{1,40}\Z")

_MAX_ONE: Final = 240
"""Most characters of one reason, and of the conditions together."""

_MAX_CONDITIONS: Final = 2
_MAX_READ: Final = 16
"""Argo CD writes a handful; so many are compared with each other."""


class Told(Struct):
    """What `status.operationState` says.

    Attributes:
        phase: Its phase.
        message: Why the operation, or the last try of the one that runs, failed; what one waits for that runs without
            a failure; empty if nothing is said.
        finished_at: When it ended.
        try_failed: Whether a try of the operation that runs has failed.
    """

    phase: str
    message: str
    finished_at: datetime | None
    try_failed: bool


def told_by_operation(phase: str, message: str | None, finished_at: datetime | None, retries: int, result: Raw) -> Told:
    """Read an operation.

    Args:
        phase: Its phase.
        message: Its message.
        finished_at: When it ended; between two tries Argo CD sets it too.
        retries: How many tries have failed before the present one.
        result: Its `syncResult`, any JSON.
    """
    is_running = phase in RUNNING
    if not is_running and phase not in FAILED:
        return Told(phase, "", finished_at, try_failed=False)
    failures = sorted(_failures(msgspec.json.decode(result)))
    # Only what is shown is worked on: a tenant may write thousands of long texts.
    more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
    between = is_running and (finished_at is not None or _RETRYING in (message or ""))
    words = ""
    if failures:
        name, said = failures[0]
        because = steady(said)
        words = clip(f"{name}: {because}" if because else name, _MAX_ONE) + more
    elif between or not is_running:
        words = clip(steady(message or ""))
    elif not retries and (message or "").startswith(_WAITING):
        # The first is named; the number of the others moves all the time.
        words = clip(steady(_MORE.sub("", clip(message))), _MAX_ONE)
    return Told(phase, words, finished_at, try_failed=is_running and bool(failures or between or retries > 0))


def _failures(result: object) -> Iterator[tuple[str, str]]:
    """Name the objects that could not be applied, and the hooks that failed, with what is said of each."""
    found = under(result, "resources")
    for item in found if isinstance(found, list) else ():
        if text(item, "status") == "SyncFailed" or text(item, "hookPhase") in FAILED:
            hook = f"{text(item, 'hookType')} hook " if text(item, "hookType") else ""
            yield f"{hook}{text(item, 'kind')} {text(item, 'name')}", text(item, "message")


def told_by_conditions(conditions: object) -> str:
    """Read an Application's own conditions: what is wrong with it, by type; warnings are not told.

    Argo CD says the same in several conditions, and in one within another: what holds it tells it. Of several of a type
    with the same cause the first tells how it came about, or none would have the room.
    """
    found = {
        (text(item, "type"), steady(text(item, "message")))
        for item in (conditions[:_MAX_READ] if isinstance(conditions, list) else ())
        if text(item, "type").endswith("Error")
    }
    told: dict[tuple[str, str], str] = {}
    for kind, said in sorted(found):
        others = [other for name, other in found if (name, other) != (kind, said) and (other != said or name < kind)]
        if not said or not any(said in other for other in others):
            # Go puts what happened before why.
            told.setdefault((kind, said.rpartition(": ")[2]), f"{kind}: {said}" if said else kind)
    shown = list(told.values())[:_MAX_CONDITIONS]
    return "; ".join(clip(said, _MAX_ONE // len(shown)) for said in shown)


def told_by_hydrator(hydrator: object) -> str:
    """Say why the sources of an Application could not be hydrated; empty if they were, or if none are."""
    operation = under(hydrator, "currentOperation")
    failed = text(operation, "phase") in FAILED
    return clip(steady(text(operation, "message")) or "hydration failed", _MAX_ONE) if failed else ""
