"""A real Prometheus for a moment: scrapes one page over loopback every second, with our rules, and answers queries."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import yaml

__all__ = ["Prometheus", "running", "serving"]

_LISTENING: Final = re.compile(r'msg="Listening on" address=(\S+)')
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 30.0


class Prometheus:
    """One that runs.

    Attributes:
        address: host:port of its HTTP server.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 - JSON
        """Return the `data` of an answer of its API.

        Args:
            path: Below /api/v1/.
            parameters: Of the query.

        Raises:
            urllib.error.HTTPError: It refuses the query.
        """
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=_ANSWER_SECONDS) as answer:
            return json.load(answer)["data"]

    def series(self, expression: str) -> list[tuple[dict[str, str], str]]:
        """Return labels and value of each series that the expression has now."""
        answer = self.get("query", query=expression)
        if answer["resultType"] == "scalar":
            return [({}, answer["result"][1])]
        return [(one["metric"], one["value"][1]) for one in answer["result"]]


@contextmanager
def serving(page: bytes) -> Iterator[str]:
    """Serve one page of classic exposition text over loopback; yields host:port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing: Prometheus asks every second."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, name="exposition", daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running(binary: Path, target: str, rules: list[dict[str, Any]], folder: Path) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes `target` as the ServiceMonitor of the sidecar has it.

    Args:
        binary: The prometheus to run.
        target: host:port.
        rules: Groups of rules; their `for` is waited for in earnest.
        folder: An empty folder of its own.

    Raises:
        RuntimeError: It ended or did not listen in time; the message has its last lines.
    """
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": rules}), encoding="utf-8")
    labels = {"service": "vcluster-orchestrator-v2-status", "namespace": "platform-status-system", "pod": "a"}
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [
            {
                "job_name": "platform-status-reconciler",
                "honor_labels": True,
                "static_configs": [{"targets": [target], "labels": labels}],
            }
        ],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    child = subprocess.Popen(  # noqa: S603 - named by whoever runs the tests
        [
            binary,
            f"--config.file={folder / 'prometheus.yaml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--web.listen-address=127.0.0.1:0",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said: list[str] = []
    address: list[str] = []
    known = threading.Event()

    def listen() -> None:
        assert child.stderr is not None  # noqa: S101 - asked for above
        ready = False
        for line in child.stderr:
            said.append(line)
            if found := _LISTENING.search(line):
                address.append(found[1])
            ready = ready or "Server is ready" in line
            if ready and address:  # on a busy machine they come in either order
                known.set()
        known.set()

    reader = threading.Thread(target=listen, name="prometheus-log", daemon=True)
    reader.start()
    try:
        if not known.wait(_START_SECONDS) or not address or child.poll() is not None:
            raise RuntimeError(f"{binary} did not start; it said: {''.join(said[-5:])}")
        yield Prometheus(address[0])
    finally:
        child.terminate()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        reader.join()
        if child.stderr is not None:
            child.stderr.close()
