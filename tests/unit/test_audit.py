"""`make audit`: what it says of a database that knows something, knows nothing, or is not there."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[2]
KNOWN = {"id": "PYSEC-0000-1", "modified": "2026-01-01T00:00:00Z", "summary": "it is broken"}

pytestmark = pytest.mark.timeout(300)  # uv resolves all that the lock names, once


class _Database(BaseHTTPRequestHandler):
    def __init__(self, known: dict[str, str] | None, *arguments: object) -> None:
        self._known = known
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server gives

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        answers = [
            {"vulns": [self._known]} if self._known and "yaml" in json.dumps(one).lower() else {} for one in asked
        ]
        self._answer({"results": answers})

    def do_GET(self) -> None:
        self._answer(KNOWN)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        del format, args

    def _answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def database(known: dict[str, str] | None) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Database, known)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def audit(url: str, **environ: str) -> tuple[int, str]:
    wanted = {**os.environ, "OSV_URL": url, "UV_HTTP_RETRIES": "0", **environ}
    done = subprocess.run(["tools/audit-lock.sh"], cwd=ROOT, env=wanted, capture_output=True, text=True, check=False)  # noqa: S607
    return done.returncode, done.stdout + done.stderr


def test_what_is_known_fails_it_by_name() -> None:
    with database(KNOWN) as url:
        code, said = audit(url)
    assert code == 1
    assert "PYSEC-0000-1" in said


def test_nothing_known_passes() -> None:
    with database(None) as url:
        assert audit(url) == (0, "lock audit: nothing is known about the versions of requirements.lock\n")


def test_no_database_is_said_and_fails_a_release_alone() -> None:
    nowhere = "http://127.0.0.1:9/"
    code, said = audit(nowhere)
    assert (code, "NOT CHECKED" in said) == (0, True)
    code, said = audit(nowhere, RELEASE="1")
    assert (code, "a release must ask one" in said) == (1, True)
