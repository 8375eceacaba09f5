"""What a model may say of an answer, and what it may not: each reply of the golden cases."""

import pytest

from platform_status_assistant.ask.grounding import check

from .cases import CASES

ACCEPTED = [(name, reply) for name, case in CASES.items() for reply in case.accepted]
REJECTED = [(name, refused.reply, refused.because) for name, case in CASES.items() for refused in case.rejected]


@pytest.mark.parametrize(("name", "reply"), ACCEPTED)
def test_the_answer_in_other_words_may_be_shown(name: str, reply: str) -> None:
    case = CASES[name]
    assert check(reply, case.answer, case.facts, verdict=case.verdict) == ()


@pytest.mark.parametrize(("name", "reply", "because"), REJECTED)
def test_another_answer_is_refused_with_its_reason(name: str, reply: str, because: str) -> None:
    case = CASES[name]
    reasons = check(reply, case.answer, case.facts, verdict=case.verdict)
    assert any(because in reason for reason in reasons), reasons
    assert all(reason.isprintable() for reason in reasons)


@pytest.mark.parametrize("name", CASES)
def test_the_answer_itself_may_always_be_shown(name: str) -> None:
    case = CASES[name]
    assert check(case.answer, case.answer, case.facts, verdict=case.verdict) == ()
    assert check(f"{case.answer}\n", case.answer) == ()
