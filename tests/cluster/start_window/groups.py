"""Groups of requests of one Promise, created, edited and rerun together; which writes of Kratix met one of ours.

``python -m tests.cluster.start_window.groups --help`` plays any number of them with either pacing.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from kratix_double import widget
from kratix_double.double import KratixDouble
from kratix_double.job import Folders
from kratix_double.requests import MANUAL
from localplane.client import Client, Object
from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from platform_status_kube.connection import connect
from platform_status_kube.http_transport import HttpTransport
from platform_status_sidecar.app import App
from platform_status_sidecar.clock import SystemClock
from platform_status_sidecar.settings import SidecarSettings
from platform_status_sidecar.write.pace import LIMITS, Limits

__all__ = ["TWO_SECONDS_OF_QUIET", "Lost", "play", "running_sidecar"]

TWO_SECONDS_OF_QUIET = Limits(start_quiet=2.0, start_hold=10.0, after_run=0.0, yielded=0.0)
"""The pacing before ADR 0016: two seconds without a change, ten at most, whether a start is still to come or not."""

_WIDGET = (widget.PROMISE.api_version, widget.PROMISE.kind)
_LEASE_NAMESPACE = "start-window"
_PATIENCE = 100.0
_CLOSING = ("workflow succeeded", "observedGeneration", "conditions and versions", "last successful time")


class Lost(NamedTuple):
    """What one group lost.

    Attributes:
        created: Starting statuses that were lost when its requests were created.
        edited: The same when they were edited.
        rerun: The same when they were labelled for a manual reconciliation.
        closing: PUTs at the end of those reruns that met a write of ours, and had to be done again.
    """

    created: int
    edited: int
    rerun: int
    closing: int


def _resolve(folders: Folders, env: Mapping[str, str], cancelled: threading.Event) -> int:
    """Play the pipeline: a contract that observes the Works alone, so a request is Ready once they are written."""
    request = yaml.safe_load((folders.input / "object.yaml").read_text())["metadata"]
    contract = {"version": "v1", "generation": request["generation"], "displayName": "Widget", "works": True}
    status = {"contract": {**contract, "name": request["name"]}, "problems": []}
    return widget.container(status)(folders, env, cancelled)


@contextmanager
def running_sidecar(kubeconfig: Path, admin: Client, limits: Limits) -> Iterator[App]:
    """Run the sidecar for all Widgets, in this process, with the pacing under test and all else as it ships."""
    admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _LEASE_NAMESPACE}})
    settings = SidecarSettings(
        listen_host="127.0.0.1",
        listen_port=0,
        resource="widgets.v1.example.org",
        promise=widget.PROMISE.name,
        lease=f"{_LEASE_NAMESPACE}/widget",
    )
    connection = connect(str(kubeconfig), connections=32)
    transport = HttpTransport(connection, user_agent="platform-status-sidecar/test")
    app = App(settings, transport=transport, clock=SystemClock(), identity="start-window", limits=limits)
    app.start()
    try:
        yield app
    finally:
        app.close()


class _Group:
    def __init__(self, admin: Client, namespace: str, size: int) -> None:
        self._admin = admin
        self._namespace = namespace
        self._names = [f"w{number}" for number in range(size)]

    def play(self, folder: Path) -> Lost:
        self._admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self._namespace}})
        with KratixDouble(
            self._admin,
            widget.PROMISE,
            configure=[widget.pipeline(_resolve)],
            folder=folder,
            namespace=self._namespace,
            pods=False,
        ) as kratix:
            for name in self._names:
                self._admin.create(widget.widget(name, self._namespace))
            self._await_ready(kratix, runs=1, generation=1)
            created = _conflicts(kratix, "starting status")
            self._change({"spec": {"size": 2}})
            self._await_ready(kratix, runs=2, generation=2)
            edited = _conflicts(kratix, "starting status") - created
            closed = _conflicts(kratix, *_CLOSING)
            self._change({"metadata": {"labels": {MANUAL: "true"}}})
            self._await_ready(kratix, runs=3, generation=2)
            rerun = _conflicts(kratix, "starting status") - created - edited
            starts = sum(write.what == "starting status" for write in kratix.writes)
            # Else nothing was tried: each request starts once for each of the three.
            assert starts == 3 * len(self._names), (starts, kratix.complaints)
            closing = _conflicts(kratix, *_CLOSING) - closed
        for name in self._names:
            self._admin.patch(*_WIDGET, name, {"metadata": {"finalizers": None}}, namespace=self._namespace)
            self._admin.delete(*_WIDGET, name, namespace=self._namespace)
        return Lost(created, edited, rerun, closing)

    def _change(self, patch: Mapping[str, Any]) -> None:
        # as in life: else the seconds between two writes of ours would keep the next one out of the window by chance
        time.sleep(SidecarSettings().write_interval)
        for name in self._names:
            self._admin.patch(*_WIDGET, name, dict(patch), namespace=self._namespace)

    def _await_ready(self, kratix: KratixDouble, *, runs: int, generation: int) -> None:
        """Wait until each request has had its runs, and the sidecar has said of each that it is Ready after them."""
        found: list[Object] = []
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            time.sleep(0.5)
            ended = sum(write.what == _CLOSING[0] and write.result == "written" for write in kratix.writes)
            found = self._admin.list(*_WIDGET, namespace=self._namespace)
            if ended == runs * len(self._names) and all(_is_ready(entry, generation) for entry in found):
                return
        raise AssertionError(f"{self._namespace}: not Ready within {_PATIENCE:.0f} s: {found}")


def _is_ready(request: Object, generation: int) -> bool:
    status = request.get("status", {})
    seen = status.get("health", {}).get("readyGeneration")
    said = status.get("message") == f"Widget {request['metadata']['name']} is fully operational"
    return bool(status.get("observedGeneration") == generation == seen and status.get("phase") == "Ready" and said)


def _conflicts(kratix: KratixDouble, *steps: str) -> int:
    return sum(write.what in steps and write.result == "conflict" for write in kratix.writes)


def play(cluster: Cluster, sizes: Sequence[int], limits: Limits, folder: Path, *, at_once: int) -> list[Lost]:
    """Play groups beside one sidecar.

    Args:
        cluster: Where; the Widget CRD is installed there.
        sizes: How many requests each group has.
        limits: The pacing under test.
        folder: An empty one, for the Jobs.
        at_once: How many groups are played at the same time.

    Returns:
        What each group lost.
    """
    widget.install(cluster.admin, folder)
    stamp = f"{time.time_ns() // 1_000_000 % 10**8:08d}"

    def one(number: int) -> Lost:
        jobs = folder / f"jobs-{stamp}-{number}"
        jobs.mkdir()
        return _Group(cluster.admin, f"start-{stamp}-{number}", sizes[number]).play(jobs)

    with running_sidecar(cluster.kubeconfig, cluster.admin, limits), ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, range(len(sizes))))


def _main() -> int:
    parser = argparse.ArgumentParser(description="Count the starting statuses of Kratix that are lost to the sidecar.")
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--burst", type=int, default=12, help="requests of one more group, 0 for none")
    parser.add_argument("--at-once", type=int, default=10, help="groups that are played at the same time")
    parser.add_argument("--before", action="store_true", help="with the pacing before ADR 0016; expects it to fail")
    chosen = parser.parse_args()
    limits = TWO_SECONDS_OF_QUIET if chosen.before else LIMITS
    sizes = [*([chosen.burst] if chosen.burst else []), *[2] * chosen.pairs]
    with ControlPlane() as plane, tempfile.TemporaryDirectory() as folder:
        lost = play(plane, sizes, limits, Path(folder), at_once=chosen.at_once)
    pairs = lost[1:] if chosen.burst else lost
    hit = {word: sum(getattr(pair, word) > 0 for pair in pairs) for word in Lost._fields}
    sys.stdout.write(f"of {len(pairs)} pairs: {hit}\n")
    if chosen.burst:
        sys.stdout.write(f"in a burst of {chosen.burst}: {lost[0]}\n")
    failed = any(group.created or group.edited or group.rerun for group in lost)
    return int(failed is not chosen.before)


if __name__ == "__main__":
    sys.exit(_main())
