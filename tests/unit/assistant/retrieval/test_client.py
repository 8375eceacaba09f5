"""The client of Prometheus against servers that are well, refuse, lie, point elsewhere, are slow, or are others."""

import json
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from localplane.certificates import new_authority
from platform_status_assistant.retrieval.prometheus import Prometheus, PrometheusError, QueryFailure

from .playing import Asked, Played, playing

TOKEN = "s3cr3t-token-of-the-reader"  # noqa: S105 - of nobody
EMPTY = json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}}).encode()


def error(text: str, kind: str = "bad_data") -> bytes:
    return json.dumps({"status": "error", "errorType": kind, "error": text}).encode()


def failing(url: str, expression: str = "up", **settings: object) -> PrometheusError:
    with pytest.raises(PrometheusError) as raised, Prometheus(url, **settings) as prometheus:  # type: ignore[arg-type]  # what the case gives
        prometheus.query(expression)
    text = str(raised.value)
    assert text.isprintable()
    assert TOKEN not in text
    return raised.value


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n", encoding="utf-8")
    return file


def test_a_query_goes_to_the_api_below_the_address(token_file: Path) -> None:
    with (
        playing(lambda _: Played(EMPTY)) as stage,
        Prometheus(f"{stage.url}/prom/", token_file=token_file) as prometheus,
    ):
        at = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
        vector = prometheus.query('up{job="a&b"}', at=at)
    assert (vector.samples, vector.asked_at) == ((), at)
    (asked,) = stage.asked
    url = urlsplit(asked.path)
    assert (asked.method, url.path) == ("GET", "/prom/api/v1/query")
    assert parse_qs(url.query) == {"query": ['up{job="a&b"}'], "time": ["1772101800.000"]}
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_renewed_token_is_used_at_once(token_file: Path) -> None:
    with playing(lambda _: Played(EMPTY)) as stage, Prometheus(stage.url, token_file=token_file) as prometheus:
        prometheus.query("up")
        token_file.write_text("another", encoding="utf-8")
        prometheus.query("up")
    assert [asked.headers["Authorization"] for asked in stage.asked] == [f"Bearer {TOKEN}", "Bearer another"]


@pytest.mark.parametrize(
    ("status", "body", "failure", "says"),
    [
        (401, b"no", QueryFailure.REFUSED, "denied the query with 401: no; give a file with a token"),
        (403, error("forbidden"), QueryFailure.REFUSED, "denied the query with 403: forbidden"),
        (400, error("parse error"), QueryFailure.BAD_QUERY, "rejected the query up: parse error; fix it"),
        (422, error("many-to-many", "execution"), QueryFailure.BAD_QUERY, "many-to-many"),
        (200, error("bad", "bad_data"), QueryFailure.BAD_QUERY, "bad"),
        (503, error("query timed out", "timeout"), QueryFailure.UNAVAILABLE, "failed with 503: query timed out"),
        (500, b"", QueryFailure.UNAVAILABLE, "failed with 500: nothing"),
        (429, b"slow down", QueryFailure.UNAVAILABLE, "failed with 429: slow down"),
        (404, b"404 page not found", QueryFailure.NOT_UNDERSTOOD, "is not a Prometheus: 404 page not found"),
        (200, b"<html>hello\x1b[31m</html>", QueryFailure.NOT_UNDERSTOOD, "<html>hello [31m</html>"),
        (200, b"[" * 100_000, QueryFailure.NOT_UNDERSTOOD, "is not a Prometheus"),
        (200, b"null", QueryFailure.NOT_UNDERSTOOD, "is not a Prometheus: null"),
        (400, b"bad request", QueryFailure.NOT_UNDERSTOOD, "returned 400 and is not a Prometheus"),
        (
            200,
            json.dumps({"status": "success", "data": {"resultType": "matrix", "result": []}}).encode(),
            QueryFailure.BAD_QUERY,
            "the result of the query up is not an instant vector",
        ),
    ],
)
def test_each_way_of_not_answering_is_told_apart(status: int, body: bytes, failure: QueryFailure, says: str) -> None:
    with playing(lambda _: Played(body, status)) as stage:
        found = failing(stage.url)
    assert found.failure is failure
    assert says in str(found)
    assert stage.url in str(found)


def test_nobody_there_is_unreachable() -> None:
    with playing(lambda _: Played()) as stage:
        pass
    found = failing(stage.url)
    assert found.failure is QueryFailure.UNREACHABLE
    assert str(found) == (
        f"Prometheus {stage.url} cannot be reached: Connection refused; check the URL, and that it runs"
    )


def test_a_silent_server_costs_no_more_than_the_timeout() -> None:
    release = threading.Event()
    with playing(lambda _: Played(EMPTY, after=release)) as stage:
        found = failing(stage.url, timeout_seconds=0.3)
        release.set()
    assert found.failure is QueryFailure.UNREACHABLE
    assert "did not respond within 0.3 s" in str(found)


def test_a_server_that_drips_costs_no_more_either() -> None:
    with playing(lambda _: Played(EMPTY * 100, drip=True)) as stage:
        found = failing(stage.url, timeout_seconds=0.5)
    assert "did not respond within 0.5 s" in str(found)


def test_no_redirect_is_followed() -> None:
    with playing(lambda _: Played(EMPTY)) as elsewhere:
        headers = {"Location": f"{elsewhere.url}/api/v1/query"}
        with playing(lambda _: Played(b"", 302, headers)) as stage:
            found = failing(stage.url)
    assert found.failure is QueryFailure.NOT_UNDERSTOOD
    assert f"returned 302, a redirect to {elsewhere.url}/api/v1/query, which is not followed" in str(found)
    assert elsewhere.asked == []


def test_an_endless_answer_is_given_up() -> None:
    with playing(lambda _: Played(b" " * (9 * 1024 * 1024))) as stage:
        found = failing(stage.url)
    assert "returned more than 8 MiB; narrow the query" in str(found)


def test_a_compressed_answer_is_not_unpacked() -> None:
    with playing(lambda _: Played(b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"})) as stage:
        assert failing(stage.url).failure is QueryFailure.NOT_UNDERSTOOD


def test_a_server_that_sends_the_token_back_does_not_get_it_into_an_error(token_file: Path) -> None:
    def echo(asked: Asked) -> Played:
        token = asked.headers["Authorization"].removeprefix("Bearer ")
        spelt = "".join(f"\\u{ord(char):04x}" for char in token)
        return Played(f'{{"status":"error","errorType":"bad_data","error":"{token} {spelt}"}}'.encode(), 400)

    with playing(echo) as stage:
        found = failing(stage.url, token_file=token_file)
    assert "[secret] [secret]" in str(found)


def test_a_token_never_goes_to_another_machine_in_plain_http(token_file: Path) -> None:
    found = failing("http://192.0.2.1:9090", token_file=token_file)
    assert found.failure is QueryFailure.SETTINGS
    assert "a secret is not sent over plain HTTP to another machine; use https://" in str(found)


@pytest.mark.parametrize("held", ["", "two words", "two\nlines", "caf\u00e9", "x" * 70_000])
def test_a_file_without_a_token_is_named_and_not_shown(tmp_path: Path, held: str) -> None:
    file = tmp_path / "token"
    file.write_text(held, encoding="utf-8")
    found = failing("http://127.0.0.1:9", token_file=file)
    assert found.failure is QueryFailure.SETTINGS
    assert str(found).startswith(f"the token of Prometheus: {file} has no token of one line")


def test_a_token_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = failing("http://127.0.0.1:9", token_file=tmp_path / "none")
    assert f"{tmp_path / 'none'} cannot be read: No such file or directory" in str(found)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:9090",
        "ftp://a",
        "http://",
        "http://[::1",
        "http://a:b",
        "http://a b",
        "http://a/?x=1",
        "http://a#b",
        "http://a\n",
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_asked(address: str) -> None:
    with pytest.raises(PrometheusError, match=r"expected http://HOST\[:PORT\]") as raised:
        Prometheus(address)
    assert raised.value.failure is QueryFailure.SETTINGS


@pytest.mark.parametrize(
    "address",
    [
        f"https://reader:{TOKEN}@metrics.example.org",
        f"http://reader:{TOKEN}@metrics.example.org:99999",
        f"http://reader:{TOKEN}@[metrics.example.org",
        f"http://reader:{TOKEN[:3]}/{TOKEN}@metrics.example.org",
        f"reader:{TOKEN}@metrics.example.org:9090",
        f"http:reader:{TOKEN}@metrics.example.org",
        f"http://metrics.example.org/?token={TOKEN}",
        f"http://metrics.example.org/#{TOKEN}",
    ],
)
def test_credentials_in_the_address_are_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(PrometheusError, match=r"credentials in it|with '[@?#]' in it: expected http") as raised:
        Prometheus(address)
    assert raised.value.failure is QueryFailure.SETTINGS
    assert TOKEN not in str(raised.value)


def test_a_redirect_that_sends_the_token_back_does_not_get_it_into_an_error(token_file: Path) -> None:
    headers = {"Location": f"http://elsewhere.example/{TOKEN}?query=up"}
    with playing(lambda _: Played(b"", 302, headers)) as stage:
        found = failing(stage.url, token_file=token_file)
    assert "a redirect to http://elsewhere.example/[secret], which is not followed" in str(found)


@pytest.mark.parametrize("host", ["a..b", "x" * 80])
def test_a_host_that_no_name_can_be_is_unreachable(host: str) -> None:
    assert failing(f"http://{host}").failure is QueryFailure.UNREACHABLE


def test_https_trusts_the_authority_that_is_named_and_no_other(tmp_path: Path, token_file: Path) -> None:
    now = datetime.now(UTC)
    ours, other = new_authority("ours", now), new_authority("other", now)
    pair = ours.server("metrics", ["127.0.0.1"], now)
    for name, held in (
        ("tls.pem", pair.certificate + pair.key),
        ("ours.pem", ours.certificate),
        ("other.pem", other.certificate),
    ):
        (tmp_path / name).write_bytes(held)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")
    with playing(lambda _: Played(EMPTY), context) as stage:
        with Prometheus(stage.url, ca_file=tmp_path / "ours.pem", token_file=token_file) as prometheus:
            assert prometheus.query("up").samples == ()
        found = failing(stage.url, ca_file=tmp_path / "other.pem")
    assert found.failure is QueryFailure.UNREACHABLE
    assert "TLS failed" in str(found)
    assert "set the CA of its certificate" in str(found)


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises(PrometheusError, match=r"ca\.pem has no valid certificates"):
        Prometheus("https://127.0.0.1:9", ca_file=tmp_path / "ca.pem")
