"""The check of a reply as properties: it never raises, passes the answer, and passes nothing that was changed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_assistant.ask.claims import CAUTION, PHASES, POSITIVE, fragments, plain, tokens
from platform_status_assistant.ask.grounding import check
from tests.unit.assistant.retrieval.test_samples import JSON
from tests.unit.rules.settings import quick

from .cases import CASES, Fact

ANSWERS = st.sampled_from(sorted(CASES.values(), key=lambda case: case.answer))
WORDS = sorted(
    {"not", "no", "Yes", "5", "5/5", "all", "but", "and", ":", ",", "?", "https://evil.example", *CAUTION, *POSITIVE}
)
SALAD = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=30).map(" ".join)
FACTS = st.lists(st.builds(Fact, name=st.text(), value=JSON, text=st.text() | SALAD), max_size=3)


@quick
@given(st.text() | SALAD | JSON, st.text() | SALAD, FACTS, st.text(max_size=5) | st.sampled_from(["yes", "no"]))
def test_no_reply_raises_whatever_the_answer(reply: object, answer: str, facts: list[Fact], verdict: str) -> None:
    reasons = check(reply, answer, facts, verdict=verdict)
    assert all(reason and reason.isprintable() for reason in reasons)
    assert len(reasons) <= 5


@quick
@given(st.text().filter(str.strip) | SALAD.filter(str.strip), FACTS)
def test_an_unchanged_answer_always_passes(answer: str, facts: list[Fact]) -> None:
    assert check(answer, answer, facts) == ()


@quick
@given(ANSWERS, SALAD)
def test_what_passes_has_no_number_address_or_phase_of_its_own(case: object, reply: str) -> None:
    assert isinstance(case, type(next(iter(CASES.values()))))
    lead = case.verdict.capitalize() + ", " if case.verdict in {"yes", "no"} else ""
    said = lead + reply
    if check(said, case.answer, case.facts, verdict=case.verdict):
        return
    known = " ".join([case.answer, *(fact.text for fact in case.facts)])
    assert set(re.findall(r"\d+", said)) <= set(re.findall(r"\d+", known))
    assert "evil" not in said or "evil" in known
    assert {word for word in PHASES if word in said.casefold()} <= {word for word in PHASES if word in known.casefold()}


@pytest.mark.parametrize("name", CASES)
def test_no_digit_can_be_another(name: str) -> None:
    case = CASES[name]
    for match in re.finditer(r"\d", case.answer):
        other = str((int(match[0]) + 1) % 10)
        changed = case.answer[: match.start()] + other + case.answer[match.end() :]
        assert check(changed, case.answer, case.facts, verdict=case.verdict), changed


@pytest.mark.parametrize("name", CASES)
def test_no_phase_can_be_another_and_none_can_be_denied(name: str) -> None:
    case = CASES[name]
    for match in re.finditer("|".join(PHASES), case.answer, re.IGNORECASE):
        for other in (*sorted(PHASES - {match[0].casefold()}), f"not {match[0]}", f"hardly {match[0]}", ""):
            changed = case.answer[: match.start()] + other + case.answer[match.end() :]
            if re.search(r'"[^"]*\Z', case.answer[: match.start()]) and other == "":
                continue  # inside the stranger's message
            assert check(changed, case.answer, case.facts, verdict=case.verdict), changed


@pytest.mark.parametrize("name", CASES)
def test_no_denial_can_be_taken_away(name: str) -> None:
    case = CASES[name]
    for match in re.finditer(r"\b(?:not |nobody |Nobody )", case.answer):
        changed = case.answer[: match.start()] + case.answer[match.end() :]
        assert check(changed, case.answer, case.facts, verdict=case.verdict), changed


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "more",
    ["Everything works.", "See https://evil.example.", "PWNED", "Run rm -rf.", "lab is Ready.", "Not!", "\x1b[2J"],
)
def test_nothing_can_be_added(name: str, more: str) -> None:
    case = CASES[name]
    assert check(f"{case.answer} {more}", case.answer, case.facts, verdict=case.verdict)


def test_a_reply_may_not_be_longer_than_its_answer_bears() -> None:
    case = CASES["ready"]
    reasons = check("Yes, media is Ready. " * 100, case.answer, case.facts, verdict="yes")
    assert reasons == ("the reply has 2100 characters, which is too much for this answer",)


@pytest.mark.parametrize("reply", [None, 5, [], {}, "", "\n"])
def test_what_is_no_text_is_refused(reply: object) -> None:
    assert check(reply, "Yes, media is Ready.") == ("the reply is empty or no text",)


def test_numbers_are_one_however_they_are_spelt() -> None:
    for text in ("5/5 pods", "5 of 5 pods", "five out of five pods", "5 / 5 pods", "all five pods", "5 of the 5 pods"):
        assert tokens(text, ()) == ["5/5", "pod"], text
    for text in ("45s", "45 seconds", "forty-five seconds", "45 secs"):
        assert tokens(text, ()) == ["45s"], text
    assert tokens("isn't Ready", ()) == tokens("is not Ready", ()) == ["\u00acready"]


def test_what_names_nothing_belongs_to_what_was_named_last() -> None:
    found = [part.claims for part in fragments(plain("No, it is Degraded: ArgoCD synced, but not healthy. Fine"), ())]
    assert ("argocd", "synced", "\u00achealthy") in found
