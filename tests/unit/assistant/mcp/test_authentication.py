"""Only whoever bears the token of a well-kept file is let through."""

import asyncio
from pathlib import Path

import pytest

from hctl.errors import UsageError
from platform_status_assistant.mcp.serving import Authenticated, Message, Receive, Send, bears, read_token

TOKEN = b"correct-horse-battery"


def _file(folder: Path, text: bytes, mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_bytes(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640])
def test_a_token_is_read_without_its_line_end(tmp_path: Path, mode: int) -> None:
    assert read_token(_file(tmp_path, TOKEN + b"\n", mode)) == TOKEN


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o644])
def test_a_file_open_to_everybody_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(UsageError, match="gives all users access"):
        read_token(_file(tmp_path, TOKEN, mode))


@pytest.mark.parametrize("text", [b"", b"short", b"two words, no token", b"x" * 5000, b"\x1b[31m-red-and-long"])
def test_what_is_no_token_is_refused_and_not_repeated(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(UsageError, match="has no valid token") as caught:
        read_token(_file(tmp_path, text))
    assert not text or text.decode() not in str(caught.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--token-file .*absent: No such file"):
        read_token(tmp_path / "absent")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"Authorization", b"Bearer " + TOKEN)], True),
        ([(b"authorization", b"bearer " + TOKEN)], True),
        ([], False),
        ([(b"authorization", b"Bearer wrong")], False),
        ([(b"authorization", b"Bearer ")], False),
        ([(b"authorization", b"Basic " + TOKEN)], False),
        ([(b"authorization", b"Bearer \xff\xfe")], False),
        ([(b"authorization", b"Bearer " + TOKEN)] * 2, False),
    ],
)
def test_only_the_token_itself_counts(headers: list[tuple[bytes, bytes]], *, expected: bool) -> None:
    assert bears(headers, TOKEN) is expected


def _ask(scope: Message) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def application(_scope: Message, _receive: Receive, send: Send) -> None:
        await send({"type": "reached"})

    asyncio.run(Authenticated(application, TOKEN)(scope, receive, send))
    return sent


def test_without_the_token_a_request_ends_with_401_and_how_to_authenticate() -> None:
    start = _ask({"type": "http", "headers": []})[0]
    assert start["status"] == 401
    assert dict(start["headers"])[b"www-authenticate"].startswith(b"Bearer")


def test_with_the_token_a_request_is_passed_on() -> None:
    assert _ask({"type": "http", "headers": [(b"authorization", b"Bearer " + TOKEN)]}) == [{"type": "reached"}]


def test_a_websocket_is_closed_and_the_servers_own_start_passed_on() -> None:
    assert _ask({"type": "websocket", "headers": []}) == [{"type": "websocket.close", "code": 1008}]
    assert _ask({"type": "lifespan"}) == [{"type": "reached"}]
