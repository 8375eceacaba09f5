"""The verdict on one request: Yes needs `Judged.ready`, and no contradicting evidence. Pure."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from hctl.public.facts import Diagnosis, ExitCode, Judged, RequestView
from platform_status_contract.model.vocabulary import Phase

from .facts import Fact, shown
from .grammar import Intent

__all__ = ["Answer", "AnswerEvidence", "AnswerVerdict", "weigh"]


class AnswerVerdict(StrEnum):
    """The answer to whether something is ready; NONE if the question is another one or was not understood."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NONE = "none"


class Answer(Struct, frozen=True):
    """An answer.

    Attributes:
        intent: The intent of the question.
        verdict: Whether the requests are ready.
        text: The answer, in one or a few sentences.
        exit_code: The exit code, as in `hctl status`.
        facts: The facts behind the text.
        notes: Remarks that limit the answer.
        abstained: Why there is no answer; empty if there is one.
        requests: The requests that it is about, or the candidates of an ambiguous name.
        unknown: Words that were not understood.
    """

    intent: Intent
    verdict: AnswerVerdict
    text: str
    exit_code: ExitCode
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    abstained: str = ""
    requests: tuple[RequestView, ...] = ()
    unknown: tuple[str, ...] = ()


class AnswerEvidence(Struct, frozen=True):
    """The evidence for one question: what `hctl status` and `hctl diagnose` read.

    Attributes:
        now: The API server's time.
        judged: The requests that the question is about.
        diagnosis: The diagnosis of a single request, if the question needs it.
        narrowed: The listed namespaces, if the user may not list all.
        refused: Kinds that the user may not list.
    """

    now: datetime
    judged: tuple[Judged, ...] = ()
    diagnosis: Diagnosis | None = None
    narrowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """Remarks about requests that could not be read."""
        notes = []
        if self.narrowed:
            notes.append(f"You may not list all namespaces; listed only {', '.join(self.narrowed)}")
        if self.refused:
            notes.append(f"You may not list {', '.join(self.refused)}; their requests are missing here")
        return notes


def weigh(judged: Judged, diagnosis: Diagnosis | None = None) -> tuple[AnswerVerdict, str]:
    """Decide whether a request is ready.

    Args:
        judged: Its status and freshness.
        diagnosis: Its diagnosis, if there is one.

    Returns:
        The verdict, and why the status cannot be repeated as true, as the end of a sentence; empty if it can.
    """
    view = judged.view
    if not judged.trusted:
        # Any text can be in the place of the Lease's name.
        warning = judged.warnings[0].replace(view.lease, shown(view.lease) if view.lease else "")
        return AnswerVerdict.UNKNOWN, warning if warning.startswith("Ready") else warning[:1].lower() + warning[1:]
    if view.phase is None and view.phase_found:
        return AnswerVerdict.UNKNOWN, "its phase is not one of the seven"
    seen = diagnosis.seen.phase if diagnosis is not None and diagnosis.seen is not None else Phase.READY
    if judged.ready and seen is not Phase.READY:
        return AnswerVerdict.UNKNOWN, f"the status is Ready, but derived from its objects now it is {seen}"
    if view.phase is Phase.UNKNOWN:
        return AnswerVerdict.UNKNOWN, ""
    return AnswerVerdict.YES if judged.ready else AnswerVerdict.NO, ""
