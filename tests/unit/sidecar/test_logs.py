"""The log: one line each, with the request's identity, without secrets, whatever others put into it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_sidecar import logs
from tests.unit.sidecar.support import Json


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """The process logs into this; what it was configured to before comes back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    urllib3_level = logging.getLogger("urllib3").level
    text = io.StringIO()
    yield text
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("urllib3").setLevel(urllib3_level)


LOG = logs.bind(logging.getLogger("test"), request="team/media", uid="u", generation=3)


def rendered(formatter: logging.Formatter, message: object, *arguments: object, **keys: object) -> str:
    record = logging.LogRecord("test", logging.INFO, __file__, 1, message, arguments, None)
    vars(record).update(keys)
    return formatter.format(record)


def line(message: object, *arguments: object, **keys: object) -> Json:
    found: Json = json.loads(rendered(logs.JsonFormatter(), message, *arguments, **keys))
    return found


def fail(message: str) -> None:
    raise ValueError(message)


FORMS = [logs.JsonFormatter(), logs.ConsoleFormatter()]


class TestLine:
    def test_every_line_about_a_request_says_which(self, stream: io.StringIO) -> None:
        logs.configure("json", "info", stream)
        LOG.info("Wrote the status", extra={"phase": "Ready"})
        LOG.warning("Cannot write the status", extra={"cause": "text"})
        for found in map(json.loads, stream.getvalue().splitlines()):
            assert (found["request"], found["uid"], found["generation"]) == ("team/media", "u", 3)

    def test_the_keys_are_these(self) -> None:
        found = line("Wrote %s", "it", phase="Ready", keys=["phase"], count=2, none=None)
        assert found.pop("time").endswith("+00:00")
        assert found == {
            "level": "info",
            "logger": "test",
            "message": "Wrote it",
            "phase": "Ready",
            "keys": ["phase"],
            "count": 2,
            "none": None,
        }

    def test_below_the_level_nothing_is_said(self, stream: io.StringIO) -> None:
        logs.configure("json", "warning", stream)
        LOG.info("Listed")
        assert stream.getvalue() == ""

    def test_a_traceback_is_a_key_of_its_own_and_ends_with_the_error(self, stream: io.StringIO) -> None:
        logs.configure("json", "info", stream)
        try:
            fail("x" * 9000 + " the end")
        except ValueError:
            LOG.exception("Cannot reconcile")
        found = json.loads(stream.getvalue())
        assert found["message"] == "Cannot reconcile"
        assert found["traceback"].endswith(" the end")
        assert len(stream.getvalue()) < 8192

    def test_wrong_arguments_do_not_hide_what_was_to_be_said(self) -> None:
        assert line("Wrote %d of %s", "text")["message"] == "Wrote %d of %s (its arguments do not fit)"

    def test_a_bound_key_cannot_replace_the_level_or_the_time(self) -> None:
        found = line("text", level="debug", time="never", logger="other")
        assert (found["level"], found["logger"]) == ("info", "test")
        assert found["time"] != "never"


SECRETS = [
    "Authorization: Bearer SEKRET.def-ghi",
    "authorization=Basic SEKRETdef==",
    "bearer SEKRET.def-ghi",
    "{'authorization': 'SEKRET'}",
    '{"Authorization": "Bearer SEKRET"}',
    "Proxy-Authorization: SEKRET",
    'token: "SEKRET with blanks"',
    '{"id_token":"SEKRET","x":1}',
    "client_secret=SEKRET&grant=x",
    "password = SEKRET",
    "api-key: SEKRET",
    "client-key-data: SEKRET",
    "https://user:SEKRET@example.org/x",
    "eyJhbGciOiJSUzI1NiJ9.eyJSEKRETsdWIiOiJ4In0.SEKRETc2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nSEKRET\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nSEKRET cut off",
]


class TestSecrets:
    @pytest.mark.parametrize("formatter", FORMS)
    @pytest.mark.parametrize("secret", SECRETS)
    def test_credentials_are_blanked_wherever_they_stand(self, secret: str, formatter: logging.Formatter) -> None:
        for found in (
            rendered(formatter, f"failed: {secret}"),
            rendered(formatter, "failed: %s", secret),
            rendered(formatter, "failed", cause=secret),
            rendered(formatter, "failed", cause=[{"deep": secret}]),
            rendered(formatter, "failed", cause=ValueError(secret)),
        ):
            assert "SEKRET" not in found
            assert "redact" in found

    @pytest.mark.parametrize("formatter", FORMS)
    @pytest.mark.parametrize("key", ["data", "stringData", "string_data", "token", "Authorization", "kubeconfig"])
    def test_a_key_of_such_a_name_is_blanked_whole(self, key: str, formatter: logging.Formatter) -> None:
        assert "U0VLUkVU" not in rendered(formatter, "text", **{key: {"config": "U0VLUkVU"}})
        assert "U0VLUkVU" not in rendered(formatter, "text", object={"metadata": {}, key: {"config": "U0VLUkVU"}})

    @pytest.mark.parametrize("formatter", FORMS)
    def test_a_traceback_is_searched_too(self, formatter: logging.Formatter) -> None:
        with pytest.raises(ValueError, match="SEKRET") as caught:
            fail(SECRETS[0])
        found = rendered(formatter, "text", exc_info=(ValueError, caught.value, caught.tb))
        assert "SEKRET" not in found
        assert "redact" in found

    @pytest.mark.parametrize(
        "harmless", ["GET /api/v1/namespaces/team/secrets/kubeconfig: HTTP 403", "the token expired", "3 secrets"]
    )
    def test_what_only_sounds_like_one_stays(self, harmless: str) -> None:
        assert line(harmless)["message"] == harmless


HOSTILE = "a\nb\r\x1b[31m\u202e\u2028\x9b\x00\x7f\u200b\ufe0f\U000e0041"


class TestHostileText:
    @pytest.mark.parametrize("formatter", FORMS)
    def test_it_forges_neither_a_line_nor_a_colour_nor_a_direction(self, formatter: logging.Formatter) -> None:
        for found in (rendered(formatter, HOSTILE), rendered(formatter, "text", cause=HOSTILE, keys=[HOSTILE])):
            assert found.isprintable(), found
            assert not {"\u200b", "\ufe0f", "\U000e0041"} & set(found)

    def test_in_json_nothing_of_it_is_lost(self) -> None:
        assert line("text", cause=HOSTILE)["cause"] == HOSTILE

    @pytest.mark.parametrize("formatter", FORMS)
    def test_a_line_has_an_end(self, formatter: logging.Formatter) -> None:
        big = {f"key{number}": ["y" * 10_000] * 50 for number in range(50)}
        found = rendered(formatter, "x" * 100_000, request="team/media", **big)
        assert len(found) <= 8192 + 40

    def test_of_a_line_that_is_cut_the_identity_stays(self) -> None:
        found = line("text", request="team/media", uid="u", **{f"key{number}": "y" * 2000 for number in range(9)})
        assert (found["request"], found["uid"]) == ("team/media", "u")
        assert "key0" in found["cut"]

    @given(st.text(), st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
    def test_any_text_makes_one_line(self, text: str, value: object) -> None:
        for formatter in FORMS:
            assert "\n" not in rendered(formatter, "%s", text, value=value)
        assert set(line("%s", text, value=value)) == {"time", "level", "logger", "message", "value"}

    def test_a_long_text_of_others_takes_no_long_time(self) -> None:
        for text in ("a_" * 500_000, "ey" * 500_000, "x:" * 500_000, "-----BEGIN PRIVATE KEY-----" * 50_000):
            assert len(logs.redact(text)) <= 2048
