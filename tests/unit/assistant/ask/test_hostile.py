"""Anything in any field and any question: never a crash, never a Yes by accident, nothing that a terminal obeys."""

import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hctl.errors import ExitCode
from platform_status_assistant.ask.answers import answer
from platform_status_assistant.ask.command import spell_answer
from platform_status_assistant.ask.facts import quoted
from platform_status_assistant.ask.grammar import FORMS, MAX_QUESTION_BYTES, Intent, read_question
from platform_status_assistant.ask.meaning import find_meant
from platform_status_assistant.ask.weighing import AnswerEvidence
from tests.unit.hctl.golden import FRESH, SILENT, judged
from tests.unit.hctl.requests import NOW
from tests.unit.hctl.settings import quick
from tests.unit.hctl.test_hostile import JSON, TEXTS, hostile_requests

from .cases import KINDS

_FORMS = st.sampled_from(
    [form.translate(str.maketrans("()[]|", "     ")) for forms in FORMS.values() for form in forms]
)
_QUESTIONS = TEXTS | st.builds(str.replace, _FORMS, st.just("NAMES"), TEXTS | st.just("media") | st.just("everything"))


@quick
@given(
    question=_QUESTIONS,
    found=st.lists(JSON | hostile_requests(), max_size=2),
    lease=st.sampled_from([FRESH, SILENT, None]),
)
def test_whatever_is_asked_about_whatever_there_is(
    question: str,
    found: list[Any],
    lease: Any,  # noqa: ANN401 - a LeaseReading
) -> None:
    entries = [judged(each, lease) for each in found]
    read = read_question(question)
    meant = find_meant(read, [entry.view for entry in entries], KINDS)
    about = tuple(entry for view in meant.chosen for entry in entries if entry.view is view)
    said = answer(meant, AnswerEvidence(now=NOW, judged=about))
    text = spell_answer(said, cite=True)
    assert not {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
    assert len(text) < 400_000
    ready = bool(about) and all(entry.ready for entry in about)
    assert ready or said.verdict != "yes"
    assert not said.text.startswith("Yes") or (ready and meant.intent is Intent.READY and not meant.unknown)
    assert ready or said.exit_code is not ExitCode.READY or (meant.all_of and not about)


@given(text=st.text())
def test_a_question_is_bounded_and_reads_the_same_twice(text: str) -> None:
    read = read_question(text * 50)
    assert read == read_question(text * 50)
    assert len(read.text.encode()) <= MAX_QUESTION_BYTES
    assert read.readings


@quick
@given(text=TEXTS)
def test_nobody_gets_out_of_quotation_marks(text: str) -> None:
    assert quoted(text).count('"') == 2
