"""Notifications: what they say and how they are signed, and receivers that are slow, broken or gone."""

import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from localplane.certificates import new_authority
from platform_status_contract.model.vocabulary import Phase
from platform_status_sidecar.counts import NotificationResult, ProcessCounts
from platform_status_sidecar.errors import SettingsError
from platform_status_sidecar.notify.event import Notification, key_of, of_phase, signature
from platform_status_sidecar.notify.notifier import Notifier
from platform_status_sidecar.notify.receiver import Receiver
from platform_status_sidecar.outbox import MAX_QUEUED
from platform_status_sidecar.settings import read_settings
from tests.unit.sidecar.support import NOW, TurnedClock
from tests.unit.sidecar.test_events import projection, record

API = "platform.integratn.tech/v1alpha1"
KEY = b"a shared secret"
Answer = Callable[[BaseHTTPRequestHandler], None]


def notification(message: str = "4 of 5 pods are ready") -> Notification:
    return of_phase(
        record(), projection(Phase.DEGRADED, message), NOW, promise="vcluster", api_version=API, unique="id-1"
    )


class Hook:
    """A receiver on a port of this machine: what it was posted, and how it answers."""

    def __init__(self, *answers: Answer) -> None:
        self.posted: list[tuple[str, dict[str, str], bytes]] = []
        hook, waiting = self, list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.posted.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                (waiting.pop(0) if len(waiting) > 1 else waiting[0])(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?team=a"


def status(code: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Location", "http://127.0.0.1:1/")
        handler.end_headers()

    return answer


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answer with one byte at a time: no single wait is long."""
    try:
        for sign in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000:
            handler.wfile.write(bytes([sign]))
            time.sleep(0.05)
    except OSError:
        return


def silent(handler: BaseHTTPRequestHandler) -> None:
    handler.rfile.read(1)


def garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\0\xff not HTTP\r\n\r\n")


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def receiving(*answers: Answer) -> Iterator[Hook]:
    hook = Hook(*answers)
    thread = threading.Thread(target=hook.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.server.shutdown()
        hook.server.server_close()
        thread.join()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    (tmp_path / "key").write_bytes(KEY + b"\n")
    return tmp_path


class Told:
    """A notifier of one receiver, and what it counted."""

    def __init__(self, url: str, folder: Path) -> None:
        self.counts = ProcessCounts()
        self.stop = threading.Event()
        clock = TurnedClock()
        self.notifier = Notifier(
            Receiver(urlsplit(url), folder, clock, longest=0.3),
            promise="vcluster",
            api_version=API,
            counts=self.counts,
            clock=clock,
            stop=self.stop,
            waits=(0.0, 0.0),
        )

    def offer(self, times: int = 1) -> "Told":
        for _ in range(times):
            self.notifier.offer(record(), projection(Phase.DEGRADED))
        return self

    def run(self) -> dict[str, int]:
        """Post what was offered, and return the counts."""
        self.notifier.close()
        self.notifier.run()
        return {result.value: self.counts.notifications.value(result.value) for result in NotificationResult}


def test_it_is_a_cloud_event() -> None:
    assert json.loads(notification().body()) == {
        "specversion": "1.0",
        "id": "id-1",
        "source": "/platform-status/vcluster",
        "type": "tech.integratn.platform.request.phase.v1",
        "subject": "team/media",
        "time": "2026-02-26T10:30:00Z",
        "datacontenttype": "application/json",
        "data": {
            "apiVersion": API,
            "kind": "VClusterOrchestratorV2",
            "namespace": "team",
            "name": "media",
            "uid": "uid-1",
            "generation": 1,
            "phase": "Degraded",
            "reason": "PodsNotReady",
            "message": "4 of 5 pods are ready",
        },
    }


def test_a_credential_in_a_text_of_others_is_masked_and_no_text_is_long() -> None:
    body = notification("login failed: password=hunter2 " + "x" * 5000).body()
    assert b"hunter2" not in body
    assert len(json.loads(body)["data"]["message"]) <= 1024


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # the example in the documentation of Svix, who wrote the specification
    key = key_of(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_gets_it_signed_by_the_key_that_stands_there_now(keys: Path) -> None:
    with receiving(status(204)) as hook:
        told = Told(hook.url, keys)
        assert told.offer().run() == {"sent": 1, "failed": 0, "dropped": 0}
        (keys / "key").write_bytes(b"rotated")
        assert Told(hook.url, keys).offer().run()["sent"] == 1
    for key, (path, headers, body) in zip((KEY, b"rotated"), hook.posted, strict=True):
        assert path == "/hook?team=a"
        assert headers["content-type"] == "application/cloudevents+json"
        assert headers["webhook-id"] == json.loads(body)["id"]
        assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
        seconds = int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == signature(key, headers["webhook-id"], seconds, body)


def test_over_tls_only_an_authority_that_is_known_is_believed(keys: Path, caplog: pytest.LogCaptureFixture) -> None:
    authority = new_authority("tests", datetime.now(UTC))
    pair = authority.server("hook", ["127.0.0.1"], datetime.now(UTC))
    for name, pem in (("crt", pair.certificate), ("private", pair.key)):
        (keys / name).write_bytes(pem)
    hook = Hook(status(200), drip)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "crt", keys / "private")
    hook.server.socket = context.wrap_socket(hook.server.socket, server_side=True)
    threading.Thread(target=hook.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = hook.url.replace("http:", "https:")
    try:
        assert Told(url, keys).offer().run()["failed"] == 1
        assert hook.posted == []
        (keys / "ca.crt").write_bytes(authority.certificate)
        assert Told(url, keys).offer().run()["sent"] == 1
        with caplog.at_level(logging.WARNING):
            assert Told(url, keys).offer().run()["failed"] == 1
        assert "defect" not in caplog.text
        assert len(hook.posted) == 4
    finally:
        hook.server.shutdown()
        hook.server.server_close()


@pytest.mark.parametrize("first", [status(500), status(503), status(429), hang_up, garbage, silent, drip])
def test_what_may_pass_is_tried_again_with_the_same_id(first: Answer, keys: Path) -> None:
    with receiving(first, status(200)) as hook:
        assert Told(hook.url, keys).offer().run() == {"sent": 1, "failed": 0, "dropped": 0}
    assert len(hook.posted) == 2
    assert len({headers["webhook-id"] for _, headers, _ in hook.posted}) == 1


@pytest.mark.parametrize("answer", [status(500), silent, drip, garbage, hang_up])
def test_a_receiver_that_stays_broken_is_left_after_three_tries(
    answer: Answer, keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    with receiving(answer) as hook, caplog.at_level(logging.WARNING):
        assert Told(hook.url, keys).offer(2).run() == {"sent": 0, "failed": 2, "dropped": 0}
    assert len(hook.posted) == 6
    assert time.monotonic() - began < 10
    assert len(caplog.records) == 1
    assert "team=a" not in caplog.text


@pytest.mark.parametrize("code", [301, 307, 400, 401, 404, 410])
def test_a_refusal_is_not_tried_again_and_no_redirect_is_followed(code: int, keys: Path) -> None:
    with receiving(status(code)) as hook:
        assert Told(hook.url, keys).offer().run()["failed"] == 1
    assert len(hook.posted) == 1


def test_a_receiver_that_is_gone_and_a_key_that_is_missing_are_counted(keys: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert Told(url, keys).offer().run()["failed"] == 1
    with receiving(status(200)) as hook:
        for empty in (b" \n", b"whsec_", b"whsec_not base64"):
            (keys / "key").write_bytes(empty)
            assert Told(hook.url, keys).offer().run()["failed"] == 1
        (keys / "key").unlink()
        assert Told(hook.url, keys).offer().run()["failed"] == 1
    assert hook.posted == []


def test_beyond_the_queue_they_are_dropped_at_once(keys: Path) -> None:
    told = Told("http://127.0.0.1:1/", keys)
    began = time.monotonic()
    told.offer(MAX_QUEUED + 50)
    assert time.monotonic() - began < 5
    assert told.counts.notifications.value("dropped") == 50
    told.stop.set()
    counts = told.run()
    # one more made room for the word that ends the thread
    assert counts == {"sent": 0, "failed": MAX_QUEUED - 1, "dropped": 51}


def test_once_it_stops_there_is_one_try_each(keys: Path) -> None:
    with receiving(status(500)) as hook:
        told = Told(hook.url, keys).offer(2)
        told.stop.set()
        assert told.run()["failed"] == 2
    assert len(hook.posted) == 2


def test_it_is_off_unless_a_url_is_given() -> None:
    assert read_settings([], {}).notify_url is None
    given = read_settings([], {"PLATFORM_STATUS_NOTIFY_URL": "https://hooks.example.com/a"}).notify_url
    assert given is not None
    assert given.hostname == "hooks.example.com"


@pytest.mark.parametrize(
    "url",
    ["ftp://x/", "https://", "hooks.example.com", "https://me:token@x/", "https://x:0/", "https://x:y/", "http://x/ y"],
)
def test_a_url_that_cannot_be_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings([f"--notify-url={url}"], {})
    assert "token" not in str(raised.value)
