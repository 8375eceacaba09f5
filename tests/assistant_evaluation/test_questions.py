"""The questions themselves: well formed, enough of them, and of every kind."""

from collections import Counter
from pathlib import Path

import pytest

from .inhabitants import INHABITANTS, SITUATIONS
from .questions import FOLDER, INTENTS, TAGS, WORLDS, Question, read, read_file

QUESTIONS = read()
LEAST = 5
_SITUATION = {one.key: one.situation for one in INHABITANTS}


def _intents(question: Question) -> list[str]:
    said = question.expect.intent
    return [said] if isinstance(said, str) else []


def _situations(question: Question) -> set[str]:
    return {_SITUATION[key] for key in (*question.expect.candidates, *question.expect.requests)}


def test_there_are_enough_of_them() -> None:
    assert len(QUESTIONS) >= 100


def test_each_has_a_name_of_its_own() -> None:
    assert [name for name, times in Counter(question.id for question in QUESTIONS).items() if times > 1] == []


def test_none_is_asked_twice_in_the_same_place() -> None:
    asked = Counter((question.question.lower(), question.world, question.namespace) for question in QUESTIONS)
    assert [key for key, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_every_intent_is_covered(intent: str) -> None:
    assert sum(intent in _intents(question) for question in QUESTIONS) >= LEAST


@pytest.mark.parametrize("situation", sorted(SITUATIONS))
def test_every_situation_of_a_request_is_covered(situation: str) -> None:
    assert sum(situation in _situations(question) for question in QUESTIONS) >= LEAST


@pytest.mark.parametrize("world", sorted(WORLDS))
def test_every_situation_of_the_world_is_covered(world: str) -> None:
    assert sum(question.world == world for question in QUESTIONS) >= LEAST


@pytest.mark.parametrize("tag", sorted(TAGS))
def test_every_way_to_put_a_question_is_covered(tag: str) -> None:
    assert sum(tag in question.tags for question in QUESTIONS) >= LEAST - 1


def test_each_expects_something_that_a_wrong_answer_would_not_do() -> None:
    for question in QUESTIONS:
        expect = question.expect
        demands = (expect.verdict, expect.request, expect.facts, expect.says, expect.never_says, expect.abstained)
        assert any(demand not in (None, [], {}) for demand in demands), question.id


def test_each_speaks_of_somebody_who_lives_there() -> None:
    for question in QUESTIONS:
        for key in (*question.expect.requests, *question.expect.candidates):
            assert key in _SITUATION, f"{question.id}: nobody is called {key}"


def test_nobody_is_said_to_work_who_does_not() -> None:
    works = {one.key for one in INHABITANTS if one.working}
    for question in QUESTIONS:
        verdict = question.expect.verdict
        if verdict == "yes" or (isinstance(verdict, list) and "yes" in verdict):
            assert works.issuperset(question.expect.requests), question.id


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: a-b, question: x, expect: {intent: working, verdict: yes}}", "verdict"),  # YAML's yes is no string
        ("- {id: a-b, question: x, expect: {intent: singing}}", "intent"),
        ("- {id: a-b, question: x, expect: {intent: why}, wrold: normal}", "wrold"),
        ("- {id: A, question: x, expect: {intent: why}}", "id"),
        ("- {id: a-b, question: '', expect: {intent: why}}", "question"),
        ("- {id: a-b, question: x}", "expect"),
        ("a: [", "file.yaml"),
    ],
)
def test_a_file_of_another_form_is_refused_and_the_field_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        read_file(path)


def test_every_file_has_a_head_that_says_what_it_asks() -> None:
    for path in FOLDER.glob("*.yaml"):
        assert path.read_text(encoding="utf-8").startswith("# "), path.name
