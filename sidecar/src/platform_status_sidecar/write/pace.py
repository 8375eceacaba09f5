"""When to write: out of Kratix's way, and not too often (design.md section 6, rules 5, 7 and 9). Pure.

Kratix PUTs a request's starting status 1.1 s after it created the Job, and never again (kratix.md section 11.4): a
write of ours in that window makes its PUT fail for good. When the window comes is not known: one worker serves all
requests of a Promise, and each start ahead in its queue takes another 1.2 s. So a write is held while a start is still
to come. Once the pipeline runs, two seconds without a change suffice, and one second once all is over.
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
        start_quiet: The same while a start is still to come: no length of quiet says that it will not come now.
        busy_hold: A write is held at most so long for a request that never comes to rest.
        start_hold: A write is held at most so long for a start that does not come.
        bad_news_hold: A write that takes Ready away from True is held at most so long, whatever for.
        after_run: Without a change before the first write after a workflow: Kratix closes it with three or four PUTs.
        yielded: So long before the end of a hold it ends if another start is known to be ahead of this one, because
            then this moment is safe, and the end may not be.
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
"""After so many writes of one request in so many seconds there is one in so many: somebody writes against us."""


class Stage(Enum):
    """Where a request stands with Kratix, as far as it decides how long a write is held."""

    STARTING = "starting"
    """Kratix is about to start a pipeline."""
    BUSY = "busy"
    """A workflow runs, or the request is new or edited and Kratix has not said anything yet."""
    SETTLED = "settled"


class Pacing(Struct, frozen=True):
    """What is remembered of one request between reconciles; monotonic seconds.

    Attributes:
        stage: Where it stands; None before it was first looked at.
        stage_since: When it came there; None if it stood there when it was first looked at, or is at rest there.
        failed_generation: While its workflow is Failed: the oldest generation that was seen so. None otherwise.
        held_since: When the write that is waiting now was first held for Kratix; None if none is.
        bad_news_since: The same for a write that takes Ready away from True.
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
    """How long a write has to wait.

    Attributes:
        seconds: 0 to write now.
        ran_out: It goes now because its hold is over, not because Kratix is out of the way.
    """

    seconds: float
    ran_out: bool = False


def stage_of(status: object, generation: int, workflow: Workflow, labels: Mapping[str, str], pacing: Pacing) -> Stage:
    """Say where a request stands; the arguments are those of `is_settled`, and what is remembered of it.

    After a failed run Kratix starts an edit without listing its pipelines as Pending first: a request that is Failed
    at a newer generation than the one that failed is about to start.
    """
    edited = workflow is Workflow.FAILED and generation > (pacing.failed_generation or generation)
    if edited or is_about_to_start(status, labels):
        return Stage.STARTING
    return Stage.SETTLED if is_settled(status, generation, workflow, labels) else Stage.BUSY


def note_stage(pacing: Pacing, stage: Stage, workflow: Workflow, generation: int, now: float) -> Pacing:
    """Remember where a request stands, and since when."""
    failed = (pacing.failed_generation or generation) if workflow is Workflow.FAILED else None
    since = pacing.stage_since
    if pacing.stage not in (stage, None):
        since = now
    return msgspec.structs.replace(pacing, stage=stage, stage_since=since, failed_generation=failed)


def noted_write(pacing: Pacing, now: float) -> Pacing:
    """Remember a write."""
    recent = (*(moment for moment in pacing.recent if moment > now - WINDOW), now)[-MAX_WRITES:]
    # What was written at a newer generation than the one that failed has waited for its start already.
    return msgspec.structs.replace(rested(pacing), written_at=now, recent=recent, failed_generation=None)


def rested(pacing: Pacing) -> Pacing:
    """Remember that no write waits."""
    return msgspec.structs.replace(pacing, held_since=None, bad_news_since=None)


def is_too_often(pacing: Pacing, now: float) -> bool:
    """Say whether one more write would be more than the limit (design.md section 6, rule 9)."""
    return sum(moment > now - WINDOW for moment in pacing.recent) >= MAX_WRITES


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
    pacing: Pacing,
    *,
    now: float,
    changed_at: float,
    takes_ready: bool = False,
    others_first: Callable[[], bool] = lambda: False,
    limits: Limits = LIMITS,
) -> tuple[Wait, Pacing]:
    """Say how long a write has to wait.

    Args:
        pacing: What is remembered of the request, its stage included.
        now: Monotonic seconds.
        changed_at: When somebody else changed the request last.
        takes_ready: Whether the write takes Ready away from True.
        others_first: Says whether Kratix is known to start another request before this one; asked only near the end.
        limits: For how long it is held.

    Returns:
        How long; and what to remember.
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
    """Return when Kratix is out of the way, if nothing else happens."""
    if pacing.stage is Stage.STARTING:
        return changed_at + limits.start_quiet
    if pacing.stage is Stage.SETTLED:
        return float("-inf") if pacing.stage_since is None else max(pacing.stage_since, changed_at) + limits.after_run
    return changed_at + limits.quiet


def _end_of_hold(pacing: Pacing, held_since: float, limits: Limits) -> float:
    """Return when a held write goes although Kratix is not out of the way."""
    ends = [held_since + limits.start_hold]
    if pacing.bad_news_since is not None:
        ends.append(pacing.bad_news_since + limits.bad_news_hold)
    if pacing.stage is not Stage.STARTING:
        ends.append(max(held_since, pacing.stage_since or held_since) + limits.busy_hold)
    return min(ends)
