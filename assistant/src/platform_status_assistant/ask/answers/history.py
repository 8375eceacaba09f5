"""Since when is it so, when was that last checked, and what changed?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from hctl.reading.views import ConditionView
from hctl.texts import age_of, duration
from platform_status_assistant.ask.facts import Answer, Fact, Source, Verdict, age
from platform_status_assistant.ask.phrases import (
    called,
    joined,
    object_reference,
    phase_words,
    quoted,
    reason_words,
    shown_phase,
)
from platform_status_contract.model.times import format_time

from .weighing import About

__all__ = ["changed", "checked", "since"]

_CHANGES: Final = 4
_EVENTS: Final = 3
_WINDOW_WORDS: Final = "6 hours"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def since(about: About) -> Answer:
    """Say since when it is ready, or is not."""
    view = about.view
    ready = view.condition("Ready")
    timers = dict(view.timers)
    facts = about.standing()
    moment = ready.since if ready is not None else None
    if moment is not None:
        facts.append(about.cite.status("since", format_time(moment), "status.conditions[Ready].lastTransitionTime"))
    for name in ("firstReady", "degraded", "updating"):
        if name in timers:
            facts.append(about.cite.status(f"since.{name}", format_time(timers[name]), f"status.health.since.{name}"))
    if not about.weighed.trusted:
        last = shown_phase(view, about.now)
        if moment is not None and ready is not None:
            last += f", condition Ready {ready.status} since {_when(moment, about.now)}"
        return about.abstain(last, facts)
    if ready is None or moment is None:
        text = (
            f"Since when {called(view)} is in phase {view.phase or 'none'} cannot be told: condition Ready has no time."
        )
        return about.answer(Verdict.NONE, text, facts, because="condition Ready tells no time")
    words = {"True": "has been Ready", "False": "has not been ready", "Unknown": "has been unknown"}[ready.status]
    text = f"{called(view)} {words} since {_when(moment, about.now)}"
    text += "" if ready.status == "True" else f"; it is in phase {view.phase or 'none'}"
    if "firstReady" in timers and ready.status != "True":
        text += f"; it was first ready at {_when(timers['firstReady'], about.now)}"
    return about.answer(Verdict.NONE, f"{text}.", facts)


def checked(about: About) -> Answer:
    """Say when somebody last saw to it that the status is true, and what it says."""
    view, freshness = about.view, about.judged.freshness
    if not about.weighed.trusted:
        return about.abstain(shown_phase(view, about.now), about.standing())
    if freshness.checked is None:
        text = f"No sidecar has looked at {called(view)} yet."
        return about.answer(Verdict.NONE, text, about.standing(), because="no sidecar has looked at it yet")
    text = f"The status of {called(view)} was last checked at {_when(freshness.checked, about.now)}"
    written = view.last_reconciled
    if written is not None:
        text += f", and last had to be changed at {_when(written, about.now)}"
    facts = [*about.standing(), *about.cite.written()]
    return about.answer(Verdict.NONE, f"{text}. It says phase {view.phase or 'none'}.", facts)


def changed(about: About) -> Answer:
    """Say what changed last: conditions, Events, generations, and what Prometheus remembers."""
    view, now = about.view, about.now
    moved = sorted((entry for entry in view.conditions if entry.since), key=_moved, reverse=True)[:_CHANGES]
    facts = [*about.standing()[:1], *(_transition(about, entry) for entry in moved)]
    parts = [
        f"{entry.type} became {entry.status} {age_of(entry.since, now)} ago"
        + (f" ({reason_words(entry.reason)})" if entry.reason else "")
        for entry in moved
    ]
    text = (
        f"Last changes of {called(view)}: {joined(parts)}."
        if parts
        else f"No condition of {called(view)} tells a time."
    )
    notes: list[str] = []
    text += _generation(about)
    facts += about.cite.generations()
    events = about.evidence.events
    if events is not None:
        facts += [_event(about, index) for index in range(min(len(events.seen), _EVENTS))]
        if events.unread:
            notes.append(f"{events.unread}: Events are missing here")
        elif events.seen:
            newest = events.seen[0]
            said = f": {quoted(newest.note)}" if newest.note else ""
            text += f" Newest Event, {age_of(newest.at, now)} ago: {quoted(newest.reason, 128)}{said}."
        else:
            text += " There are no Events about it."
    said_then, more = _remembered(about)
    text += said_then
    facts += more
    if not about.weighed.trusted:
        known = f"I cannot say what changed last: {about.weighed.because}. Until then: {text}"
        return about.answer(Verdict.UNKNOWN, known, facts, notes)
    return about.answer(Verdict.NONE, text, facts, notes)


def _moved(entry: ConditionView) -> datetime:
    return entry.since or _NEVER


def _transition(about: About, entry: ConditionView) -> Fact:
    key = f"status.conditions[{entry.type}].lastTransitionTime"
    return about.cite.status(f"since.{entry.type}", format_time(entry.since) if entry.since else None, key)


def _generation(about: About) -> str:
    view = about.view
    if view.observed_generation is None:
        return f" Its spec is at generation {view.generation}; no sidecar has looked at any."
    if view.observed_generation < view.generation:
        behind = f"generation {view.generation} is not looked at yet, the status speaks of {view.observed_generation}"
        return f" Its spec was edited: {behind}."
    return f" Its spec is at generation {view.generation}, which the status speaks of."


def _event(about: About, index: int) -> Fact:
    events = about.evidence.events
    assert events is not None  # noqa: S101 - for mypy; the caller counted them
    event = events.seen[index]
    reference = object_reference("events.events.k8s.io", event.name, about.view.namespace)
    said = f"{event.reason}: {event.note}" if event.note else event.reason
    text = f"note = {quoted(said)} of {reference}, resourceVersion {event.version}, {age_of(event.at, about.now)} ago"
    return Fact("event", said, text, Source("event", reference, "note", event.version), age(event.at, about.now))


def _remembered(about: About) -> tuple[str, list[Fact]]:
    heard = about.evidence.heard
    facts: list[Fact] = []
    words: list[str] = []
    if heard.earlier:
        words.append(f"was in {_phases(heard.earlier)}")
        facts.append(_metric(about, "phases", heard.earlier, heard.earlier_query))
    if heard.flips is not None:
        words.append(f"became ready or ceased to be {heard.flips} times")
        facts.append(_metric(about, "readyChanges", heard.flips, heard.flips_query))
    return (f" By Prometheus, in the last {_WINDOW_WORDS} it {joined(words)}." if words else ""), facts


def _metric(about: About, name: str, value: tuple[str, ...] | int, query: str) -> Fact:
    heard = about.evidence.heard
    shown = joined(value) if isinstance(value, tuple) else value
    text = f"{name} = {shown} by {query} of {heard.address}"
    return Fact(name, value, text, Source("prometheus", heard.address, query=query), age(heard.scraped, about.now))


def _phases(phases: Sequence[str]) -> str:
    return ("phase " if len(phases) == 1 else "phases ") + phase_words(phases)


def _when(moment: datetime, now: datetime) -> str:
    return f"{format_time(moment)} ({duration((now - moment).total_seconds())} ago)"
