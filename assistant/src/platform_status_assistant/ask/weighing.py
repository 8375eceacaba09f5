"""What may be claimed of a request: a Yes needs `Judged.ready`, and nothing that contradicts it. Pure."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from hctl.public.facts import Diagnosis, ExitCode, Judged, RequestView, State, duration, inert
from platform_status_contract.model.vocabulary import Phase

from .facts import AnswerVerdict, Fact
from .phrases import joined, word_of

__all__ = ["AnswerEvidence", "EventSeen", "Heard", "Weighed", "weigh", "witness"]


class EventSeen(Struct, frozen=True):
    """An Event of events.k8s.io about the request: metadata.name, reason, note, when, resourceVersion."""

    name: str
    reason: str
    note: str
    at: datetime | None = None
    version: str = ""


class Heard(Struct, frozen=True):
    """What Prometheus said.

    Attributes:
        address: Which one was asked; empty if none was to be.
        failure: Why it was not heard; empty if it was.
        query: What was asked.
        phases: (kind, namespace, name) -> the phases whose series is 1; one, if all is well.
        scraped: When the newest of these samples was taken; None if that is not known.
    """

    address: str = ""
    failure: str = ""
    query: str = ""
    phases: Mapping[tuple[str, str, str], tuple[str, ...]] = {}
    scraped: datetime | None = None

    def of(self, view: RequestView) -> tuple[str, ...]:
        """The phases of one request."""
        return self.phases.get((view.kind, view.namespace, view.name), ())


class AnswerEvidence(Struct, frozen=True):
    """What was found for one question.

    Attributes:
        now: The API server's time.
        judged: The requests that the question is about.
        diagnosis: Of the one request, if the question needs it.
        events: About the one request, the newest first; None if they are not needed or could not be read.
        heard: What Prometheus said.
        narrowed: The namespaces that were looked into, if not all could be.
        refused: Kinds that may not be listed.
    """

    now: datetime
    judged: tuple[Judged, ...] = ()
    diagnosis: Diagnosis | None = None
    events: tuple[EventSeen, ...] | None = None
    heard: Heard = Heard()
    narrowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """What could not be seen."""
        notes = []
        if self.narrowed:
            notes.append(f"You may not list all namespaces; looked into {', '.join(self.narrowed)} only")
        if self.refused:
            notes.append(f"You may not list {', '.join(self.refused)}; what is there is missing here")
        if self.heard.failure:
            notes.append(f"Prometheus did not answer; this rests on the API server alone: {self.heard.failure}")
        return notes


class Weighed(Struct, frozen=True):
    """What may be claimed of one request.

    Attributes:
        verdict: YES: it is ready; NO: it is not; UNKNOWN: nobody can say.
        because: Why nobody can say, as the rest of a sentence; empty otherwise.
        exit_code: As `hctl status` ends; 4 as well if Prometheus contradicts a Ready.
        trusted: Whether what the sidecar wrote may be repeated as true.
    """

    verdict: AnswerVerdict
    because: str
    exit_code: ExitCode
    trusted: bool


def weigh(judged: Judged, heard: Heard, diagnosis: Diagnosis | None = None) -> Weighed:
    """Weigh one request.

    Args:
        judged: What its status says, and what that is worth.
        heard: What Prometheus says.
        diagnosis: What is seen now, if somebody looked.
    """
    view, code = judged.view, judged.exit_code if diagnosis is None else diagnosis.exit_code
    if not judged.trusted:
        return Weighed(AnswerVerdict.UNKNOWN, _why_untrusted(judged), code, trusted=False)
    if view.phase is None and view.phase_found:
        return Weighed(AnswerVerdict.UNKNOWN, "its phase is none of the seven", code, trusted=False)
    if judged.ready and _contradicts(judged, heard):
        because = f"the status says Ready, and Prometheus says {joined([word_of(one) for one in heard.of(view)[:7]])}"
        return Weighed(AnswerVerdict.UNKNOWN, because, ExitCode.STALE, trusted=False)
    seen = diagnosis.seen.phase if diagnosis is not None and diagnosis.seen is not None else Phase.READY
    if judged.ready and seen is not Phase.READY:
        because = f"the status says Ready, and by what is seen now it is {seen}"
        return Weighed(AnswerVerdict.UNKNOWN, because, code, trusted=False)
    if view.phase is Phase.UNKNOWN:
        return Weighed(AnswerVerdict.UNKNOWN, "the sidecar cannot tell and says Unknown", code, trusted=True)
    return Weighed(AnswerVerdict.YES if judged.ready else AnswerVerdict.NO, "", code, trusted=True)


def _contradicts(judged: Judged, heard: Heard) -> bool:
    """Whether it says another phase, and not merely from before the request became Ready."""
    ready = judged.view.condition("Ready")
    since = ready.since if ready is not None else None
    older = heard.scraped is not None and since is not None and heard.scraped < since
    return heard.of(judged.view) not in ((), (str(judged.view.phase),)) and not older


def _why_untrusted(judged: Judged) -> str:
    """Hctl's first warning, without any word of the cluster in it."""
    freshness = judged.freshness
    if freshness.state is State.SILENT and freshness.seconds is not None:
        return f"the sidecar has been silent for {duration(freshness.seconds)}"
    if freshness.state is State.SILENT:
        return "the sidecar is silent: its Lease is missing or was never renewed"
    if freshness.state is not State.FRESH:
        lease = "the Lease that it names cannot be relied on" if judged.view.lease else "it names no Lease"
        return f"nothing proves that this status is still kept true: {lease}"
    first = judged.warnings[0]
    return f"the {first[4:]}" if first.startswith("The ") else first


def witness(judged: Judged, heard: Heard, now: datetime) -> list[Fact]:
    """What Prometheus says of a request, if anything."""
    age = None if heard.scraped is None else max(int((now - heard.scraped).total_seconds()), 0)
    phases = tuple(inert(phase, 60) for phase in heard.of(judged.view)[:7])
    said = phases[0] if len(phases) == 1 else phases
    return [Fact("prometheus.phase", said, "prometheus", heard.address, heard.query, age=age)] if phases else []
