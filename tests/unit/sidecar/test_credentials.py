"""Credentials that rotate, watches that fall silent, threads that hang, and an orderly end."""

import datetime as dt
import importlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from localplane.certificates import new_authority
from localplane.kubeconfigs import kubeconfig
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.sources import Source
from platform_status_sidecar.connection import Connection, connect
from platform_status_sidecar.errors import SettingsError, UnansweredError
from platform_status_sidecar.health import is_informed, liveness, readiness
from platform_status_sidecar.http_transport import HttpTransport, Timeouts
from platform_status_sidecar.workers import LiveThread
from tests.unit.sidecar import support
from tests.unit.sidecar.support import TurnedClock, watched


class Loads:
    """What loads the settings: counts how often, and fails when told to."""

    def __init__(self, **files: Path) -> None:
        self.files = files
        self.times = 0
        self.port = 1
        self.error: Exception | None = None

    def __call__(self) -> Any:  # noqa: ANN401 - stands in for an untyped class of kubernetes
        self.times += 1
        if self.error:
            raise self.error
        configuration = importlib.import_module("kubernetes.client.configuration").Configuration()
        configuration.host = f"http://127.0.0.1:{self.port}"
        configuration.api_key["authorization"] = f"Bearer token-{self.times}"
        for name, path in self.files.items():
            setattr(configuration, name, str(path))
        return configuration


@pytest.mark.parametrize("which", ["source", "ssl_ca_cert", "cert_file", "key_file"])
def test_a_file_of_the_credentials_that_changes_is_loaded_anew_with_a_new_pool(which: str, tmp_path: Path) -> None:
    changing = tmp_path / "file"
    changing.write_text("first")
    clock = TurnedClock()
    loads = Loads() if which == "source" else Loads(**{which: changing})
    with pools() as made:
        source = str(changing) if which == "source" else ""
        connection = Connection(loads, source=source, seconds=clock.monotonic)
        replacement = tmp_path / "new"
        replacement.write_text("second")
        replacement.replace(changing)
        connection.refresh()
        assert loads.times == 1
        clock.advance(11)
        connection.refresh()
        assert connection.authorization() == "Bearer token-2"
        clock.advance(11)
        connection.refresh()
        assert (loads.times, len(made)) == (2, 2)


def test_credentials_that_are_half_written_leave_the_old_in_use(tmp_path: Path) -> None:
    changing = tmp_path / "file"
    changing.write_text("first")
    clock, loads = TurnedClock(), Loads(ssl_ca_cert=changing)
    with pools():
        connection = Connection(loads, seconds=clock.monotonic)
        changing.unlink()
        loads.error = SettingsError("half a file")
        clock.advance(11)
        connection.refresh()
        assert connection.authorization() == "Bearer token-1"
        loads.error = None
        changing.write_text("second")
        clock.advance(11)
        connection.refresh()
        assert connection.authorization() == "Bearer token-3"


def test_a_kubeconfig_that_is_cut_anywhere_leaves_the_old_in_use(tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    authority = new_authority("test", now)
    whole = kubeconfig("https://127.0.0.1:1", authority.certificate, "u", authority.client("u", (), now))
    path = tmp_path / "kubeconfig"
    path.write_text(whole)
    connection = connect(str(path), "", service_account="", connections=1)
    refused = 0
    for cut in range(0, len(whole), 23):
        path.write_text(whole[:cut])
        try:
            # a file that reads well although it is cut is believed; the API server will not be pleased, see above
            connection._load()
        except SettingsError:
            refused += 1
    assert refused > 10


def of_token(token: str, hook: Any = None) -> Connection:  # noqa: ANN401 - an untyped hook of kubernetes
    loads = Loads()
    configuration = loads()
    configuration.api_key["authorization"] = token
    configuration.refresh_api_key_hook = hook
    with pools():
        return Connection(lambda: configuration)


def test_a_token_that_cannot_be_read_fails_the_request_and_no_thread() -> None:
    def half_written(_configuration: object) -> None:
        # not an OSError: the loader has errors of its own
        raise RuntimeError("Token file exists but empty.")

    with pytest.raises(UnansweredError, match="exists but empty"):
        of_token("Bearer x", half_written).authorization()


@pytest.mark.parametrize("token", ["Bearer a\nHost: elsewhere", "Bearer \u00e9", "Bearer \x00"])
def test_a_token_that_no_header_can_carry_fails_the_request_and_no_thread(token: str) -> None:
    with pytest.raises(UnansweredError, match="no header"):
        of_token(token).authorization()
    assert of_token("Bearer good\n").authorization() == "Bearer good"


@contextmanager
def pools() -> Iterator[list[object]]:
    """Let no pool be made; count them."""
    made: list[object] = []

    class Client:
        def __init__(self, configuration: object) -> None:
            made.append(configuration)
            self.pool_manager = configuration

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kubernetes.client.rest.RESTClientObject", Client)
        patch.setattr("platform_status_sidecar.connection.importlib", SimpleNamespace(import_module=module_of(Client)))
        yield made


def module_of(client: type) -> Any:  # noqa: ANN401 - a function that stands in for importlib's
    return lambda _name: SimpleNamespace(RESTClientObject=client)


class Server(BaseHTTPRequestHandler):
    """Answers 401 to the first token, lists for any other, and opens watches that say nothing."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]]
    release: ClassVar[threading.Event]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        if "watch" in self.path:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b'14\r\n{"type":"BOOKMARK"}\n\r\n')
            self.release.wait(20)
            return
        status = 401 if self.seen[-1] == "Bearer token-1" else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@contextmanager
def served() -> Iterator[tuple[Loads, type[Server]]]:

    class Handler(Server):
        seen: ClassVar[list[str]] = []
        release = threading.Event()

    handler = Handler
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    loads = Loads()
    loads.port = server.server_address[1]
    try:
        yield loads, handler
    finally:
        handler.release.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_credentials_that_the_server_does_not_accept_are_loaded_anew() -> None:
    clock = TurnedClock()
    with served() as (loads, handler):
        connection = Connection(loads, seconds=clock.monotonic)
        transport = HttpTransport(connection, user_agent="test")
        clock.advance(11)
        with pytest.raises(UnansweredError, match="401"):
            transport.get("/api")
        assert transport.get("/api") == b"{}"
        assert handler.seen == ["Bearer token-1", "Bearer token-2"]
        connection.pool.clear()


def test_a_watch_that_falls_silent_is_ended() -> None:
    with served() as (loads, _):
        transport = HttpTransport(Connection(loads), user_agent="test", timeouts=Timeouts(silence=0.3))
        began = time.monotonic()
        with transport.watch("/api", resource_version="1", seconds=300) as lines:
            assert next(lines) == b'{"type":"BOOKMARK"}'
            with pytest.raises(UnansweredError, match="broke off"):
                next(lines)
        assert 0.2 < time.monotonic() - began < 10


def test_a_thread_that_hangs_is_named() -> None:
    clock, stop = TurnedClock(), threading.Event()

    class Hanging(LiveThread):
        def run(self) -> None:
            self.beat()
            stop.wait(20)

    thread = Hanging("watch-pods", clock)
    thread.start()
    try:
        while thread._overdue_at == float("inf"):
            assert thread.is_alive()
        assert liveness([thread]).ok
        clock.advance(61)
        answer = liveness([thread])
    finally:
        stop.set()
        thread.join(10)
    assert not answer.ok
    assert answer.lines == ("watch-pods: hung",)


@pytest.mark.parametrize(
    ("source", "reason", "ready", "informed"),
    [
        (Source.PODS, Reason.SOURCE_UNREADABLE, False, True),
        (Source.PODS, Reason.FORBIDDEN, True, True),
        (Source.REQUESTS, Reason.SOURCE_UNREADABLE, False, False),
    ],
)
def test_a_broken_watch_makes_unready_with_its_reason_but_the_statuses_still_have_to_say_so(
    source: Source, reason: Reason, *, ready: bool, informed: bool
) -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    assert not is_informed(known.store)
    known.sync()
    assert is_informed(known.store)
    known.store.note_failure(source, reason, "why it is so", known.clock.now())
    answer = readiness(known.store)
    assert answer.ok is ready
    assert any(line.startswith(source.value) and "why it is so" in line for line in answer.lines)
    assert is_informed(known.store) is informed
