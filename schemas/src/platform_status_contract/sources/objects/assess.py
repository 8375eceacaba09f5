"""Objects: is each that a contract names or selects ready? One assessment, and one condition, for each entry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zlib import crc32

import msgspec
from msgspec import Struct

from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.assessment import (
    Assessment,
    Blind,
    Situation,
    Verdict,
    blind,
    carried,
    running,
    settle,
    strict,
)
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, ObjectSeen, Observation, Reading, written_for
from platform_status_contract.rules.texts import clean, name_culprits
from platform_status_contract.rules.timers import SourceName, unknown_timer

from .choose import Rule, rule_of
from .health import counted
from .standard import GRACE_SECONDS, Said, Word

__all__ = ["assess_objects"]

_SOURCE: Final = SourceName.OBJECTS
_OPEN: Final = (Word.CHECKING, Word.BEHIND)
"""Words that are no verdict: the last one counts for a while."""

_VERDICTS: Final = (Reason.OBJECTS_READY, Reason.OBJECT_NOT_READY, Reason.OBJECT_FAILED)
"""Reasons that may be carried over while there is no newer verdict."""

_REASONS: Final = {
    Word.READY: Reason.OBJECTS_READY,
    Word.NOT_READY: Reason.OBJECT_NOT_READY,
    Word.YOUNG: Reason.OBJECT_NOT_READY,
    Word.CHECKING: Reason.OBJECT_PROGRESSING,
    Word.BEHIND: Reason.OBJECT_PROGRESSING,
    Word.SILENT: Reason.OBJECT_SILENT,
    Word.PAUSED: Reason.PAUSED,
    Word.FAILED: Reason.OBJECT_FAILED,
    Word.DELETED: Reason.BEING_DELETED,
    Word.UNREADABLE: Reason.SOURCE_UNREADABLE,
}


class _Judged(Struct, frozen=True):
    """An object, what it says, what that means for this request now, and whether it has had its time."""

    seen: ObjectSeen
    said: Said
    verdict: Verdict
    late: bool


class _Look(Struct, frozen=True):
    """One look at the objects of an entry."""

    entry: ObjectEntry
    rule: Rule
    judged: list[_Judged]
    timers: dict[str, datetime]
    done: dict[str, str]
    foreign: int

    def having(self, verdict: Verdict) -> list[_Judged]:
        """Those of a verdict."""
        return [item for item in self.judged if item.verdict is verdict]

    @property
    def health(self) -> dict[str, object]:
        """What the entry adds to `health.objects`."""
        unready = [f"{self.entry.kind}/{item.seen.name}" for item in self.judged if item.verdict is not Verdict.GOOD]
        missing = 0 if self.done else max(self.entry.minimum - len(self.judged), 0)
        unready += [f"{self.entry.kind}/{self.entry.object}"] if missing and self.entry.object else []
        total = len(self.judged) + missing
        return counted(len(self.having(Verdict.GOOD)), total, unready, self.done)


def assess_objects(observation: Observation, situation: Situation, clock: Clock) -> tuple[Assessment, ...]:
    """Assess every entry of the contract; total."""
    entries = situation.contract.objects or ()
    readings = (*(observation.objects or ()), *([None] * len(entries)))
    return tuple(
        _assess_entry(entry, reading, situation, clock) for entry, reading in zip(entries, readings, strict=False)
    )


def _assess_entry(
    entry: ObjectEntry, reading: Reading[tuple[ObjectSeen, ...]] | None, situation: Situation, clock: Clock
) -> Assessment:
    settled = settle(reading, situation, clock)
    if isinstance(settled, Blind):
        return _unread(entry, settled, situation)
    seen = () if isinstance(settled, Absent) else settled.value
    rule = rule_of(entry)
    judged = [_judge(item, rule, situation, clock) for item in seen if not item.foreign]
    timer = unknown_timer(entry.name)
    # what flaps for a moment and says itself since when needs no timer, each of which would be a write
    untold = any(item.said.word in _OPEN and item.said.since is None for item in judged)
    timers = running(timer, untold, situation, clock)
    done = _done(entry, rule, judged, situation)
    if done:
        judged = [_excused(item, situation) for item in judged]
    return _conclude(_Look(entry, rule, judged, timers, done, sum(item.foreign for item in seen)), situation, clock)


def _unread(entry: ObjectEntry, blindness: Blind, situation: Situation) -> Assessment:
    """A kind that is not installed, or may not be read, may still come before the first Ready."""
    what = _called(entry)
    done = {"objects": {"done": kept}} if (kept := _still_done(entry, situation)) else {}
    found = blind(
        _SOURCE, entry.condition, blindness, what, situation, [unknown_timer(entry.name)], done, entry=entry.name
    )
    if found.verdict is not Verdict.UNREADABLE:
        return found
    waits = blindness.reason in (Reason.FORBIDDEN, Reason.KIND_MISSING) and not situation.first_ready
    verdict = Verdict.PENDING if waits else Verdict.UNREADABLE
    return msgspec.structs.replace(found, verdict=verdict, health=dict(done))


def _judge(seen: ObjectSeen, rule: Rule, situation: Situation, clock: Clock) -> _Judged:
    """What an object means; of what is no verdict, what it means without an older one."""
    said = rule.says(seen)
    if situation.request in seen.names:
        said = _in_a_cycle(said)
    if said.since is not None and not (seen.created or said.since) <= said.since <= clock.now:
        # no time at all: some operators write 1970, or their clock is ahead
        said = msgspec.structs.replace(said, since=None)
    deadline = situation.contract.thresholds.progress_deadline_seconds
    since = seen.deleted or seen.created
    late = clock.older_than(min(since, clock.now), deadline) if since else situation.overdue
    match said.word:
        case Word.READY:
            verdict = Verdict.GOOD
        case Word.FAILED | Word.DELETED:
            verdict = Verdict.BAD
        case Word.PAUSED:
            verdict = Verdict.PAUSED
        case Word.UNREADABLE:
            verdict = Verdict.UNREADABLE
        case Word.YOUNG:
            verdict = Verdict.BAD if late else strict(situation)
        case _:
            least = situation.contract.thresholds.min_ready_ratio
            is_enough = situation.once_ready and said.share is not None and said.share >= least
            verdict = Verdict.GOOD if is_enough else strict(situation)
    return _Judged(seen, said, verdict, late)


def _in_a_cycle(said: Said) -> Said:
    """Name a request that observes this one in turn: neither can wait for the other to be ready first."""
    if said.word is Word.READY:
        return msgspec.structs.replace(said, note="observes this request in turn")
    if said.word in (Word.DELETED, Word.PAUSED, Word.UNREADABLE):
        return said
    return Said(Word.FAILED, "observes this request in turn: each waits for the other")


def _done_mark(entry: ObjectEntry, situation: Situation) -> str:
    """Tell the entry of this generation from an older one, and from one that a new template words differently."""
    return f"{situation.contract.generation}-{crc32(msgspec.json.encode(entry)):08x}"


def _still_done(entry: ObjectEntry, situation: Situation) -> dict[str, str]:
    mark = _done_mark(entry, situation)
    return {entry.name: mark} if situation.history.done.get(entry.name) == mark else {}


def _done(entry: ObjectEntry, rule: Rule, judged: Sequence[_Judged], situation: Situation) -> dict[str, str]:
    """Whether what ends has ended for this generation of the contract: then it may be gone, or run again."""
    generation, key = situation.contract.generation, entry.generation_annotation
    if not rule.ends:
        return {}
    if any(item.said.word is not Word.READY for item in judged) or len(judged) < entry.minimum:
        return _still_done(entry, situation)
    is_old = key is not None and any(written_for(item.seen.annotation(key)) < generation for item in judged)
    return _still_done(entry, situation) if is_old else {entry.name: _done_mark(entry, situation)}


def _excused(item: _Judged, situation: Situation) -> _Judged:
    """What has done its work may go, and may run again at rest; during an edit it may be a new one that runs."""
    may = item.said.word is Word.DELETED or (situation.once_ready and item.said.word is not Word.FAILED)
    return msgspec.structs.replace(item, verdict=Verdict.GOOD) if may else item


def _conclude(look: _Look, situation: Situation, clock: Clock) -> Assessment:
    """Name the worst: another request's, bad by itself, too few, paused, unreadable, not there yet, no verdict."""
    if look.foreign:
        text = f"{_called(look.entry)} belongs to another request"
        if look.entry.selector is not None:
            text = f"of {_called(look.entry)} {look.foreign} belong to other requests"
        return _found(look, Verdict.BAD, Reason.NOT_OURS, text)
    broken = [item for item in look.having(Verdict.BAD) if item.said.word not in _OPEN]
    if broken:
        return _named(look, broken, Verdict.BAD)
    if len(look.judged) < look.entry.minimum and not look.done:
        return _too_few(look, situation)
    for verdict in (Verdict.PAUSED, Verdict.UNREADABLE):
        if found := look.having(verdict):
            return _named(look, found, verdict)
    waiting = [item for item in look.having(Verdict.PENDING) if item.said.word not in _OPEN]
    if waiting:
        return _named(look, waiting, Verdict.PENDING)
    undecided = [item for item in look.judged if item.said.word in _OPEN and item.verdict is not Verdict.GOOD]
    return _undecided(look, undecided, situation, clock) if undecided else _fine(look)


def _too_few(look: _Look, situation: Situation) -> Assessment:
    entry, count = look.entry, len(look.judged)
    text = f"{_called(entry)} does not exist"
    if entry.selector is not None:
        text = f"{count} of at least {entry.minimum} of {_called(entry)} exist"
    return _found(look, strict(situation), Reason.OBJECT_MISSING, text)


def _undecided(look: _Look, undecided: list[_Judged], situation: Situation, clock: Clock) -> Assessment:
    """Keep the last verdict for a while: a good one for the grace of the kind, a bad one for the progress deadline."""
    told = [item.said.since for item in undecided if item.said.since is not None]
    since = min([*told, *look.timers.values()])
    is_behind = any(item.said.word is Word.BEHIND for item in undecided)
    kept = _last(look, situation, is_behind=is_behind)
    if kept is not None:
        limit = max(look.rule.grace, GRACE_SECONDS) if is_behind else look.rule.grace
        if kept.verdict is not Verdict.GOOD or all(item.said.patient for item in undecided):
            limit = situation.contract.thresholds.progress_deadline_seconds
        if not clock.older_than(since, limit):
            return kept
    found = _named(look, undecided, strict(situation))
    if found.verdict is not Verdict.BAD:
        return found
    return msgspec.structs.replace(found, message=clean(f"{found.message.rstrip('.')} since {format_time(since)}"))


def _last(look: _Look, situation: Situation, *, is_behind: bool) -> Assessment | None:
    """The last verdict, with the numbers that belong to it; None if it is about something older than what is there.

    A good one may be of the generation before the edit that is being rolled out.
    """
    before = situation.history.conditions.get(look.entry.condition)
    if before is None or before.reason not in _VERDICTS or (is_behind and not situation.once_ready):
        return None
    kept = carried(_SOURCE, look.entry.condition, situation, look.timers, look.health, entry=look.entry.name)
    if kept is None or kept.verdict is not Verdict.GOOD:
        return kept
    count = len(look.judged)
    kept = msgspec.structs.replace(kept, health=counted(count, count, (), look.done))
    return None if situation.updating else kept


def _fine(look: _Look) -> Assessment:
    notes = [item for item in look.judged if item.said.word is not Word.READY or item.said.note]
    note = "; ".join(f"{_name(look, item)} {item.said.note or item.said.text}" for item in notes)
    if not look.judged:
        text = f"{_called(look.entry)} has completed, and is gone"
    elif len(look.judged) == 1:
        text = f"{_name(look, look.judged[0])} {look.judged[0].said.text}"
    else:
        text = f"{len(look.judged)}/{len(look.judged)} of {_called(look.entry)} are ready"
        text = f"{text}; {note}" if note else text
    return _found(look, Verdict.GOOD, Reason.OBJECTS_READY, text, note=clean(note))


def _named(look: _Look, found: Sequence[_Judged], verdict: Verdict) -> Assessment:
    """Say what the first of them says, and name the others."""
    ordered = sorted(found, key=lambda item: (item.said.word is not Word.FAILED, item.seen.namespace, item.seen.name))
    first = ordered[0]
    text = f"{_name(look, first)} {first.said.text}"
    if first.said.word is Word.SILENT and first.late and not (first.seen.speaks or first.seen.written):
        text = f"nothing writes the status of {_name(look, first)}: is its operator running?"
    if first.said.word is Word.DELETED and first.late and first.seen.finalizers:
        text += f"; held by finalizers {name_culprits(first.seen.finalizers)}"
    if len(ordered) > 1:
        text += f"; likewise {name_culprits([item.seen.name for item in ordered[1:]])}"
    if look.entry.minimum > 1:
        text = f"{len(look.having(Verdict.GOOD))} of {max(len(look.judged), look.entry.minimum)} are ready: {text}"
    return _found(look, verdict, _REASONS[first.said.word], text)


def _found(look: _Look, verdict: Verdict, reason: Reason, text: str, *, note: str = "") -> Assessment:
    entry = look.entry
    return Assessment(
        _SOURCE, entry.condition, verdict, reason, clean(text), look.timers, look.health, note, entry=entry.name
    )


def _name(look: _Look, item: _Judged) -> str:
    return f"{look.entry.kind} {clean(item.seen.name, 100)}"


def _called(entry: ObjectEntry) -> str:
    """Name what an entry observes."""
    where = f"{entry.namespace}/" if entry.namespace else ""
    if entry.object is not None:
        return f"{entry.kind} {where}{entry.object}"
    return f"{entry.resource} in namespace {entry.namespace}" if entry.namespace else entry.resource
