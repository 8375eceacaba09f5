"""What is answered from which evidence: the table, and what holds for every row and every question of a corpus."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import msgspec
import pytest

from platform_status_assistant.ask.command import answer_report, spell_answer
from platform_status_assistant.ask.grammar import Intent, read_question

from .cases import TABLE, Case, answered, load, said_of

_SCHEMA: dict[str, Any] = json.loads(
    files("platform_status_assistant").joinpath("jsonschema/answer-v1.schema.json").read_bytes()
)
_CASES = load()
_QUESTIONS = TABLE.with_name("questions.txt").read_text(encoding="utf-8").splitlines()

of_each_case = pytest.mark.parametrize("case", _CASES, ids=[case.why for case in _CASES])


@of_each_case
def test_the_answer_is_as_it_was_found_good(case: Case) -> None:
    assert said_of(case) == case.expect


@of_each_case
def test_every_answer_obeys_its_schema_and_cites_each_fact(case: Case) -> None:
    answer = answered(case)[0]
    found = answer_report(read_question(case.question), answer)
    jsonschema.validate(found, _SCHEMA)
    for fact in answer.facts:
        assert fact.reference
        assert fact.key
        assert fact.version or fact.type == "object"
    plain, cited = (spell_answer(answer, cite=cite) for cite in (False, True))
    assert plain.startswith(found["text"])
    assert cited.startswith(plain)
    assert [line for line in cited.splitlines() if line.startswith("[1] ")] == [
        f"[1] {fact.text}" for fact in answer.facts[:1]
    ]


@of_each_case
def test_yes_is_said_only_of_what_is_ready_and_only_to_what_was_understood(case: Case) -> None:
    answer, meant, evidence = answered(case)
    ready = bool(evidence.judged) and all(judged.ready for judged in evidence.judged)
    claims = answer.text.startswith(("Yes", "No, ", "No. "))
    assert ready or answer.verdict != "yes"
    assert not claims or (meant.intent is Intent.READY and not meant.unknown)
    assert not answer.unknown or (answer.verdict == "none" and answer.exit_code == 2)
    assert answer.exit_code != 0 or ready or (meant.all_of and not evidence.judged)
    assert answer.abstained or answer.verdict != "unknown"


@pytest.mark.parametrize("phase", ["Ready", "Degraded"])
def test_no_question_of_the_corpus_gets_a_false_yes_or_no(phase: str) -> None:
    """Questions in free words, from a time when the grammar was open: most are not understood, and none is misheard."""
    understood = 0
    for question in _QUESTIONS:
        names = ("media", "web", "orders", "search", "batch", "blog", "nasty", "dev")
        rows = [{"phase": phase, "name": name, "namespace": "apps"} for name in names]
        case = msgspec.convert({"why": "corpus", "question": question, "requests": rows}, Case)
        answer, meant, _ = answered(case)
        understood += not meant.unknown
        if answer.text.startswith("Yes"):
            assert (phase, meant.intent, meant.unknown) == ("Ready", Intent.READY, ()), question
        if answer.text.startswith(("No, ", "No. ")):
            assert (phase, meant.intent, meant.unknown) == ("Degraded", Intent.READY, ()), question
        assert not {"not", "isn't", "except", "besides", "was", "will"} & set(question.lower().split()) or (
            answer.verdict not in ("yes", "no")
        ), question
    assert 30 < understood < len(_QUESTIONS) - 60, f"{understood} of {len(_QUESTIONS)} are understood"
