"""The checks themselves: a right answer passes, and each kind of lie is found."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platform_status_contract.model.times import format_time

from .checks import against_expectation, against_refusal
from .inhabitants import INHABITANTS, SENTINEL, status_of
from .invariants import against_invariants
from .questions import Expected, Question

NOW = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
LEASE = "apps/vcluster-orchestrator-v2"
REFERENCE = "vclusterorchestratorv2s.platform.integratn.tech/media in apps"
OBJECTS = {
    one.key: {
        "metadata": {"namespace": one.namespace, "name": one.name, "generation": 1, "resourceVersion": "42"},
        "status": status_of(one, NOW, LEASE) if one.phase else {},
    }
    for one in INHABITANTS
}

QUESTION = Question(
    "working-plain",
    "Is media working?",
    Expected(
        intent="working",
        verdict="yes",
        request="apps/media",
        facts={"phase": "Ready", "pods.ready": 5},
        cites=["status", "lease"],
        never_cites=["prometheus"],
        says=["media"],
        never_says=["broken"],
        abstained=False,
        exit=0,
    ),
)


def _fact(number: int, name: str, value: object, key: str, kind: str = "status", age: int | None = 7) -> dict[str, Any]:
    source = {"type": kind, "reference": REFERENCE, "key": key, "resourceVersion": "42", "query": ""}
    return {
        "id": str(number),
        "name": name,
        "value": value,
        "text": f"{key} = {value}",
        "source": source,
        "ageSeconds": age,
    }


def _answer() -> dict[str, Any]:
    since = format_time(NOW - timedelta(seconds=7200))
    return {
        "apiVersion": "hctl.status.integratn.tech/v1",
        "kind": "Answer",
        "question": QUESTION.question,
        "intent": "working",
        "verdict": "yes",
        "text": "Yes: vcluster media is Ready [1] with 5 of 5 pods [2][3] since 2h ago [4], checked 7s ago [5].",
        "abstained": False,
        "abstainedBecause": "",
        "request": {"kind": "VClusterOrchestratorV2", "namespace": "apps", "name": "media", "calledName": "media"},
        "candidates": [],
        "facts": [
            _fact(1, "phase", "Ready", "status.phase"),
            _fact(2, "pods.ready", 5, "status.health.workloads.ready"),
            _fact(3, "pods.total", 5, "status.health.workloads.total"),
            _fact(4, "since", since, "status.conditions[Ready].lastTransitionTime"),
            _fact(5, "lastCheck", format_time(NOW), "spec.renewTime", kind="lease"),
        ],
        "notes": [],
        "model": {"used": False, "name": "", "rejected": ""},
        "exitCode": 0,
    }


def _found(answer: dict[str, Any]) -> list[str]:
    return against_expectation(QUESTION, answer) + against_invariants(QUESTION, answer, OBJECTS, NOW)


def test_a_right_answer_passes() -> None:
    assert _found(_answer()) == []


def _text(text: str) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer.update(text=text)


def _of_fact(number: int, **changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer["facts"][number - 1].update(changes)


def _of_source(number: int, **changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer["facts"][number - 1]["source"].update(changes)


def _of_answer(**changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer.update(changes)


def _concluded(*, value: bool) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer["facts"].append(_fact(9, "ready", value, "status"))


_WEB = {"kind": "VClusterOrchestratorV2", "namespace": "apps", "name": "web", "calledName": "web"}
_STALE = {"kind": "VClusterOrchestratorV2", "namespace": "quiet", "name": "analytics", "calledName": "analytics"}


@pytest.mark.parametrize(
    ("lie", "finding"),
    [
        (_of_answer(verdict="no"), "verdict: found 'no'"),
        (_of_answer(intent="why"), "intent: found 'why'"),
        (_of_answer(exitCode=1), "exitCode: found 1"),
        (_of_answer(request=_WEB), "but apps/web does not work"),
        (_of_answer(request=_STALE), "nobody has looked for five minutes"),
        (_of_answer(request={**_WEB, "name": "nobody"}), "apps/nobody does not exist"),
        (_of_answer(request=None), "of no request that works"),
        (_of_answer(question="Is web working?"), "question: found"),
        (_of_answer(candidates=[{**_WEB, "name": "nobody"}]), "there is no VClusterOrchestratorV2 apps/nobody"),
        (_of_answer(abstained=True), "it abstains and says yes"),
        (_of_answer(abstainedBecause="x"), "but because of"),
        (_of_answer(facts=[]), "has no fact"),
        (_of_answer(notes=["\x1b[2J"]), "does not print"),
        (_of_answer(notes=["\u202eydaeR"]), "does not print"),
        (_of_answer(notes=[SENTINEL]), "in a Secret"),
        (_of_answer(model={"used": True, "name": "x", "rejected": ""}), "a model was used"),
        (_of_fact(1, value="Degraded"), "is not what the status of apps/media says: 'Ready'"),
        (_of_fact(2, value=4), "fact pods.ready: 4 is not"),
        (_of_fact(2, value=4), "at status.health.workloads.ready of apps/media stands 5"),
        (_concluded(value=False), "fact ready: False, but apps/media works"),
        (
            _of_fact(1, name="ready", value="False"),
            "fact ready: 'False' is not what the status of apps/media says: 'True'",
        ),
        (_of_fact(1, name="condition.PodsReady", value="False"), "and at status.phase of apps/media stands 'Ready'"),
        (_of_fact(2, value="5"), "fact pods.ready: found ['5']"),
        (_of_fact(4, value="2020-01-01T00:00:00Z"), "fact since:"),
        (_of_fact(2, id="1"), "ids are not unique"),
        (_of_source(1, resourceVersion=""), "without the resourceVersion"),
        (_of_source(1, resourceVersion="41"), "which apps/media is not at"),
        (_of_source(1, key=""), "without the key"),
        (_of_source(1, reference=""), "is nowhere to look"),
        (_of_source(1, type="prometheus"), "without a query"),
        (_of_source(5, type="object"), "none of type lease"),
        (_of_fact(5, ageSeconds=None), "without its age"),
        (_text("media is Ready [9]"), "cites ['9']"),
        (_text("media is Ready [1] with 7 of 5 pods [2][3]"), "the number 7"),
        (_text("media is Ready [1] with 5 of 5 pods"), "the number 5"),
        (_text("media was Failed and is Ready [1]"), "the phase Failed"),
        (_text("media is Ready [1] at https://evil.example/login"), "the address https://evil.example/login"),
        (_text("media is Ready [1] unlike web"), "the name web"),
        (_text("media is Ready since 3d ago [4]"), "the age 3d"),
        (_text("media is broken [1]"), "text says /broken/"),
        (_text("It is Ready [1]"), "text does not say /media/"),
        (lambda answer: answer.pop("notes"), "lacks notes"),
    ],
)
def test_a_lie_is_found(lie: Callable[[dict[str, Any]], None], finding: str) -> None:
    answer = deepcopy(_answer())
    lie(answer)
    found = against_invariants(QUESTION, answer, OBJECTS, NOW)
    if "notes" in answer:
        found += against_expectation(QUESTION, answer)
    assert any(finding in line for line in found), found


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (["apps/web"], ""),
        (["vclusterorchestratorv2s.platform.integratn.tech/web in apps", "x/media in lab"], ""),
        (["apps/web-2"], "fact broken: found"),
        (["lab/web"], "fact broken: found"),
        (["apps/web", "apps/media"], "holds ['apps/media']"),
        ([], "fact broken: found"),
    ],
)
def test_a_list_must_hold_whom_it_should_and_nobody_else(broken: list[str], finding: str) -> None:
    expected = Expected(intent="broken", facts={"broken": ["apps/web"]}, lacks={"broken": ["apps/media"]})
    answer = _answer() | {"intent": "broken", "question": "?", "facts": [_fact(1, "broken", broken, "status")]}
    found = against_expectation(Question("a-b", "?", expected), answer)
    assert (found == []) if not finding else any(finding in line for line in found), found


@pytest.mark.parametrize(
    ("line", "exit_code", "finding"),
    [
        ("hctl: the cluster cannot be reached; check --context\n", 3, ""),
        ("hctl: the cluster cannot be reached\n", 1, "exit code: found 1"),
        ("hctl: yes, it works\n", 3, "does not say /reach/"),
        ("hctl: cannot be reached; media is broken\n", 3, "the error says /broken/"),
        ("hctl: cannot be reached\nTraceback\n", 3, "not one clear line"),
        ("hctl: cannot be reached \x1b[2J\n", 3, "not one clear line"),
    ],
)
def test_an_error_is_an_abstention_if_it_is_one_clear_line(line: str, exit_code: int, finding: str) -> None:
    expected = Expected(intent="working", never_says=["broken"], notes=["reach"], abstained=True, exit=3)
    found = against_refusal(Question("a-b", "?", expected), line, exit_code)
    assert (found == []) if not finding else any(finding in line for line in found), found


def test_an_error_is_no_answer_where_one_is_possible() -> None:
    assert any("an answer is possible" in line for line in against_refusal(QUESTION, "hctl: no\n", 0))
