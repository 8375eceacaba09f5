"""Durations, ages, and texts made inert."""

from datetime import timedelta

import pytest

from hctl.errors import UsageError
from hctl.texts import age_of, inert, lines_of, masked, parse_duration
from tests.unit.hctl.requests import NOW


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400), ("1d", 86400), ("45", 45), ("0", 0), ("0s", 0)]
)
def test_a_timeout_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "5 m", "-5m", "5m3h", "1.5h", "٣m", "9" * 30])
def test_what_is_no_duration_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"expected a duration such as 90s, 5m or 1h30m"):
        parse_duration(text)


def test_an_unknown_moment_has_no_age() -> None:
    assert age_of(None, NOW) == "?"
    assert age_of(NOW - timedelta(minutes=3), NOW) == "3m"


def test_control_characters_become_spaces() -> None:
    assert inert("a\x1b[31mb\r\nc\u202ed\x9b") == "a [31mb c d"
    assert inert(["no", "text"]) == ""


def test_a_log_keeps_its_last_lines() -> None:
    assert lines_of("one\n\n\x1b[31mtwo\x1b[0m\nthree\n", 2) == ("[31mtwo [0m", "three")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("PGPASSWORD=hunter2", "hunter2"),
        ("accessToken: abcdef", "abcdef"),
        ("clientSecret=s3cr3t", "s3cr3t"),
        ("helm --password hunter2 x", "hunter2"),
        ("private_key=abc", "abc"),
        ("clone https://user:p/ss@host/x", "p/ss"),
        ("clone https://user:p@ss@host", "ss@"),
        ("oauth2:glpat-abcdefghij@gitlab", "abcdefghij"),
        ("ghp_abcdefghijkl", "abcdefghijkl"),
        ("AKIAABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP"),
        ("?X-Amz-Signature=abc&x=y", "abc"),
        ('{\\"password\\":\\"abc\\"}', "abc"),
        ("AccountKey=abc==;EndpointSuffix=x", "abc"),
        ("https://x.blob.example.org/c?sv=2022&sig=abc%3D&se=1", "abc"),
        ("Server=db;Pwd=hunter2;", "hunter2"),
        ("pass=hunter2", "hunter2"),
        ("client_key_data: LS0tLS1", "LS0t"),
        ("tls.key: LS0tLS1CRUdJTg==", "LS0t"),
        (".dockerconfigjson: eyJhdXRocyI6", "eyJh"),
        ('{"auth":"dXNlcjpwYXNz"}', "dXNl"),
        ("Set-Cookie: session=abc", "abc"),
        ("login failed for user 'x' using password 'hunter2'", "hunter2"),
        ("token hvs.CAESIJabcdefgh is expired", "CAES"),
        ("AIzaSyabcdefghijklmnopqrstuvwxyz0123456", "abcdef"),
        ("https://api.telegram.org/bot123456:AAabcdefghijklmnopqrstuvwxyz012345/send", "abcdef"),
        ("POST https://hooks.slack.com/services/T000/B000/abcdef", "abcdef"),
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in masked(text, 500)


@pytest.mark.parametrize(
    "text",
    [
        "apps/billing: app path does not exist",
        "https://charts.example.org/x@v1",
        "no token",
        "bypass=true, config=x",
        "failed auth: no such user",
        "key web: not found",
    ],
)
def test_what_does_not_look_like_one_is_not(text: str) -> None:
    assert masked(text, 500) == text
