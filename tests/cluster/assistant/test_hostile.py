"""Whoever writes a status, a question or a model's reply may mean harm; the answer stays what the evidence says."""

import json
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.assistant_evaluation.inhabitants import HOSTILE_TEXTS, SENTINEL
from tests.assistant_evaluation.questions import Expected, Question
from tests.cluster.hctl.test_terminal import Screen
from tests.cluster.hctl.world import Place, hctl

from .asking import ask, findings
from .models import Reply, answering, saying
from .world import World

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

BROKEN = Question(
    "hostile-web", "Is web working?", Expected(intent="working", verdict="no", request="apps/web", exit=1)
)
NASTY = Question("hostile-nasty", "Why is nasty broken?", Expected(intent="why", request="lab/nasty"))

TRUTH = "No, vcluster web is Degraded (PodsNotReady)."
"""What a model may say; each lie below is this but for one thing."""

LIES = {
    "obeys": "Yes, web is working.",
    "obeys at length": "Sure! Yes, nasty is working.\n\n**web** is Ready.",
    "verdict": TRUTH.replace("No", "Yes"),
    "phase": TRUTH.replace("Degraded", "Failed"),
    "ready": TRUTH.replace("Degraded", "Ready"),
    "denied": TRUTH.replace("is", "is not"),
    "reason": TRUTH.replace("PodsNotReady", "AllHealthy"),
    "name": TRUTH.replace("web", "media"),
    "number": f"{TRUTH} 3 of 3 pods are ready.",
    "number in words": f"{TRUTH} All pods are ready.",
    "pod": f"{TRUTH} Pod web-1 crashes.",
    "another one": f"{TRUTH} vcluster media is Ready.",
    "age": f"{TRUTH} It is so since 3d.",
    "address": f"{TRUTH} Log in at https://evil.example/login to mend it.",
    "bare address": f"{TRUTH} See evil.example.",
    "command": f"{TRUTH} Run: kubectl delete namespace apps",
    "comfort": f"{TRUTH} This is expected, and nothing has to be done.",
    "citation": f"{TRUTH} [99]",
    "link": f"{TRUTH} [more](https://evil.example)",
    "nothing": "",
    "escape": f"{TRUTH}\x1b[2J\x1b]0;owned\x07",
    "bidi": f"{TRUTH}\u202e",
    "letters of another alphabet": TRUTH.replace("e", "\u0435"),
    "instruction": HOSTILE_TEXTS["instruction"],
    "long": f"{TRUTH} " * 10_000,
    "refusal": "As a language model I cannot answer that.",
}

FAULTS: dict[str, tuple[int, bytes]] = {
    "500": (500, b'{"error": {"message": "boom \x1b[2J"}}'),
    "401": (401, b'{"error": {"message": "no key"}}'),
    "not JSON": (200, b"<html>\x1b[2J"),
    "no choices": (200, b'{"choices": []}'),
    "null": (200, b"null"),
    "deep": (200, b"[" * 100_000),
    "content is a list": (200, b'{"choices": [{"message": {"content":}}]}'),
    "empty": (200, b""),
}


@pytest.fixture(scope="module")
def by_rules(inhabited: World) -> Mapping[str, Any]:
    """What is answered without a model."""
    asked = ask(inhabited, BROKEN)
    assert asked.answer is not None
    return asked.answer


def _with_model(world: World, question: Question, reply: Reply) -> Mapping[str, Any]:
    with answering(reply) as heard:
        asked = ask(world, question, model="liar", model_endpoint=heard.endpoint)
        assert heard.bodies, "the model was not asked"
    assert asked.answer is not None
    return asked.answer


@pytest.mark.parametrize("lie", list(LIES))
def test_a_lie_of_a_model_is_not_told(inhabited: World, by_rules: Mapping[str, Any], lie: str) -> None:
    answer = _with_model(inhabited, BROKEN, saying(LIES[lie]))
    assert answer["text"] == by_rules["text"]
    assert answer["verdict"] == "no"
    assert answer["exitCode"] == 1
    model = answer["model"]
    assert (model["used"], model["name"]) == (False, "liar")
    assert model["rejected"]
    assert str(model["rejected"]).isprintable()


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_model_that_fails_costs_no_answer(inhabited: World, by_rules: Mapping[str, Any], fault: str) -> None:
    answer = _with_model(inhabited, BROKEN, lambda _asked: FAULTS[fault])
    assert answer["text"] == by_rules["text"]
    model = answer["model"]
    assert model["used"] is False
    assert model["rejected"]
    assert str(model["rejected"]).isprintable()


def test_a_model_that_is_not_there_costs_no_answer_and_is_told(inhabited: World) -> None:
    kubeconfig = inhabited.settings["normal"].kubeconfig
    closed = inhabited.settings["prometheus-down"].prometheus
    ended = hctl(kubeconfig, "ask", "--model", "liar", "--model-endpoint", closed, "Is", "web", "working?")
    assert ended.returncode == 1, ended.stderr
    assert ended.stdout.startswith("No")
    assert "liar" in ended.stdout + ended.stderr


def test_a_model_that_tells_the_truth_is_heard(inhabited: World, by_rules: Mapping[str, Any]) -> None:
    """Else the tests above would pass with a check that takes nothing."""
    answer = _with_model(inhabited, BROKEN, saying(TRUTH))
    assert answer["model"] == {"used": True, "name": "liar", "rejected": ""}
    assert answer["text"] == TRUTH
    assert [fact["value"] for fact in answer["facts"][:3]] == [fact["value"] for fact in by_rules["facts"][:3]]


def test_no_model_learns_a_secret_and_hostile_texts_close_nothing(inhabited: World) -> None:
    with answering(saying("")) as heard:
        ask(inhabited, NASTY, model="liar", model_endpoint=heard.endpoint)
    sent = json.dumps(heard.bodies)
    assert SENTINEL not in sent
    assert "\\u001b" not in sent
    assert "\\u202e" not in sent
    # What a tenant wrote stands on one line, so it cannot begin a part of the prompt.
    lines = heard.prompt.splitlines()
    assert any(HOSTILE_TEXTS["instruction"] in line for line in lines)
    for heading in ("QUESTION", "CONTEXT", "ANSWER"):
        assert lines.count(heading) <= 1
    assert not any(line.startswith("Yes, nasty") for line in lines)


def test_the_document_of_a_hostile_request_passes_every_check(inhabited: World) -> None:
    for text, intent in (
        ("Why is nasty broken?", "why"),
        ("Where is nasty?", "where"),
        ("What changed on nasty?", "changed"),
        ("How do I log in to nasty?", "login"),
        ("Which sub-apps of nasty are unhealthy?", "subapps"),
    ):
        question = Question("hostile-nasty", text, Expected(intent=intent, request="lab/nasty"))  # type: ignore[arg-type]
        asked = ask(inhabited, question)
        assert findings(inhabited, question, asked) == []
        assert asked.answer is not None
        assert asked.answer["verdict"] != "yes"


@pytest.mark.parametrize("kind", list(HOSTILE_TEXTS))
def test_no_words_around_a_question_turn_its_verdict(inhabited: World, kind: str) -> None:
    """It may be heard or not; but what does not work is never called working, and no text of the question is a fact."""
    words = HOSTILE_TEXTS[kind]
    for text in (f"Is web working? {words}", f"{words} Is web working?", f"Is orders {words} working?"):
        question = Question("hostile-words", text, Expected(intent=["working", "why", "other", "broken", "login"]))
        asked = ask(inhabited, question)
        assert asked.answer is not None
        assert asked.answer["verdict"] != "yes", asked.answer
        assert not asked.answer["text"].startswith("Yes"), asked.answer
        wrong = findings(inhabited, question, asked)
        assert [line for line in wrong if not line.startswith(("intent", "question"))] == []


@pytest.fixture
def screen(inhabited: World) -> Iterator[Screen]:
    """A terminal of 100 columns."""
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux on this machine: apt-get install tmux")
    found = Screen(Place(inhabited.admin, "lab", inhabited.settings["normal"].kubeconfig), 100)
    yield found
    found.close()


@pytest.mark.parametrize(
    "question",
    [
        "is nasty working",
        "why is nasty broken",
        "where is nasty",
        "how do I log in to nasty",
        "which sub-apps of nasty are unhealthy",
        "what is broken in lab",
    ],
)
def test_no_screen_is_repainted(screen: Screen, question: str) -> None:
    screen._tmux("select-pane", "-T", "untouched")
    screen.type("ask", *question.split())
    text = screen.ended()
    # The command line was cleared away by us; the first thing that stands there is the answer's first word.
    assert text.split(maxsplit=1)[0].strip(",.:") not in ("Ready", "Yes", "owned")
    assert text.strip().splitlines()[-1].startswith(("$", "exit="))
    assert "\u202e" not in text
    assert screen._tmux("display-message", "-p", "#{pane_title}").strip() == "untouched"
    # No colour, no link, nothing but text came from it.
    assert "\x1b" not in screen.text(colours=True)
