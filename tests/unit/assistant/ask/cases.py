"""The table of answers: evidence in, answer out.

``python -m tests.unit.assistant.ask.cases`` writes what is expected anew, to be read before it is committed.

`requests` tells the world in short: requests by their phase (`tests.unit.hctl.requests`), and how long ago their Lease
was renewed. With `crashing` the question is answered with a diagnosis: a pod of the first request crashes now, or none.
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from hctl.reading.freshness import LeaseReading, judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.read import read_request
from platform_status_assistant.ask.answers import answer
from platform_status_assistant.ask.grammar import read_question
from platform_status_assistant.ask.meaning import KindWords, Meant, find_meant
from platform_status_assistant.ask.weighing import Answer, AnswerEvidence
from tests.unit.hctl import evidences
from tests.unit.hctl.golden import diagnosed
from tests.unit.hctl.requests import NOW, RESOURCE, request

__all__ = ["KINDS", "TABLE", "Case", "answered", "load", "said_of"]

TABLE: Final = Path(__file__).parents[3] / "golden" / "assistant" / "answers.yaml"
KINDS: Final = (
    KindWords(RESOURCE, "vcluster", ("vcluster", "vclusters", "virtual cluster", "virtual clusters", "vco")),
    KindWords("webapps.apps.example.org", "webapp", ("webapp", "webapps", "web app", "web apps")),
)


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    phase: str = "Ready"
    name: str = "media"
    namespace: str = "vcluster-media"
    lease: int | str | None = 7
    generation: int | None = None
    kind: str = ""
    status: dict[str, Any] = {}


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """One row of the table."""

    why: str
    question: str
    requests: list[_Request] = []
    namespace: str = ""
    crashing: bool | None = None
    narrowed: list[str] = []
    refused: list[str] = []
    expect: dict[str, Any] = {}


def load() -> list[Case]:
    """Read the table; a field that nobody knows is an error."""
    return msgspec.convert(yaml.safe_load(TABLE.read_text(encoding="utf-8")), list[Case])


def answered(case: Case) -> tuple[Answer, Meant, AnswerEvidence]:
    """Answer a case, as `command.ask_cluster` does with a cluster."""
    found = [_judged(entry) for entry in case.requests]
    meant = find_meant(read_question(case.question), [judged.view for judged in found], KINDS, case.namespace)
    chosen = tuple(judged for view in meant.chosen for judged in found if judged.view is view)
    diagnosis = None
    if case.crashing is not None:
        pods = [evidences.crashing_pod() if case.crashing else evidences.pod("media-1"), evidences.pod("media-2")]
        diagnosis = diagnosed(_request_of(case.requests[0]), evidences.World(pods=[evidences.pod("media-0"), *pods]))
    evidence = AnswerEvidence(NOW, chosen, diagnosis, tuple(case.narrowed), tuple(case.refused))
    return answer(meant, evidence), meant, evidence


def said_of(case: Case) -> dict[str, Any]:
    """What is expected of a case, in short."""
    found = answered(case)[0]
    said: dict[str, Any] = {
        "intent": str(found.intent),
        "verdict": str(found.verdict),
        "exitCode": int(found.exit_code),
        "text": found.text.partition("\n")[0],
        "abstainedBecause": found.abstained,
        "notUnderstood": list(found.unknown),
        "requests": [f"{view.namespace}/{view.name}" for view in found.requests],
        "notes": list(found.notes),
    }
    return {name: value for name, value in said.items() if value not in ("", [])}


def _request_of(given: _Request) -> dict[str, Any]:
    found: dict[str, Any] = request(given.phase, name=given.name, namespace=given.namespace)
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
    return found


def _judged(given: _Request) -> Judged:
    view = read_request(_request_of(given), resource="webapps.apps.example.org" if given.kind else RESOURCE)
    return judge(view, judge_freshness(view, _lease(given.lease) if view.lease else None, NOW))


def _lease(told: int | str | None) -> LeaseReading | None:
    if isinstance(told, int):
        return LeaseReading(renewed=NOW - timedelta(seconds=told), version="815")
    if told == "forbidden":
        return LeaseReading(unreadable="no permission to get the Lease")
    return LeaseReading(missing=True) if told == "missing" else None


def main() -> None:
    """Write what is expected anew; to be read before it is committed."""
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    for row, case in zip(rows, load(), strict=True):
        row["expect"] = said_of(case)
    head = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    text = yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=10000)
    TABLE.write_text("\n".join([*head, text]), encoding="utf-8")
    sys.stdout.write(f"{len(rows)} cases in {TABLE.name}\n")


if __name__ == "__main__":
    main()
