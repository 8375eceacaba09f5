"""What is answered from which evidence: golden files, and what holds for every one of them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from platform_status_assistant.ask.documents import Worded, answer_report, schema_text
from platform_status_assistant.ask.intents import Topic
from platform_status_assistant.ask.spelling import spell_answer

from .cases import FOLDER, answered, cases, load, report

_SCHEMA: dict[str, Any] = json.loads(schema_text())
_CASES = cases()


def _names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.mark.parametrize("path", _CASES, ids=_names(_CASES))
def test_the_answer_is_as_it_was_found_good(path: Path) -> None:
    case = load(path)
    assert report(case) == case.expect


@pytest.mark.parametrize("path", _CASES, ids=_names(_CASES))
def test_every_answer_obeys_its_schema_and_cites_each_fact(path: Path) -> None:
    case = load(path)
    found = answer_report(case.given.question, answered(case)[0])
    jsonschema.validate(found, _SCHEMA)
    assert [fact["id"] for fact in found["facts"]] == [str(number) for number in range(1, len(found["facts"]) + 1)]
    for fact in found["facts"]:
        source = fact["source"]
        assert source["reference"]
        assert source["query"] if source["type"] == "prometheus" else source["key"]
        if source["type"] in ("status", "event"):
            assert source["resourceVersion"]
    text = spell_answer(found)
    assert text.splitlines()[0] == found["text"]
    assert all(f"[{fact['id']}] {fact['text']}" in text for fact in found["facts"])


@pytest.mark.parametrize("path", _CASES, ids=_names(_CASES))
def test_yes_is_said_only_of_what_is_ready_and_success_only_of_an_answer(path: Path) -> None:
    answer, meant, evidence = answered(load(path))
    ready = bool(evidence.judged) and all(judged.ready for judged in evidence.judged)
    assert ready or answer.verdict != "yes"
    assert ready or not answer.text.startswith("Yes")
    if answer.exit_code == 0:
        assert not answer.abstained
        assert ready or (not evidence.judged and meant.intent.topic is Topic.BROKEN)
    assert bool(answer.abstained) or answer.verdict != "unknown"


def test_every_topic_has_a_case_and_every_case_a_reason() -> None:
    assert {str(load(path).expect["intent"]) for path in _CASES} == {str(topic) for topic in Topic}
    assert all(load(path).why.endswith((".", "?")) for path in _CASES)
    assert len(list(FOLDER.iterdir())) == len(_CASES)


def test_the_schema_is_one_and_explains_its_keys() -> None:
    jsonschema.Draft202012Validator.check_schema(_SCHEMA)
    assert _SCHEMA["$id"].endswith("/answer/v1.json")
    assert set(_SCHEMA["required"]) == set(_SCHEMA["properties"])
    assert {str(topic) for topic in Topic} == set(_SCHEMA["properties"]["intent"]["enum"])
    described = {**_SCHEMA["properties"], **_SCHEMA["properties"]["facts"]["items"]["properties"]}
    assert [key for key, part in described.items() if key != "kind" and "description" not in part] == []


def test_who_worded_an_answer_is_said() -> None:
    case = load(FOLDER / "ready.yaml")
    answer = answered(case)[0]
    worded = answer_report("?", answer, Worded(used=True, name="small", text="Yes, media is Ready."))
    assert worded["text"] == "Yes, media is Ready."
    assert worded["verdict"] == "yes"
    assert "Worded by small" in spell_answer(worded)
    refused = answer_report("?", answer, Worded(name="small", rejected="it says Degraded"))
    assert refused["text"] == answer.text
    assert "not worded by small: it says Degraded" in spell_answer(refused)
