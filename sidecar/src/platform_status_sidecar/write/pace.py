"""When to write: not while Kratix starts a workflow, and not too often (design.md section 6, rules 5, 7 and 9). Pure.

Kratix PUTs a request's starting status 1.1 s after it created the Job, and does not retry (kratix.md section 11.4): if
we write in that window, its PUT fails for good. The time of the window is unknown: one worker serves all requests of a
Promise, and each start that is queued ahead takes another 1.2 s. So a write is held while a start is expected. Once the
pipeline runs, two seconds without a change are enough, and one second after the workflow.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.rules.observation import Workflow
from platform_status_contract.rules.workflow import RERUN_LABELS, is_about_to_start

__all__ = [
    "LIMITS",
    "Limits",
    "Pacing",
    "Stage",
    "Wait",
    "is_settled",
    "is_too_often",
    "note_stage",
    "noted_write",
    "rested",
    "stage_of",
    "wait_before_write",
]


class Limits(Struct, frozen=True):
    """For how long a write is held; all in seconds.

    Attributes:
        interval: Between two of our writes of one request.
        quiet: Without a change of the request before a write, while a workflow runs or may be about to.
        start_quiet: The same while a start is expected; infinite, because it may come after any length of quiet.
        busy_hold: Longest hold for a request that keeps changing.
        start_hold: Longest hold for a start that does not come.
        bad_news_hold: Longest hold of a write that changes Ready from True, for any cause.
        after_run: Without a change before the first write after a workflow: Kratix ends it with three or four PUTs.
        yielded: A hold ends this much earlier if another start is known to be queued ahead, because the moment is then
            safe, and the end of the hold may not be.
    """

    interval: float = 5.0
    quiet: float = 2.0
    start_quiet: float = float("inf")
    busy_hold: float = 10.0
    start_hold: float = 60.0
    bad_news_hold: float = 10.0
    after_run: float = 1.0
    yielded: float = 2.0


LIMITS: Final = Limits()

MAX_WRITES: Final = 30
WINDOW: Final = 600.0
SLOWED_INTERVAL: Final = 60.0
"""More than `MAX_WRITES` of one request in `WINDOW` seconds: fall back to one in `SLOWED_INTERVAL` seconds, because
another writer is probably changing our keys."""


class Stage(Enum):
    """The stage of a request in Kratix's workflow, which determines how long a write is held."""

    STARTING = "starting"
    """Kratix is about to start a pipeline."""
    BUSY = "busy"
    """A workflow runs, or the request is new or edited and Kratix has not written its status yet."""
    SETTLED = "settled"


class Pacing(Struct, frozen=True):
    """The write history of one request, kept between reconciles; monotonic seconds.

    Attributes:
        stage: Its stage; None before its first turn.
        stage_since: When it entered the stage; None if it was there in its first turn, or is at rest.
        failed_generation: While its workflow is Failed: the oldest generation that was seen so. None otherwise.
        held_since: When the pending write was first held for Kratix; None if no write is pending.
        bad_news_since: The same for a write that changes Ready from True.
        written_at: When we wrote last; None if never.
        recent: When we wrote in the last ten minutes, at most as often as the limit.
    """

    stage: Stage | None = None
    stage_since: float | None = None
    failed_generation: int | None = None
    held_since: float | None = None
    bad_news_since: float | None = None
    written_at: float | None = None
    recent: tuple[float, ...] = ()


class Wait(Struct, frozen=True):
    """The delay of a write.

    Attributes:
        seconds: 0 to write now.
        ran_out: Whether it is sent because its hold ran out, although Kratix may be starting a workflow.
    """

    seconds: float
    ran_out: bool = False


def stage_of(status: object, generation: int, workflow: Workflow, labels: Mapping[str, str], pacing: Pacing) -> Stage:
    """Return the stage of a request; the arguments are those of `is_settled` and its pacing.

    After a failed run Kratix starts an edit without listing its pipelines as Pending first: a request that is Failed
    at a newer generation than the one that failed is about to start.
    """
    edited = workflow is Workflow.FAILED and generation > (pacing.failed_generation or generation)
    if edited or is_about_to_start(status, labels):
        return Stage.STARTING
    return Stage.SETTLED if is_settled(status, generation, workflow, labels) else Stage.BUSY


def note_stage(pacing: Pacing, stage: Stage, workflow: Workflow, generation: int, now: float) -> Pacing:
    """Record the stage of a request, and since when it has been in it."""
    failed = (pacing.failed_generation or generation) if workflow is Workflow.FAILED else None
    since = pacing.stage_since
    if pacing.stage not in (stage, None):
        since = now
    return msgspec.structs.replace(pacing, stage=stage, stage_since=since, failed_generation=failed)


def noted_write(pacing: Pacing, now: float) -> Pacing:
    """Record a write."""
    recent = (*(moment for moment in pacing.recent if moment > now - WINDOW), now)[-MAX_WRITES:]
    # A write at a newer generation than the failed one has already waited for its start.
    return msgspec.structs.replace(rested(pacing), written_at=now, recent=recent, failed_generation=None)


def rested(pacing: Pacing) -> Pacing:
    """Record that no write is pending."""
    return msgspec.structs.replace(pacing, held_since=None, bad_news_since=None)


def is_too_often(pacing: Pacing, now: float) -> bool:
    """Return whether one more write would exceed the limit (design.md section 6, rule 9)."""
    return sum(moment > now - WINDOW for moment in pacing.recent) >= MAX_WRITES


def is_settled(status: object, generation: int, workflow: Workflow, labels: Mapping[str, str]) -> bool:
    """Return whether no workflow runs, and none is about to run (kratix.md section 5).

    Args:
        status: `.status` as stored, any JSON.
        generation: metadata.generation.
        workflow: The result of `rules.workflow` for the status.
        labels: metadata.labels.
    """
    if workflow in (Workflow.NONE, Workflow.PENDING, Workflow.RUNNING):
        return False
    if any(labels.get(label) == "true" for label in RERUN_LABELS):
        return False
    observed = status.get("observedGeneration") if isinstance(status, dict) else None
    # Kratix sets observedGeneration only when a workflow completes, so a newer generation is about to run.
    return isinstance(observed, int) and observed >= generation


def wait_before_write(
    pacing: Pacing,
    *,
    now: float,
    changed_at: float,
    takes_ready: bool = False,
    others_first: Callable[[], bool] = lambda: False,
    limits: Limits = LIMITS,
) -> tuple[Wait, Pacing]:
    """Compute how long a write has to wait.

    Args:
        pacing: The pacing of the request, its stage included.
        now: Monotonic seconds.
        changed_at: When another writer changed the request last.
        takes_ready: Whether the write changes Ready from True.
        others_first: Returns whether Kratix is known to start another request before this one; called only near the
            end of a hold.
        limits: For how long it is held.

    Returns:
        The delay, and the new pacing.
    """
    clear_at = _clear_at(pacing, changed_at, limits)
    if now >= clear_at:
        due, pacing = now, rested(pacing)
        if pacing.stage is Stage.SETTLED:
            pacing = msgspec.structs.replace(pacing, stage_since=None)
    else:
        held_since = now if pacing.held_since is None else pacing.held_since
        bad_since = (now if pacing.bad_news_since is None else pacing.bad_news_since) if takes_ready else None
        pacing = msgspec.structs.replace(pacing, held_since=held_since, bad_news_since=bad_since)
        due = min(clear_at, _end_of_hold(pacing, held_since, limits))
        chance = due - limits.yielded
        if pacing.stage is Stage.STARTING and (now < chance or others_first()):
            due = chance
    interval = max(limits.interval, SLOWED_INTERVAL if is_too_often(pacing, now) else 0.0)
    spaced_at = now if pacing.written_at is None else pacing.written_at + interval
    seconds = max(due, spaced_at, now) - now
    return Wait(seconds, ran_out=seconds == 0 and now < clear_at), pacing


def _clear_at(pacing: Pacing, changed_at: float, limits: Limits) -> float:
    """Return when a write no longer disturbs Kratix, if nothing else happens."""
    if pacing.stage is Stage.STARTING:
        return changed_at + limits.start_quiet
    if pacing.stage is Stage.SETTLED:
        return float("-inf") if pacing.stage_since is None else max(pacing.stage_since, changed_at) + limits.after_run
    return changed_at + limits.quiet


def _end_of_hold(pacing: Pacing, held_since: float, limits: Limits) -> float:
    """Return when the hold of a write runs out, whatever Kratix does."""
    ends = [held_since + limits.start_hold]
    if pacing.bad_news_since is not None:
        ends.append(pacing.bad_news_since + limits.bad_news_hold)
    if pacing.stage is not Stage.STARTING:
        ends.append(max(held_since, pacing.stage_since or held_since) + limits.busy_hold)
    return min(ends)
