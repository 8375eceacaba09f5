"""What a request's status is worth for an answer, and the facts and notes that every answer about it shares."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hctl.diagnosis.conclude import Diagnosis
from hctl.errors import ExitCode
from hctl.reading.freshness import Freshness, State
from hctl.reading.judgement import Judged
from hctl.texts import duration
from platform_status_assistant.ask.facts import Answer, Citations, Fact, Source, Verdict, age
from platform_status_assistant.ask.intents import Intent
from platform_status_assistant.ask.phrases import phase_words
from platform_status_assistant.ask.seen import Evidence, Heard
from platform_status_contract.model.vocabulary import Phase

__all__ = ["About", "Weighed", "weigh", "witness"]


class Weighed(Struct, frozen=True):
    """What may be claimed of one request.

    Attributes:
        verdict: ``yes``: it is ready; ``no``: it is not; ``unknown``: nobody can say.
        because: Why nobody can say, as the rest of a sentence; empty otherwise.
        exit_code: As `hctl status` ends; 4 as well if Prometheus contradicts a Ready.
        trusted: Whether what the sidecar wrote may be repeated as true.
    """

    verdict: Verdict
    because: str
    exit_code: ExitCode
    trusted: bool


def weigh(judged: Judged, heard: Heard, diagnosis: Diagnosis | None = None) -> Weighed:
    """Weigh a request: a Yes needs `Judged.ready` and nothing that contradicts it.

    Args:
        judged: What its status says, and what that is worth.
        heard: What Prometheus says.
        diagnosis: What is seen now, if somebody looked.
    """
    code = judged.exit_code if diagnosis is None else diagnosis.exit_code
    if not judged.trusted:
        return Weighed(Verdict.UNKNOWN, _why_untrusted(judged), code, trusted=False)
    if judged.view.phase is None and judged.view.phase_found:
        return Weighed(Verdict.UNKNOWN, "its phase is none of the seven", code, trusted=False)
    if judged.ready:
        seen = diagnosis.seen.phase if diagnosis is not None and diagnosis.seen is not None else Phase.READY
        because = f"the status says Ready, and by what is seen now it is {seen}" if seen is not Phase.READY else ""
        if heard.contradicts(judged):
            phases = phase_words(heard.phases_of(judged.view))
            because, code = f"the status says Ready, and Prometheus says {phases}", ExitCode.STALE
        return Weighed(Verdict.UNKNOWN if because else Verdict.YES, because, code, trusted=not because)
    if judged.view.phase is Phase.UNKNOWN:
        because = "the sidecar itself cannot tell, and says Unknown"
        return Weighed(Verdict.UNKNOWN, because, code, trusted=True)
    return Weighed(Verdict.NO, "", code, trusted=True)


def _why_untrusted(judged: Judged) -> str:
    """The same as hctl's first warning, but without any word of the cluster in it."""
    freshness = judged.freshness
    if freshness.state is State.SILENT:
        return _silence(freshness)
    if freshness.state is not State.FRESH:
        return "nothing proves that this status is still kept true: " + (
            "the Lease that it names cannot be relied on" if judged.view.lease else "it names no Lease"
        )
    first = judged.warnings[0]
    return f"the {first[4:]}" if first.startswith("The ") else first


def _silence(freshness: Freshness) -> str:
    if freshness.seconds is None:
        return "the sidecar is silent: its Lease is missing or was never renewed"
    return f"the sidecar has been silent for {duration(freshness.seconds)}"


class About:
    """An answer about one request, in the making.

    Args:
        intent: What was asked.
        evidence: What was found.
    """

    def __init__(self, intent: Intent, evidence: Evidence) -> None:
        self.intent = intent
        self.evidence = evidence
        self.judged = evidence.judged[0]
        self.view = self.judged.view
        self.now = evidence.now
        self.cite = Citations(self.judged, evidence.now)
        self.weighed = weigh(self.judged, evidence.heard, evidence.diagnosis)

    def answer(
        self, verdict: Verdict, text: str, facts: Sequence[Fact], notes: Sequence[str] = (), *, because: str = ""
    ) -> Answer:
        """Put an answer together; what every answer rests on comes with it.

        Args:
            verdict: One of `Verdict`.
            text: In a sentence or two.
            facts: What it rests on.
            notes: What has to be said beside it.
            because: Why nothing is claimed, if the verdict does not tell.
        """
        known = [*facts, *witness(self.judged, self.evidence.heard, self.now)]
        names = {fact.name for fact in known}
        if "phase" not in names:
            known += self.standing()[:1]
        if self._behind and "generation" not in names:
            known += self.cite.generations()
        if "lastCheck" not in names:
            known.append(self.cite.lease())
        return Answer(
            self.intent.topic,
            verdict,
            text,
            self._exit_code(abstains=bool(because)),
            facts=tuple(known),
            notes=(*notes, *self._notes()),
            abstained=because or (self.weighed.because if verdict == Verdict.UNKNOWN else ""),
            request=self.view,
        )

    def abstain(self, last: str, facts: Sequence[Fact]) -> Answer:
        """Claim nothing, and say what was known last.

        Args:
            last: The last known state, without a full stop; empty if there is none.
            facts: What stands there all the same.
        """
        known = f" Last known, and not to be trusted: {last}." if last else ""
        text = f"I cannot say: {self.weighed.because}.{known}"
        return self.answer(Verdict.UNKNOWN, text, [*facts, *self.cite.written()])

    def standing(self) -> list[Fact]:
        """Phase, reason and message, as far as they are there."""
        view = self.view
        phase = str(view.phase) if view.phase else view.phase_found or None
        facts = [self.cite.status("phase", phase, "status.phase")]
        ready = view.condition("Ready")
        if ready is not None:
            facts.append(self.cite.status("ready", ready.status, _key("Ready", "status")))
        if view.ready_reason:
            facts.append(self.cite.status("reason", view.ready_reason, _key("Ready", "reason")))
        if view.message:
            facts.append(self.cite.status("message", view.message, "status.message"))
        return facts

    def condition(self, kind: str, *, told: bool = False) -> list[Fact]:
        """One condition, if it is there; if it is to be told, with reason and message where it is not True."""
        found = self.view.condition(kind)
        if found is None:
            return []
        facts = [self.cite.status(f"condition.{kind}", found.status, _key(kind, "status"))]
        if told and found.status != "True":
            more = (("reason", found.reason), ("message", found.message))
            facts += [
                self.cite.status(f"condition.{kind}.{field}", said, _key(kind, field)) for field, said in more if said
            ]
        return facts

    def _exit_code(self, *, abstains: bool) -> ExitCode:
        """No answer is no success, though the request be ready."""
        ready = self.weighed.exit_code is ExitCode.READY
        return ExitCode.NOT_READY if abstains and ready else self.weighed.exit_code

    @property
    def _behind(self) -> bool:
        observed = self.view.observed_generation
        return observed is not None and observed < self.view.generation

    def _notes(self) -> list[str]:
        heard, view, notes = self.evidence.heard, self.view, []
        if heard.failure:
            notes.append(f"Prometheus was not heard, the answer rests on the API server alone: {heard.failure}")
        elif heard.address and not heard.phases_of(view):
            notes.append("Prometheus knows no phase of it; the answer rests on the API server alone")
        elif heard.phases_of(view) not in ((), (str(view.phase),)):
            seconds = age(heard.scraped, self.now)
            when = f", as scraped {duration(seconds)} ago" if seconds is not None else ""
            notes.append(
                f"The status says {view.phase or 'no phase'}, and Prometheus says "
                f"{phase_words(heard.phases_of(view))}{when}"
            )
        if self.judged.freshness.state is State.UNREPORTED:
            notes.append("No sidecar has looked at it yet")
        if self._behind:
            notes.append(
                f"The status speaks of generation {view.observed_generation}; generation {view.generation} is not "
                "looked at yet"
            )
        return notes


def witness(judged: Judged, heard: Heard, now: datetime) -> list[Fact]:
    """What Prometheus says of a request, if anything."""
    phases = heard.phases_of(judged.view)
    if not phases:
        return []
    seconds = age(heard.scraped, now)
    scraped = f"scraped {duration(seconds)} ago" if seconds is not None else "when it was scraped is unknown"
    said = phases[0] if len(phases) == 1 else phases
    text = f"phase = {phase_words(phases)} by {heard.query} of {heard.address}, {scraped}"
    return [Fact("prometheus.phase", said, text, Source("prometheus", heard.address, query=heard.query), seconds)]


def _key(kind: str, field: str) -> str:
    return f"status.conditions[{kind}].{field}"
