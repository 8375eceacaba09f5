"""The one table from an API server's answers to errors."""

import json

import pytest

from platform_status_kube.errors import (
    ConflictError,
    ExpiredError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    TransportError,
    UnansweredError,
    UnauthorizedError,
    refusal,
)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, RefusedError),
        (400, RefusedError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (410, ExpiredError),
        (422, RefusedError),
        (429, ThrottledError),
        (500, UnansweredError),
        (503, UnansweredError),
    ],
)
def test_every_http_status_has_its_error(status: int, kind: type[TransportError]) -> None:
    error = refusal("PUT /x", status, b'{"reason": "R", "message": "why"}', "3")
    assert type(error) is kind
    assert (error.status, error.reason, error.said) == (status, "R", "why")
    assert str(error) == f"PUT /x: HTTP {status} R: why"
    if isinstance(error, ThrottledError):
        assert error.retry_after == 3


@pytest.mark.parametrize("retry_after", [None, "", "Tue, 1 Jan 2030 00:00:00 GMT", "-1", "1e9", "\u00b2"])
def test_a_pause_that_is_no_number_is_none(retry_after: str | None) -> None:
    error = refusal("GET /", 429, b"", retry_after)
    assert isinstance(error, ThrottledError)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>bad\r\n gateway</html>", "<html>bad gateway</html>"),
        (b"", ""),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'{"message": 7}', '{"message": 7}'),
        (b'{"message": null, "reason": null}', ""),
        (b'{"details": ' + b"[" * 5000, '{"details": ' + "[" * 1988),
        (json.dumps({"message": "a\u202eb\x1b[31m\n" + "x" * 9999}).encode(), "a b [31m " + "x" * 1991),
    ],
    ids=range(7),
)
def test_whatever_the_body_is_it_becomes_one_line_of_bounded_length(body: bytes, said: str) -> None:
    assert refusal("GET /", 502, body).said == said
