"""Each question of the evaluation, asked in a world with a real API server and a real Prometheus."""

import base64
import json
import re
from pathlib import Path

import pytest

from observability.prometheus import Prometheus
from tests.assistant_evaluation.inhabitants import INHABITANTS, SENTINEL
from tests.assistant_evaluation.questions import Question, read
from tests.cluster.hctl.world import hctl

from .asking import ask, ask_as_process, findings
from .world import World

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

QUESTIONS = {question.id: question for question in read()}

AS_A_PROCESS = (
    "working-plain",
    "working-degraded",
    "why-web",
    "names-two",
    "stale-working",
    "prometheus-down-working",
    "forbidden-working",
    "injection-promql",
)
"""One for each way to end; what a process adds is its command line and its exit code."""


@pytest.mark.parametrize("name", list(QUESTIONS))
def test_the_answer_holds_what_a_person_must_be_told(inhabited: World, name: str) -> None:
    question = QUESTIONS[name]
    asked = ask(inhabited, question)
    assert findings(inhabited, question, asked) == [], asked


@pytest.mark.parametrize("name", AS_A_PROCESS)
def test_a_process_answers_as_the_library_does(inhabited: World, name: str) -> None:
    question = QUESTIONS[name]
    asked, other = ask_as_process(inhabited, question), ask(inhabited, question)
    assert findings(inhabited, question, asked) == []
    assert asked.exit_code == other.exit_code
    if asked.answer is None or other.answer is None:
        assert asked.error == other.error
    else:
        keys = ("intent", "verdict", "request", "candidates", "abstained")
        assert {key: asked.answer[key] for key in keys} == {key: other.answer[key] for key in keys}


def test_series_and_statuses_agree(inhabited: World, tmp_path: Path) -> None:
    """Else the evaluation would measure a contradiction that it made itself."""
    prometheus = Prometheus(inhabited.settings["normal"].prometheus.removeprefix("http://"), tmp_path)
    told = {
        f"{labels['namespace']}/{labels['name']}": labels["phase"]
        for labels, _ in prometheus.series("platform_resource_phase == 1")
    }
    assert told == {one.key: one.phase for one in INHABITANTS if one.phase and one.namespace != "quiet"}
    pods = prometheus.series('platform_vcluster_pods_ready{namespace="apps", name="media"}')
    assert [value for _, value in pods] == ["5"]


def test_no_secret_is_shown_in_whatever_form(inhabited: World) -> None:
    """The Secrets are there, and whoever asks may read them; the answer names them and no more."""
    held = inhabited.admin.get("v1", "Secret", "vcluster-media-kubeconfig", namespace="apps")
    assert base64.b64decode(held["data"]["config"]).decode() == SENTINEL
    kubeconfig = inhabited.settings["normal"].kubeconfig
    encoded = held["data"]["config"]
    for words in (["How do I log in to media?"], ["why is web not working?", "-o", "yaml"], ["which are broken?"]):
        ended = hctl(kubeconfig, "ask", *words)
        assert ended.stdout
        assert SENTINEL not in ended.stdout + ended.stderr
        assert encoded not in ended.stdout + ended.stderr


def test_it_only_reads_and_no_secret_comes_back(inhabited: World) -> None:
    """The API server's own word for it, whose audit log holds whatever it sent of a Secret."""
    for name in ("why-web", "login-plain", "broken-plain", "changed-web", "working-plain"):
        ask(inhabited, QUESTIONS[name])
    text = inhabited.audit.read_text(encoding="utf-8")
    events = [json.loads(line) for line in text.splitlines()]
    assert {event["verb"] for event in events} == {"get", "list"}
    secrets = [event for event in events if event.get("objectRef", {}).get("resource") == "secrets"]
    assert secrets, "the diagnosis looks whether the Secret is there"
    sent = {event.get("responseObject", {}).get("kind", "nothing") for event in secrets}
    assert sent <= {"PartialObjectMetadata", "Status", "nothing"}
    assert "PartialObjectMetadata" in sent, "the log shows what was sent"
    assert SENTINEL not in text
    assert base64.b64encode(SENTINEL.encode()).decode() not in text


def test_plain_text_numbers_its_evidence(inhabited: World) -> None:
    ended = hctl(inhabited.settings["normal"].kubeconfig, "ask", "Is", "media", "working?")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("Yes")
    assert "[1] " in ended.stdout
    assert "status.phase" in ended.stdout
    assert ended.stdout.replace("\n", "").isprintable()


def test_the_same_question_has_the_same_answer_twice(inhabited: World) -> None:
    question = QUESTIONS["broken-plain"]
    first, second = (ask(inhabited, question).answer for _ in range(2))
    assert first is not None
    assert second is not None
    ages = re.compile(r"\b(?:\d+m)?\d+s\b")  # but for those: a second may have passed
    assert ages.sub("", first["text"]) == ages.sub("", second["text"])
    assert [fact["name"] for fact in first["facts"]] == [fact["name"] for fact in second["facts"]]


def test_a_question_of_any_length_ends(inhabited: World) -> None:
    for text in ("is media working? " * 5000, "media " * 20000, "\x00" * 1000, "\ud83d" * 10, "(" * 5000):
        question = Question("long-question", text, QUESTIONS["working-plain"].expect)
        asked = ask(inhabited, question)
        assert asked.answer is None or len(json.dumps(asked.answer)) < 100_000
