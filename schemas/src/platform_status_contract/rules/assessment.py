"""The assessment of one source: the result of every module in `sources`, and shared functions (design.md section 5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import TypeVar

from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.objects import MAX_OBJECTS_OF_A_KIND
from platform_status_contract.model.times import LONG_AGO, format_time
from platform_status_contract.model.vocabulary import ConditionStatus, Reason

from .clock import Clock
from .history import History
from .observation import Absent, Present, Reading, Unreadable
from .texts import clean
from .timers import SOURCE_WORDS, SourceName, bad_timer

__all__ = ["Assessment", "Blind", "Situation", "Verdict", "being_deleted", "blind", "carried", "settle"]

NO_ANSWER_SECONDS = 60
"""Seconds without an answer for which the last known value counts; after that the source is unreadable."""

T = TypeVar("T")


class Verdict(IntEnum):
    """The verdicts of a source, worst first, which is the order in which messages name the sources."""

    BAD = 0
    PAUSED = 1
    UNREADABLE = 2
    PENDING = 3
    GOOD = 4


class Situation(Struct, frozen=True):
    """The context of an assessment besides its own source.

    Attributes:
        contract: What to observe, and the thresholds.
        history: The previous status, after adoption; none of its timers is in the future.
        first_ready: Whether the request was ever Ready, which implies that every source was once read.
        updating: Whether a change of the spec is being rolled out.
        overdue: Started, never Ready, and past the progress deadline.
        lag: What lags behind the spec; empty if nothing does, None if that is unknown.
        request: The request itself, in the form of `observation.named`.
    """

    contract: Contract
    history: History
    first_ready: bool
    updating: bool
    overdue: bool
    lag: str | None = None
    request: str = ""

    @property
    def once_ready(self) -> bool:
        """After firstReady and not updating: pending counts as bad, with the exceptions in the source's table."""
        return self.first_ready and not self.updating


class Assessment(Struct, frozen=True):
    """The assessment of one source.

    Attributes:
        source: Which source.
        condition: Type of its condition.
        verdict: Its verdict, with "once ready" already applied.
        reason: Reason of the condition.
        message: Message of the condition, without clocks.
        timers: The source's own timers after this observation; one that is missing is not running.
        health: Keys for `status.health`; empty if the source could not be read.
        note: A remark for the message in phase Ready, although it does not prevent Ready.
        on_its_way: Whether it is bad only because it is still in progress; sources that are bad by themselves are
            named first.
        ended: Whether the failed operation has ended and is not retried automatically.
        follows_pause: Whether paused workloads alone can make it bad; beside them it is their consequence.
        entry: The entry of `contract.objects`, or the role of a Secret other than kubeconfig; else empty.
    """

    source: SourceName
    condition: str
    verdict: Verdict
    reason: Reason
    message: str
    timers: dict[str, datetime] = {}
    health: dict[str, object] = {}
    note: str = ""
    on_its_way: bool = False
    ended: bool = False
    follows_pause: bool = False
    entry: str = ""

    @property
    def words(self) -> str:
        """The name of the source in a message."""
        return f"{SOURCE_WORDS[self.source]} {self.entry}".rstrip()

    @property
    def bad_timer(self) -> str:
        """The timer that runs while it is bad."""
        return bad_timer(self.source, self.entry)

    @property
    def status(self) -> ConditionStatus:
        """Good is True, unreadable is Unknown, everything else False."""
        if self.verdict is Verdict.GOOD:
            return ConditionStatus.TRUE
        return ConditionStatus.UNKNOWN if self.verdict is Verdict.UNREADABLE else ConditionStatus.FALSE

    @property
    def decides_by_timer(self) -> bool:
        """Whether its timers count: only while the source is readable and not paused."""
        return self.verdict not in (Verdict.UNREADABLE, Verdict.PAUSED)


class Blind(Struct, frozen=True):
    """A source without a usable reading.

    Attributes:
        reason: Why.
        lasting: Whether it counts as unreadable; else the previous condition still applies.
        told: See `Unreadable`.
    """

    reason: Reason
    lasting: bool
    told: str = ""


def settle(reading: Reading[T] | None, situation: Situation, clock: Clock) -> Present[T] | Absent | Blind:
    """Decide which value of a source counts now (design.md section 5, "No answer").

    A 403 or a missing kind makes the source unreadable at once for a request that was never ready, else after 60 s.
    Until then the last known value counts: the last reading of this process, else the stored status (`Blind.lasting`
    False). If there is neither, `blind` makes the source unreadable at once. A source that the contract names but the
    observation lacks is unreadable, because it gives no evidence.
    """
    if reading is None:
        return Blind(Reason.SOURCE_UNREADABLE, lasting=True)
    if not isinstance(reading, Unreadable):
        return reading
    at_once = reading.reason in (Reason.FORBIDDEN, Reason.KIND_MISSING) and not situation.first_ready
    if at_once or clock.older_than(min(reading.since, clock.now), NO_ANSWER_SECONDS):
        return Blind(reading.reason, lasting=True, told=reading.told)
    return reading.last if reading.last is not None else Blind(reading.reason, lasting=False, told=reading.told)


def blind(
    source: SourceName,
    condition: str,
    blindness: Blind,
    what: str,
    situation: Situation,
    timers: Sequence[str],
    health: Mapping[str, object] | None = None,
    *,
    entry: str = "",
) -> Assessment:
    """Assess a source without a usable reading; its timers are kept.

    Args:
        source: Which source.
        condition: Its condition.
        blindness: Why there is no reading, and whether the source counts as unreadable.
        what: What cannot be read, for the message, such as ``pods in namespace media``.
        situation: The context.
        timers: Names of the source's own timers.
        health: The source's keys of the previous `status.health`, carried over until it counts as unreadable.
        entry: Which entry of its source, see `Assessment`.
    """
    kept = {name: situation.history.since[name] for name in timers if name in situation.history.since}
    if not blindness.lasting:
        carry = carried(source, condition, situation, kept, health or {}, entry=entry)
        if carry is not None:
            return carry
    told = f": {blindness.told}" if blindness.told else ""
    texts = {
        Reason.FORBIDDEN: f"not allowed to read {what}",
        Reason.KIND_MISSING: f"the API server does not know the kind of {what}{told}",
        Reason.KIND_TOO_LARGE: f"more than {MAX_OBJECTS_OF_A_KIND:,} objects are of the kind of {what}: "
        "give the entry a watchSelector",
        Reason.ARGOCD_SILENT: f"Argo CD shows no sign of life: what it said of {what} may be out of date",
    }
    message = clean(texts.get(blindness.reason, f"no answer about {what}"))
    return Assessment(source, condition, Verdict.UNREADABLE, blindness.reason, message, timers=kept, entry=entry)


def carried(
    source: SourceName,
    condition: str,
    situation: Situation,
    timers: Mapping[str, datetime],
    health: Mapping[str, object],
    *,
    entry: str = "",
) -> Assessment | None:
    """Repeat the verdict in the stored status while there is no newer one; None if there is none."""
    before = situation.history.conditions.get(condition)
    if before is None or before.reason is None or before.status is ConditionStatus.UNKNOWN:
        return None
    verdict = _last_verdict(bad_timer(source, entry), before.status, before.reason, situation)
    message = clean(before.message)
    note = message if verdict is Verdict.GOOD and before.reason in _EXCUSED else ""
    on_its_way = before.reason in _ON_THEIR_WAY
    return Assessment(
        source, condition, verdict, before.reason, message, dict(timers), dict(health), note, on_its_way, entry=entry
    )


_EXCUSED = frozenset(
    {
        Reason.WAITING_FOR_WORKS,
        Reason.WORKS_PENDING,
        Reason.WORKS_FAILING,
        Reason.WORKS_MISPLACED,
        Reason.SUB_APPS_PROGRESSING,
    }
)
"""Reasons that count as good once ready, unless the source was bad already."""


_ON_THEIR_WAY = frozenset({Reason.APPLICATION_PROGRESSING, Reason.NO_RESOURCES})
"""Reasons that once ready are bad only because something is still in progress."""


def _last_verdict(timer: str, status: ConditionStatus, reason: Reason, situation: Situation) -> Verdict:
    # A False condition meant bad if the timer bad.<source> runs, else pending; the reason alone is ambiguous.
    was_bad = timer in situation.history.since
    if reason in _EXCUSED and not was_bad:
        return lenient(situation)
    if status is ConditionStatus.TRUE:
        return Verdict.GOOD
    if reason is Reason.PAUSED:
        return Verdict.PAUSED
    if reason in _ON_THEIR_WAY:
        return strict(situation)
    return Verdict.BAD if was_bad or situation.first_ready else Verdict.PENDING


def running(
    name: str,
    holds: bool | None,  # noqa: FBT001 - the value of the predicate
    situation: Situation,
    clock: Clock,
) -> dict[str, datetime]:
    """A timer after an observation: started if the predicate holds, stopped if not, kept if that was not observed."""
    since = situation.history.since.get(name)
    if holds is None:
        return {} if since is None else {name: since}
    return {name: clock.now if since is None else since} if holds else {}


def being_deleted(what: str, since: datetime | None) -> str:
    """Describe an object that is being deleted, which only one with a deletionTimestamp is."""
    return f"{what} is being deleted" + (f" since {format_time(since)}" if since and since > LONG_AGO else "")


def missing(situation: Situation) -> Verdict:
    """Absent, which is pending before firstReady and bad after it."""
    return Verdict.BAD if situation.first_ready else Verdict.PENDING


def strict(situation: Situation) -> Verdict:
    """Pending, which once ready counts as bad."""
    return Verdict.BAD if situation.once_ready else Verdict.PENDING


def lenient(situation: Situation) -> Verdict:
    """Pending, which once ready counts as good."""
    return Verdict.GOOD if situation.once_ready else Verdict.PENDING
