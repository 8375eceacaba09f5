"""Which are broken? Is everything ok? How many are ready?"""

from collections.abc import Sequence
from typing import Final

from hctl.errors import ExitCode
from hctl.reading.judgement import Judged, worst
from hctl.texts import count_of
from platform_status_assistant.ask.facts import Answer, Citations, Fact, Source, Verdict
from platform_status_assistant.ask.names import Meant, Which
from platform_status_assistant.ask.phrases import called, joined, quoted, reason_words
from platform_status_assistant.ask.seen import Evidence
from platform_status_contract.model.vocabulary import Phase

from .weighing import Weighed, weigh, witness

__all__ = ["broken"]

_NAMED: Final = 8
_MOST: Final = 500


def broken(meant: Meant, evidence: Evidence) -> Answer:
    """Say how many are ready, and name those that are not, the worst kind first."""
    judged = evidence.judged
    weighed = [weigh(entry, evidence.heard) for entry in judged]
    groups = _groups(judged, weighed)
    if meant.which is Which.MANY:
        groups.append(
            ("Ready", [entry for entry, value in zip(judged, weighed, strict=True) if value.verdict == "yes"])
        )
    ready = sum(entry.verdict == Verdict.YES for entry in weighed)
    verdict, because, code = _verdict(judged, weighed, evidence)
    if verdict == Verdict.YES and meant.said:
        # "Are all databases ok?" is not answered by requests that are something else.
        verdict, because, code = Verdict.UNKNOWN, f"{quoted(meant.said, 100)} names nothing here", ExitCode.USAGE
    counted = _counted(len(judged), ready, _what(meant))
    opening = ""
    if judged and (meant.intent.yes_or_no or verdict == Verdict.UNKNOWN):
        opening = {Verdict.YES: "Yes. ", Verdict.NO: "No. ", Verdict.UNKNOWN: f"I cannot say: {because}. "}[verdict]
    listed = "".join(f" {title}: {_list(entries, evidence)}." for title, entries in groups if entries)
    return Answer(
        meant.intent.topic,
        verdict if judged else Verdict.NONE,
        f"{opening}{counted}.{listed}",
        code,
        facts=tuple(_facts(judged, weighed, groups, evidence)),
        notes=tuple(_notes(meant, evidence)),
        abstained=because if verdict == Verdict.UNKNOWN else "",
        candidates=tuple(entry.view for title, entries in groups for entry in entries)[:_NAMED],
    )


def _counted(total: int, ready: int, what: str) -> str:
    if not total:
        return f"There is no request{what}"
    if ready == total:
        return f"All {total} requests{what} are ready" if total > 1 else f"The only request{what} is ready"
    return f"{ready} of {count_of(total, 'request')}{what} {'is' if 1 in (ready, total) else 'are'} ready"


def _verdict(judged: Sequence[Judged], weighed: Sequence[Weighed], evidence: Evidence) -> tuple[Verdict, str, ExitCode]:
    code = worst(judged)
    if any(entry.exit_code is ExitCode.STALE for entry in weighed):
        code = ExitCode.STALE
    if any(entry.verdict == Verdict.NO for entry in weighed):
        return Verdict.NO, "", code
    unknown = [entry for entry in weighed if entry.verdict == Verdict.UNKNOWN]
    if unknown:
        return Verdict.UNKNOWN, f"nobody can tell how {len(unknown)} of {len(judged)} are", code
    if evidence.refused:
        # Missing evidence never yields a Yes: what may not be listed may be broken.
        return Verdict.UNKNOWN, f"you may not list {', '.join(evidence.refused)}", ExitCode.UNREACHABLE
    return Verdict.YES, "", code


def _groups(judged: Sequence[Judged], weighed: Sequence[Weighed]) -> list[tuple[str, list[Judged]]]:
    groups: dict[str, list[Judged]] = {"Broken": [], "Nobody can tell": [], "On their way": [], "Going": []}
    for entry, value in zip(judged, weighed, strict=True):
        phase = entry.view.phase
        if value.verdict == Verdict.UNKNOWN:
            groups["Nobody can tell"].append(entry)
        elif value.verdict == Verdict.NO:
            if entry.view.deleting or phase is Phase.DELETING:
                groups["Going"].append(entry)
            elif phase in (Phase.SCHEDULED, Phase.PROGRESSING, None):
                groups["On their way"].append(entry)
            else:
                groups["Broken"].append(entry)
    return list(groups.items())


def _list(entries: Sequence[Judged], evidence: Evidence) -> str:
    shown = [_one(entry, evidence) for entry in entries[:_NAMED]]
    return "; ".join(shown) + ("; and others, see `hctl list --problems`" if len(entries) > _NAMED else "")


def _one(judged: Judged, evidence: Evidence) -> str:
    view = judged.view
    value = weigh(judged, evidence.heard)
    where = f"{called(view)} in {view.namespace}"
    if value.verdict == Verdict.UNKNOWN:
        return f"{where}: {value.because}"
    return f"{where} is {view.phase or 'without a phase'}" + (
        f" ({reason_words(view.ready_reason)})" if view.ready_reason else ""
    )


def _facts(
    judged: Sequence[Judged],
    weighed: Sequence[Weighed],
    groups: Sequence[tuple[str, Sequence[Judged]]],
    evidence: Evidence,
) -> list[Fact]:
    resources = joined(sorted({entry.view.resource for entry in judged})) or "none"
    source = Source("object", resources, "status")

    def count(name: str, number: int) -> Fact:
        return Fact(name, number, f"{name} = {number}, counted over {resources}, read now", source, 0)

    facts = [
        count("count.total", len(judged)),
        count("count.ready", sum(entry.verdict == Verdict.YES for entry in weighed)),
        count("count.unknown", sum(entry.verdict == Verdict.UNKNOWN for entry in weighed)),
    ]
    names = tuple(
        f"{entry.view.namespace}/{entry.view.name}"
        for title, entries in groups
        if title in ("Broken", "Nobody can tell")
        for entry in entries
    )
    shown = ", ".join(names[:_NAMED]) + (" and others" if len(names) > _NAMED else "")
    facts.append(count("count.broken", len(names)))
    facts.append(Fact("broken", names[:_MOST], f"broken = {shown or 'none'}, read now", source, 0))
    if not any(entries for _, entries in groups):
        groups = [("Ready", judged)]
    for _, entries in groups:
        for entry in entries[:_NAMED]:
            cite = Citations(entry, evidence.now)
            phase = str(entry.view.phase) if entry.view.phase else None
            facts.append(cite.status("phase", phase, "status.phase"))
            if entry.view.ready_reason:
                facts.append(cite.status("reason", entry.view.ready_reason, "status.conditions[Ready].reason"))
            if not entry.trusted:
                facts += [*cite.generations(), cite.lease()]
            elif evidence.heard.contradicts(entry):
                facts += witness(entry, evidence.heard, evidence.now)
    return facts


def _what(meant: Meant) -> str:
    kind = f" of kind {meant.kind}" if meant.kind else ""
    return f"{kind}{meant.where}"


def _notes(meant: Meant, evidence: Evidence) -> list[str]:
    notes: list[str] = []
    if meant.said:
        notes.append(f"{quoted(meant.said, 100)} names no request, kind or namespace here; this is about all of them")
    if evidence.narrowed:
        notes.append(f"You may not list all namespaces; looked into {', '.join(evidence.narrowed)} only")
    if evidence.refused:
        notes.append(f"You may not list {', '.join(evidence.refused)}; what is there is missing here")
    if evidence.heard.failure:
        notes.append(f"Prometheus was not heard, the answer rests on the API server alone: {evidence.heard.failure}")
    return notes
