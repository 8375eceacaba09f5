"""A model may word an answer; it may not change one."""

import json

import pytest

from platform_status_assistant.ask.documents import answer_report
from platform_status_assistant.ask.facts import Answer
from platform_status_assistant.ask.model import ModelSettings
from platform_status_assistant.ask.wording import word
from tests.unit.assistant.retrieval.playing import Asked, Played, Stage, playing

from .cases import FOLDER, answered, load


def _answer(name: str) -> Answer:
    return answered(load(FOLDER / f"{name}.yaml"))[0]


def _saying(text: str) -> Played:
    return Played(json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode())


def _settings(stage: Stage) -> ModelSettings:
    return ModelSettings(endpoint=f"{stage.url}/v1", name="small")


def test_a_faithful_wording_is_shown_and_said_to_be_one() -> None:
    said = "Yes, vcluster media is Ready. All 5/5 pods running; Argo CD synced and healthy."
    with playing(lambda _: _saying(said)) as stage:
        worded = word("is media ok", _answer("ready"), _settings(stage))
    assert (worded.used, worded.text, worded.rejected) == (True, said, "")
    report = answer_report("is media ok", _answer("ready"), worded)
    assert (report["text"], report["verdict"], report["model"]["name"]) == (said, "yes", "small")


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("degraded", "Yes, vcluster media is Ready."),
        ("stale", "Yes, vcluster media is Ready."),
        ("negated-ready", "Yes, vcluster media is Ready."),
        ("ready", "Yes, vcluster media is Ready. See https://evil.example/login."),
        ("ready", "Yes, vcluster media is Ready, all 7/7 pods running."),
        ("hostile-message", "Yes, media is Ready."),
        ("ready", ""),
    ],
)
def test_what_the_facts_do_not_bear_out_is_refused_with_a_reason(case: str, said: str) -> None:
    with playing(lambda _: _saying(said)) as stage:
        worded = word("is media ok", _answer(case), _settings(stage))
    assert not worded.used
    assert worded.rejected
    assert answer_report("?", _answer(case), worded)["text"] == _answer(case).text


def test_a_model_that_fails_leaves_the_answer() -> None:
    with playing(lambda _: Played(b"{}", status=500)) as stage:
        worded = word("is media ok", _answer("ready"), _settings(stage))
    assert not worded.used
    assert "500" in worded.rejected


def test_logs_are_not_sent() -> None:
    answer = _answer("why-crash")
    heard: list[Asked] = []

    def part(asked: Asked) -> Played:
        heard.append(asked)
        return _saying("no")

    assert "log" in [fact.name for fact in answer.facts]
    with playing(part) as stage:
        word("why", answer, _settings(stage))
    assert b"connection refused" not in heard[0].body
    assert b"CrashLoopBackOff" in heard[0].body
