"""Decides the verdict on a request: Yes needs `Judged.ready`, and no contradicting evidence. Pure."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from hctl.public.facts import Diagnosis, ExitCode, Judged, RequestView, State, duration, inert
from platform_status_contract.model.vocabulary import Phase

from .facts import AnswerVerdict, Fact
from .phrases import joined, word_of

__all__ = ["AnswerEvidence", "EventSeen", "Heard", "Weighed", "weigh", "witness"]


class EventSeen(Struct, frozen=True):
    """An Event of events.k8s.io about the request: metadata.name, reason, note, time, resourceVersion."""

    name: str
    reason: str
    note: str
    at: datetime | None = None
    version: str = ""


class Heard(Struct, frozen=True):
    """The response of Prometheus.

    Attributes:
        address: Its URL; empty if none was queried.
        failure: Why there is no response; empty if there is one.
        query: The query.
        phases: (kind, namespace, name) -> the phases whose series is 1; normally one.
        scraped: Time of the newest of these samples; None if unknown.
    """

    address: str = ""
    failure: str = ""
    query: str = ""
    phases: Mapping[tuple[str, str, str], tuple[str, ...]] = {}
    scraped: datetime | None = None

    def of(self, view: RequestView) -> tuple[str, ...]:
        """Return the phases of one request."""
        return self.phases.get((view.kind, view.namespace, view.name), ())


class AnswerEvidence(Struct, frozen=True):
    """The evidence for one question.

    Attributes:
        now: The API server's time.
        judged: The requests that the question is about.
        diagnosis: The diagnosis of a single request, if the question needs it.
        events: The events of a single request, newest first; None if not needed or not readable.
        heard: The response of Prometheus.
        narrowed: The listed namespaces, if the user may not list all.
        refused: Kinds that the user may not list.
    """

    now: datetime
    judged: tuple[Judged, ...] = ()
    diagnosis: Diagnosis | None = None
    events: tuple[EventSeen, ...] | None = None
    heard: Heard = Heard()
    narrowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """Return remarks about evidence that could not be read."""
        notes = []
        if self.narrowed:
            notes.append(f"You may not list all namespaces; listed only {', '.join(self.narrowed)}")
        if self.refused:
            notes.append(f"You may not list {', '.join(self.refused)}; their requests are missing here")
        if self.heard.failure:
            notes.append(f"Prometheus did not respond; this answer uses only the API server: {self.heard.failure}")
        return notes


class Weighed(Struct, frozen=True):
    """The verdict on one request.

    Attributes:
        verdict: YES: it is ready; NO: it is not ready; UNKNOWN: the evidence is insufficient.
        because: Why it is UNKNOWN, as the end of a sentence; else empty.
        exit_code: The exit code, as in `hctl status`; also 4 if Prometheus contradicts Ready.
        trusted: Whether the sidecar's status can be repeated as true.
    """

    verdict: AnswerVerdict
    because: str
    exit_code: ExitCode
    trusted: bool


def weigh(judged: Judged, heard: Heard, diagnosis: Diagnosis | None = None) -> Weighed:
    """Decide the verdict on one request.

    Args:
        judged: Its status and freshness.
        heard: The response of Prometheus.
        diagnosis: The diagnosis, if there is one.
    """
    view, code = judged.view, judged.exit_code if diagnosis is None else diagnosis.exit_code
    if not judged.trusted:
        return Weighed(AnswerVerdict.UNKNOWN, _why_untrusted(judged), code, trusted=False)
    if view.phase is None and view.phase_found:
        return Weighed(AnswerVerdict.UNKNOWN, "its phase is not one of the seven", code, trusted=False)
    if judged.ready and _contradicts(judged, heard):
        because = f"the status is Ready, but Prometheus has {joined([word_of(one) for one in heard.of(view)[:7]])}"
        return Weighed(AnswerVerdict.UNKNOWN, because, ExitCode.STALE, trusted=False)
    seen = diagnosis.seen.phase if diagnosis is not None and diagnosis.seen is not None else Phase.READY
    if judged.ready and seen is not Phase.READY:
        because = f"the status is Ready, but derived from its objects now it is {seen}"
        return Weighed(AnswerVerdict.UNKNOWN, because, code, trusted=False)
    if view.phase is Phase.UNKNOWN:
        return Weighed(AnswerVerdict.UNKNOWN, "the sidecar reports Unknown for unreadable sources", code, trusted=True)
    return Weighed(AnswerVerdict.YES if judged.ready else AnswerVerdict.NO, "", code, trusted=True)


def _contradicts(judged: Judged, heard: Heard) -> bool:
    """Whether Prometheus has another phase, from a scrape after the request became Ready."""
    ready = judged.view.condition("Ready")
    since = ready.since if ready is not None else None
    older = heard.scraped is not None and since is not None and heard.scraped < since
    return heard.of(judged.view) not in ((), (str(judged.view.phase),)) and not older


def _why_untrusted(judged: Judged) -> str:
    """Return hctl's first warning, without any text from the cluster."""
    freshness = judged.freshness
    if freshness.state is State.SILENT and freshness.seconds is not None:
        return f"the sidecar has been silent for {duration(freshness.seconds)}"
    if freshness.state is State.SILENT:
        return "the sidecar is silent: its Lease is missing or was never renewed"
    if freshness.state is not State.FRESH:
        lease = "the Lease that it names is not valid" if judged.view.lease else "it names no Lease"
        return f"nothing proves that this status is current: {lease}"
    first = judged.warnings[0]
    return f"the {first[4:]}" if first.startswith("The ") else first


def witness(judged: Judged, heard: Heard, now: datetime) -> list[Fact]:
    """Return the facts of Prometheus about a request, if any."""
    age = None if heard.scraped is None else max(int((now - heard.scraped).total_seconds()), 0)
    phases = tuple(inert(phase, 60) for phase in heard.of(judged.view)[:7])
    said = phases[0] if len(phases) == 1 else phases
    return [Fact("prometheus.phase", said, "prometheus", heard.address, heard.query, age=age)] if phases else []
