"""When to write: out of Kratix's way, and not too often (design.md section 6, rules 5, 7 and 9). Pure.

Kratix PUTs a request's starting status 1.1 s after it created the Job, and never again (kratix.md section 11.4): a
write of ours in that window makes its PUT fail for good. So while a workflow runs, or may be about to, we keep still
for a moment after each change of the request.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.rules.observation import Workflow
from platform_status_contract.rules.workflow import RERUN_LABELS

__all__ = ["LONGEST_HOLD", "QUIET", "Pacing", "is_settled", "is_too_often", "noted_write", "wait_before_write"]

QUIET: Final = 2.0
"""Seconds without a change of the request before a write, while a workflow runs."""

LONGEST_HOLD: Final = 10.0
"""A write is held for at most so many seconds."""

MOST_WRITES: Final = 30
WINDOW: Final = 600.0
SLOWED_INTERVAL: Final = 60.0
"""After so many writes of one request in so many seconds there is one in so many: somebody writes against us."""


class Pacing(Struct, frozen=True):
    """What is remembered of one request between reconciles; monotonic seconds.

    Attributes:
        held_since: When the write that is waiting now was first held for a workflow; None if none is.
        written_at: When we wrote last; None if never.
        recent: When we wrote in the last ten minutes, at most as often as the limit.
    """

    held_since: float | None = None
    written_at: float | None = None
    recent: tuple[float, ...] = ()


def noted_write(pacing: Pacing, now: float) -> Pacing:
    """Remember a write."""
    recent = tuple(moment for moment in pacing.recent if moment > now - WINDOW)
    return Pacing(written_at=now, recent=(*recent, now)[-MOST_WRITES:])


def is_too_often(pacing: Pacing, now: float) -> bool:
    """Say whether one more write would be more than the limit (design.md section 6, rule 9)."""
    return sum(moment > now - WINDOW for moment in pacing.recent) >= MOST_WRITES


def is_settled(status: object, generation: int, workflow: Workflow, labels: Mapping[str, str]) -> bool:
    """Say whether no workflow runs, and none is about to run (kratix.md section 5).

    Args:
        status: `.status` as stored, any JSON.
        generation: metadata.generation.
        workflow: What `rules.workflow` made of the status.
        labels: metadata.labels.
    """
    if workflow in (Workflow.NONE, Workflow.PENDING, Workflow.RUNNING):
        return False
    if any(labels.get(label) == "true" for label in RERUN_LABELS):
        return False
    observed = status.get("observedGeneration") if isinstance(status, dict) else None
    # Kratix sets observedGeneration only when a workflow completed: a newer generation is about to run.
    return isinstance(observed, int) and observed >= generation


def wait_before_write(
    pacing: Pacing, *, now: float, changed_at: float, settled: bool, interval: float
) -> tuple[float, Pacing]:
    """Say how long a write has to wait.

    Args:
        pacing: What is remembered of the request.
        now: Monotonic seconds.
        changed_at: When somebody else changed the request last.
        settled: See `is_settled`.
        interval: Seconds between two of our writes.

    Returns:
        Seconds to wait, 0 to write now; and what to remember.
    """
    quiet_at = now
    held_since = None
    if not settled and now < changed_at + QUIET:
        held_since = now if pacing.held_since is None else pacing.held_since
        quiet_at = min(changed_at + QUIET, held_since + LONGEST_HOLD)
    if is_too_often(pacing, now):
        interval = max(interval, SLOWED_INTERVAL)
    spaced_at = now if pacing.written_at is None else pacing.written_at + interval
    wait = max(quiet_at, spaced_at, now) - now
    return wait, msgspec.structs.replace(pacing, held_since=held_since)
