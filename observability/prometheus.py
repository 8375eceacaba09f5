"""A real Prometheus for tests: it scrapes one page on loopback every second, evaluates our rules, answers queries."""

from __future__ import annotations

import json
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import yaml

from .servers import listening

__all__ = ["Prometheus", "running", "serving"]

_TARGETS: Final = "targets.json"
_RULES: Final = "rules.yaml"
_ANSWER_SECONDS: Final = 30.0
# Loopback must not go through a proxy of the environment.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Prometheus:
    """A running Prometheus.

    Attributes:
        address: host:port of its HTTP server.
    """

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self._folder = folder

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://{self.address}"

    def scrape(self, pods: Mapping[str, str]) -> None:
        """Replace the scrape targets; Prometheus may take up to ten seconds to apply the change.

        Args:
            pods: host:port by pod name.
        """
        _name_targets(self._folder, pods)

    def load(self, rules: list[dict[str, Any]]) -> None:
        """Replace the rules.

        Args:
            rules: Groups of rules.

        Raises:
            urllib.error.HTTPError: Prometheus rejects them.
        """
        _write_rules(self._folder, rules)
        with _OPENER.open(urllib.request.Request(f"{self.url}/-/reload", method="POST"), timeout=_ANSWER_SECONDS):  # noqa: S310 - loopback
            pass

    def get(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 - JSON
        """Return the `data` of a response of its API.

        Args:
            path: Path below /api/v1/.
            parameters: Parameters of the query.

        Raises:
            urllib.error.HTTPError: Prometheus rejects the query.
        """
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with _OPENER.open(url, timeout=_ANSWER_SECONDS) as answer:
            return json.load(answer)["data"]

    def series(self, expression: str) -> list[tuple[dict[str, str], str]]:
        """Return labels and value of each present series of an expression."""
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
            """Suppress the log: Prometheus sends a request every second."""

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
def running(
    binary: Path, target: str, rules: list[dict[str, Any]], folder: Path, alertmanager: str = ""
) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes `target` as configured in the sidecar's ServiceMonitor.

    Args:
        binary: The prometheus binary.
        target: host:port; `Prometheus.scrape` changes it later.
        rules: Groups of rules; their `for` is not shortened.
        folder: An empty folder for its files.
        alertmanager: host:port of the Alertmanager; empty: none.

    Raises:
        RuntimeError: It exited or did not listen in time; the message has its last lines.
    """
    _write_rules(folder, rules)
    config: dict[str, Any] = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [_RULES],
        "scrape_configs": [
            {
                "job_name": "platform-status-reconciler",
                "honor_labels": True,
                "file_sd_configs": [{"files": [_TARGETS]}],
            }
        ],
    }
    if alertmanager:
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    _name_targets(folder, {"a": target})
    flags = [f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'data'}"]
    # A firing alert is sent again each second, so that a waiting test notices that it still fires.
    flags += ["--rules.alert.resend-delay=1s", "--web.enable-lifecycle"]
    with listening(binary, flags, folder / "prometheus.log") as address:
        yield Prometheus(address, folder)


def _write_rules(folder: Path, rules: list[dict[str, Any]]) -> None:
    (folder / _RULES).write_text(yaml.safe_dump({"groups": rules}), encoding="utf-8")


def _name_targets(folder: Path, pods: Mapping[str, str]) -> None:
    labels = {"service": "vcluster-orchestrator-v2-status", "namespace": "platform-status-system"}
    found = [{"targets": [address], "labels": {**labels, "pod": pod}} for pod, address in pods.items()]
    fresh = folder / "fresh"
    fresh.write_text(json.dumps(found), encoding="utf-8")
    # Replaced atomically: Prometheus would drop the targets of a half-written file.
    fresh.replace(folder / _TARGETS)
