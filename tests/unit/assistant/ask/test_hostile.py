"""Anything in any field and any question: never a crash, never a Yes by accident, nothing that a terminal obeys."""

import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hctl.diagnosis.conclude import conclude
from hctl.diagnosis.orders import Orders
from hctl.errors import ExitCode
from hctl.texts import inert
from platform_status_assistant.ask.answering import answer
from platform_status_assistant.ask.documents import answer_report
from platform_status_assistant.ask.names import find_meant
from platform_status_assistant.ask.phrases import quoted
from platform_status_assistant.ask.seen import Events, EventSeen, Evidence, Heard, Said
from platform_status_assistant.ask.spelling import spell_answer
from platform_status_assistant.ask.words import read_question
from tests.unit.hctl import evidences
from tests.unit.hctl.golden import FRESH, SILENT, judged
from tests.unit.hctl.requests import NOW, request
from tests.unit.hctl.settings import quick
from tests.unit.hctl.test_hostile import JSON, TEXTS, hostile_requests

from .cases import KINDS
from .test_intents import PHRASINGS

_QUESTIONS = st.sampled_from([text for entries in PHRASINGS.values() for text, _ in entries]) | TEXTS
_HEARD = st.builds(
    Heard,
    address=st.just("http://p:9090"),
    said=st.lists(
        st.builds(Said, st.just("VClusterOrchestratorV2"), st.just("vcluster-media"), st.just("media"), TEXTS),
        max_size=2,
    ).map(tuple),
    flips=st.none() | st.integers(0, 9),
)
_EVENTS = st.builds(Events, st.lists(st.builds(EventSeen, *[TEXTS.map(inert)] * 3), max_size=2).map(tuple))


def _safe(text: str) -> None:
    bad = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char != "\n"}
    assert not bad, bad


@quick
@given(
    question=_QUESTIONS,
    found=st.lists(JSON | hostile_requests(), max_size=2),
    lease=st.sampled_from([FRESH, SILENT, None]),
    heard=_HEARD | st.just(Heard()),
)
def test_whatever_is_asked_about_whatever_there_is(question: str, found: list[Any], lease: Any, heard: Heard) -> None:  # noqa: ANN401 - JSON, and a LeaseReading
    entries = [judged(each, lease) for each in found]
    read = read_question(question)
    meant = find_meant(read, [entry.view for entry in entries], KINDS)
    about = entries if meant.chosen is None else [entry for entry in entries if entry.view is meant.chosen]
    said = answer(meant, Evidence(now=NOW, judged=tuple(about), heard=heard))
    _safe(spell_answer(answer_report(read.text, said)))
    ready = bool(about) and all(entry.ready for entry in about)
    assert ready or said.verdict != "yes"
    assert ready or not said.text.startswith("Yes")
    assert ready or said.exit_code is not ExitCode.READY or not about
    assert len(spell_answer(answer_report(read.text, said))) < 400_000


@quick
@given(question=_QUESTIONS, phase=st.sampled_from(["Ready", "Degraded", "Deleting"]), events=_EVENTS, why=TEXTS)
def test_every_question_about_one_request_is_answered(question: str, phase: str, events: Events, why: str) -> None:
    raw = request(phase, message=why)
    entry = judged(raw)
    meant = find_meant(read_question(f"media {question}"), [entry.view], KINDS)
    diagnosis = conclude(evidences.evidence(raw, evidences.healthy(), FRESH), Orders())
    said = answer(meant, Evidence(now=NOW, judged=(entry,), diagnosis=diagnosis, events=events))
    _safe(spell_answer(answer_report(question[:0], said)))
    assert entry.ready or said.verdict != "yes"


@quick
@given(text=TEXTS)
def test_nobody_gets_out_of_quotation_marks(text: str) -> None:
    assert quoted(text).count('"') == 2
