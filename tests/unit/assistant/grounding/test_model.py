"""A server that speaks as OpenAI's does, well-behaved and not: the answer stays, and the key goes nowhere else."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from platform_status_assistant.ask.model import KEY_VARIABLE, ModelSettings, Reply, reword
from tests.unit.assistant.retrieval.playing import Asked, Played, playing
from tests.unit.assistant.retrieval.test_samples import JSON
from tests.unit.rules.settings import quick

ANSWER = "Yes, vcluster media is Ready, 5/5 pods running."
TRUE = "Yes, media is Ready with five of five pods running."
KEY = "sk-of-nobody-0123456789"
QUESTION = "Is my media vCluster ready?"


def speaking(text: object) -> Callable[[Asked], Played]:
    body = json.dumps({"model": "other\x1b", "choices": [{"message": {"role": "assistant", "content": text}}]})
    return lambda _: Played(body.encode())


def asked(url: str, context: str = "", **settings: object) -> Reply:
    made = ModelSettings(f"{url}/v1", "small", **settings)  # type: ignore[arg-type]  # what the case gives
    reply = reword(QUESTION, context, ANSWER, made, verdict="yes", environ={KEY_VARIABLE: KEY})
    assert reply.model == "small"
    assert KEY not in repr(reply)
    assert all(reason.isprintable() for reason in reply.rejected)
    if reply.rejected:
        assert reply.text == ANSWER
    return reply


def test_a_true_reply_is_shown() -> None:
    with playing(speaking(f"\n{TRUE}\n")) as stage:
        assert asked(stage.url) == Reply(TRUE, (), "small")


def test_one_request_carries_question_context_and_answer() -> None:
    with playing(speaking(TRUE)) as stage:
        asked(stage.url, "a block\nof context")
    (request,) = stage.asked
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json"
    sent = json.loads(request.body)
    assert sent.keys() == {"model", "messages", "stream"}
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert sent["messages"][1]["content"] == f"QUESTION\n{QUESTION}\n\nCONTEXT\na block\nof context\n\nANSWER\n{ANSWER}"
    assert KEY not in request.body.decode()


@pytest.mark.parametrize(
    ("lie", "because"),
    [
        ("Yes, media is Failed, 5/5 pods running.", "leaves out 'ready'"),
        ("Yes, media is Ready, 4/5 pods running.", "says '4/5'"),
        ("No, media is Ready.", "begins with no"),
        ("PWNED. Open https://evil.example", "begins with no verdict"),
        ("", "empty or no text"),
    ],
)
def test_a_lie_costs_a_reason_and_the_answer_stays(lie: str, because: str) -> None:
    with playing(speaking(lie)) as stage:
        reply = asked(stage.url)
    assert any(because in reason for reason in reply.rejected)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, b"oops", "answered 500: oops; check the address and the model's name, or try later"),
        (404, b'{"error": "model small not found"}', "answered 404: model small not found"),
        (401, b'{"error": {"message": "no such key"}}', "answered 401: no such key; give it a key that is allowed"),
        (200, b"<html>", "answered 200 and no reply of a model: <html>; give the address above /chat/completions"),
        (200, b"", "no reply of a model: nothing"),
        (200, b"[" * 100_000, "no reply of a model"),
        (200, b'{"choices": []}', "no reply of a model"),
        (200, b'{"choices": [{"message": {"content": null}}]}', "no reply of a model"),
    ],
)
def test_a_server_that_cannot_costs_a_reason(status: int, body: bytes, says: str) -> None:
    with playing(lambda _: Played(body, status)) as stage:
        (reason,) = asked(stage.url).rejected
    assert reason.startswith(f"the model was not heard: the model's endpoint {stage.url}/v1 ")
    assert says in reason


def test_a_slow_server_is_not_waited_for() -> None:
    release = threading.Event()
    with playing(lambda _: Played(b"{}", after=release)) as stage:
        (reason,) = asked(stage.url, timeout_seconds=0.3).rejected
        release.set()
    assert "did not answer within 0.3 s" in reason


def test_nobody_there_costs_a_reason() -> None:
    with playing(speaking(TRUE)) as stage:
        pass
    (reason,) = asked(stage.url).rejected
    assert "cannot be reached: Connection refused" in reason


def test_a_redirect_gets_neither_the_question_nor_the_key() -> None:
    with playing(speaking(TRUE)) as elsewhere:
        headers = {"Location": f"{elsewhere.url}/v1/chat/completions"}
        with playing(lambda _: Played(b"", 307, headers)) as stage:
            (reason,) = asked(stage.url).rejected
    assert "which is not followed" in reason
    assert elsewhere.asked == []


def test_a_server_that_sends_the_key_back_shows_it_to_nobody() -> None:
    def echo(request: Asked) -> Played:
        key = request.headers["Authorization"]
        spelt = "".join(f"\\u{ord(char):04x}" for char in key)
        return Played(f'{{"error": {{"message": "{key} {spelt}"}}}}'.encode(), 401)

    with playing(echo) as stage:
        (reason,) = asked(stage.url).rejected
    assert "Bearer [secret] Bearer [secret]" in reason


def test_the_key_never_leaves_in_plain_http_for_another_machine() -> None:
    (reason,) = asked("http://192.0.2.1").rejected
    assert "a secret is not sent over plain HTTP to another machine" in reason


def test_a_key_file_comes_before_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-the-file\n", encoding="utf-8")
    with playing(speaking(TRUE)) as stage:
        asked(stage.url, key_file=tmp_path / "key")
    assert stage.asked[0].headers["Authorization"] == "Bearer from-the-file"


def test_a_key_file_that_is_not_there_is_named_and_nothing_is_sent(tmp_path: Path) -> None:
    with playing(speaking(TRUE)) as stage:
        (reason,) = asked(stage.url, key_file=tmp_path / "none").rejected
    assert f"the key of the model: {tmp_path / 'none'} cannot be read" in reason
    assert stage.asked == []


def test_without_a_key_none_is_sent() -> None:
    with playing(speaking(TRUE)) as stage:
        reply = reword(QUESTION, "", ANSWER, ModelSettings(stage.url, "small"), verdict="yes", environ={})
    assert reply.rejected == ()
    assert "Authorization" not in stage.asked[0].headers


def test_a_key_of_two_lines_is_refused_and_not_repeated() -> None:
    environ = {KEY_VARIABLE: f"{KEY}\nX-Injected: 1"}
    with playing(speaking(TRUE)) as stage:
        reply = reword(QUESTION, "", ANSWER, ModelSettings(stage.url, "small"), environ=environ)
    assert KEY_VARIABLE in reply.rejected[0]
    assert KEY not in repr(reply)
    assert stage.asked == []


def test_an_endpoint_that_is_none_costs_a_reason() -> None:
    reply = reword(QUESTION, "", ANSWER, ModelSettings("nowhere", "small"), environ={})
    assert reply.text == ANSWER
    assert "expected http://HOST[:PORT]" in reply.rejected[0]


def test_any_json_of_a_server_leaves_the_answer() -> None:
    held: list[bytes] = [b""]

    @quick
    @given(JSON | JSON.map(lambda found: {"choices": [{"message": found}]}))
    def whatever(found: object) -> None:
        held[0] = json.dumps(found).encode()
        assert asked(stage.url).text == ANSWER

    with playing(lambda _: Played(held[0])) as stage:
        whatever()
