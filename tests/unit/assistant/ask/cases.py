"""A golden case of an answer: evidence in, document out; ``python -m tests.unit.assistant.ask.cases`` writes them anew.

`given` tells the world in short: requests by their phase (`tests.unit.hctl.requests`), how long ago their Lease was
renewed, what surrounds them by name, what Prometheus and Events say. `expect` is what was read and found good.
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from hctl.diagnosis.conclude import conclude
from hctl.diagnosis.orders import Orders
from hctl.reading.freshness import LeaseReading, judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.read import read_request
from platform_status_assistant.ask.answering import answer
from platform_status_assistant.ask.documents import answer_report
from platform_status_assistant.ask.facts import Answer
from platform_status_assistant.ask.names import KindWords, Meant, find_meant
from platform_status_assistant.ask.seen import Events, EventSeen, Evidence, Heard, Said
from platform_status_assistant.ask.words import read_question
from tests.unit.hctl import evidences
from tests.unit.hctl.requests import NOW, RESOURCE, ago, request

__all__ = ["FOLDER", "KINDS", "Case", "cases", "load", "report"]

FOLDER: Final = Path(__file__).parents[3] / "golden" / "assistant" / "answers"
KINDS: Final = (
    KindWords(RESOURCE, "vcluster", ("vcluster", "vclusters", "virtual cluster", "virtual clusters", "vco")),
    KindWords("webapps.apps.example.org", "webapp", ("webapp", "webapps", "web app", "web apps")),
)
_SURROUNDINGS: Final[dict[str, evidences.World]] = {
    "healthy": evidences.healthy(),
    "crash": evidences.World(
        pods=[evidences.pod("media-0"), evidences.crashing_pod(), evidences.pod("media-2")],
        pod_log=evidences.crash_log(),
        application=[evidences.application(health="Degraded")],
    ),
    "no-secret": evidences.World(secrets=[]),
    "forbidden": evidences.World(hidden=["pods", "applications", "secrets"]),
}


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    phase: str = "Ready"
    name: str = "media"
    namespace: str = "vcluster-media"
    lease: int | str | None = 7
    generation: int | None = None
    kind: str = ""
    status: dict[str, Any] = {}


class _Event(msgspec.Struct, forbid_unknown_fields=True):
    reason: str
    note: str
    ago: int


class _Prometheus(msgspec.Struct, forbid_unknown_fields=True):
    phase: str = ""
    scraped: int | None = 10
    failure: str = ""
    earlier: list[str] = []
    flips: int | None = None


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    question: str
    requests: list[_Request] = []
    around: str = ""
    events: list[_Event] | str | None = None
    prometheus: _Prometheus | None = None
    narrowed: list[str] = []
    refused: list[str] = []


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """One file."""

    why: str
    given: _Given
    expect: dict[str, Any] = {}


def load(path: Path) -> Case:
    """Read one file; a field that nobody knows is an error."""
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Case)


def cases() -> list[Path]:
    """All files, by name."""
    return sorted(FOLDER.glob("*.yaml"))


def answered(case: Case) -> tuple[Answer, Meant, Evidence]:
    """Answer a case, as `asking` does with a cluster."""
    found = [_judged(entry) for entry in case.given.requests]
    views = [judged.view for judged, _ in found]
    meant = find_meant(read_question(case.given.question), views, KINDS)
    if meant.chosen is not None:
        chosen = [(judged, raw) for judged, raw in found if judged.view is meant.chosen]
    else:
        chosen = [(judged, raw) for judged, raw in found if judged.view in meant.among]
    diagnosis = None
    if meant.chosen is not None and case.given.around:
        judged, raw = chosen[0]
        lease = next(_lease(entry.lease) for entry in case.given.requests if entry.name == judged.view.name)
        surroundings = evidences.evidence(raw, _SURROUNDINGS[case.given.around], lease or LeaseReading(missing=True))
        diagnosis = conclude(surroundings, Orders())
    evidence = Evidence(
        now=NOW,
        judged=tuple(judged for judged, _ in chosen),
        diagnosis=diagnosis,
        events=_events(case.given.events),
        heard=_heard(case.given.prometheus, chosen[0][0] if chosen else None),
        narrowed=tuple(case.given.narrowed),
        refused=tuple(case.given.refused),
    )
    return answer(meant, evidence), meant, evidence


def report(case: Case) -> dict[str, Any]:
    """The document of a case, in short: each fact by its name, value and citation."""
    found = answer_report(case.given.question, answered(case)[0])
    request_ = found["request"]
    return {
        "intent": found["intent"],
        "verdict": found["verdict"],
        "exitCode": found["exitCode"],
        "text": found["text"],
        "abstainedBecause": found["abstainedBecause"],
        "request": f"{request_['namespace']}/{request_['name']}" if request_ else None,
        "candidates": [f"{entry['namespace']}/{entry['name']}" for entry in found["candidates"]],
        "facts": [f"[{fact['id']}] {fact['name']}: {fact['text']}" for fact in found["facts"]],
        "notes": found["notes"],
    }


def _judged(given: _Request) -> tuple[Judged, dict[str, Any]]:
    found = request(given.phase, name=given.name, namespace=given.namespace)
    for key, value in given.status.items():
        if isinstance(value, dict) and isinstance(found["status"].get(key), dict):
            found["status"][key] |= value
        else:
            found["status"][key] = value
    if given.generation is not None:
        found["metadata"]["generation"] = given.generation
    if given.kind:
        found["kind"] = given.kind
        found["status"]["contract"]["displayName"] = "Web app"
    resource = "webapps.apps.example.org" if given.kind else RESOURCE
    view = read_request(found, resource=resource)
    return judge(view, judge_freshness(view, _lease(given.lease) if view.lease else None, NOW)), found


def _lease(told: int | str | None) -> LeaseReading | None:
    if isinstance(told, int):
        return LeaseReading(renewed=NOW - timedelta(seconds=told), version="815")
    if told == "forbidden":
        return LeaseReading(unreadable="no permission to get the Lease")
    return LeaseReading(missing=True) if told == "missing" else None


def _events(told: list[_Event] | str | None) -> Events | None:
    if told is None:
        return None
    if isinstance(told, str):
        return Events(unread=told)
    moments = [NOW - timedelta(seconds=event.ago) for event in told]
    return Events(
        tuple(
            EventSeen(f"media.{number}", event.reason, event.note, at, str(900 + number))
            for number, (event, at) in enumerate(zip(told, moments, strict=True))
        )
    )


def _heard(told: _Prometheus | None, judged: Judged | None) -> Heard:
    if told is None:
        return Heard()
    address = "http://prometheus.example.org:9090"
    if told.failure or judged is None:
        return Heard(address, failure=told.failure)
    view = judged.view
    said = (Said(view.kind, view.namespace, view.name, told.phase),) if told.phase else ()
    return Heard(
        address,
        query="platform_resource_phase{...} == 1",
        said=said,
        scraped=NOW - timedelta(seconds=told.scraped) if told.scraped is not None else None,
        earlier=tuple(told.earlier),
        earlier_query="max_over_time(platform_resource_phase{...}[6h]) == 1" if told.earlier else "",
        flips=told.flips,
        flips_query="sum(changes(platform_resource_phase{...}[6h]))" if told.flips is not None else "",
    )


def main() -> None:
    """Write what is expected anew; to be read before it is committed."""
    for path in cases():
        text = path.read_text(encoding="utf-8").partition("\nexpect:")[0].rstrip("\n")
        expect = yaml.safe_dump({"expect": report(load(path))}, sort_keys=False, allow_unicode=True, width=10000)
        path.write_text(f"{text}\n{expect}", encoding="utf-8")
    sys.stdout.write(f"{len(cases())} cases in {FOLDER}, told as of {ago(0)}\n")


if __name__ == "__main__":
    main()
