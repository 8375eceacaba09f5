"""Measures hctl: how soon ``--help`` is there, and how soon the status of one, beside kubectl on the same machine.

Usage: ``python -m tests.bench.hctl [--runs 9] [--requests 200] [--beside PYTHON]``. A ratio holds on another machine,
or on a busy one, where seconds do not: so all commands take turns. Without kubectl the status is compared with one bare
GET of a fresh Python.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import TypeAlias

import yaml

from kratix_double.status_schema import treat
from kratix_double.widget import CRDS
from localplane.client import Client
from localplane.crds import APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from tests.unit.hctl import requests

_ROOT = Path(__file__).parents[2]
_KIND = "vclusterorchestratorv2s.platform.integratn.tech"
_NAMESPACE = "bench"
_COMMANDS = ("--help", "vcluster status", "vcluster list", "vcluster diagnose")
_GOALS = {"hctl --help": 0.3, "hctl vcluster status": 1.0}
_BARE_GET = (
    "import os, ssl, urllib.request as u; c = ssl.create_default_context(cafile=os.environ['CA']);"
    "c.load_cert_chain(os.environ['PAIR']); u.urlopen(os.environ['URL'], context=c).read()"
)


def main() -> int:
    """Measure, print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hctl", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=9, help="how often each command runs (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=200, help="requests on the server (default: %(default)s)")
    parser.add_argument("--beside", metavar="PYTHON", help="that of another environment, whose hctl runs in turn")
    options = parser.parse_args()
    with ControlPlane() as plane, tempfile.TemporaryDirectory() as folder:
        _load(plane.admin, Path(folder), options.requests)
        environ = {**os.environ, "KUBECONFIG": str(plane.kubeconfig)}
        rows = [
            ("python -c pass", [sys.executable, "-c", "pass"], environ),
            _yardstick(plane, Path(folder), environ),
        ]
        for words in _COMMANDS:
            rows.append((f"hctl {words}", [sys.executable, "-m", "hctl", *words.split(), *_name(words)], environ))
            if options.beside:
                beside = [options.beside, "-m", "hctl", *words.split(), *_name(words)]
                rows.append((f"hctl {words}, beside", beside, environ))
        measured = _measure(rows, options.runs)
    sys.stdout.write(table(measured, options.requests))
    return 0


def table(measured: Sequence[tuple[str, float, float]], count: int) -> str:
    """Lay out medians of wall and CPU time, and the ratio of the former to the yardstick in the second row."""
    yardstick = measured[1][1]
    lines = [f"| {count} requests | wall, median | CPU, median | ratio to {measured[1][0]} | goal |", "|---" * 5 + "|"]
    for name, wall, cpu in measured:
        goal = f"{_GOALS[name] * 1000:.0f} ms" if name in _GOALS else ""
        lines.append(f"| {name} | {wall * 1000:.0f} ms | {cpu * 1000:.0f} ms | {wall / yardstick:.1f} x | {goal} |")
    return "\n".join(lines) + "\n"


def _yardstick(plane: ControlPlane, folder: Path, environ: Mapping[str, str]) -> tuple[str, list[str], dict[str, str]]:
    kubectl = shutil.which("kubectl")
    if kubectl is not None:
        return "kubectl get", [kubectl, "get", _KIND, "media-0", "-n", _NAMESPACE, "-o", "yaml"], dict(environ)
    user = yaml.safe_load(plane.kubeconfig.read_text())
    _save(folder / "ca.pem", user["clusters"][0]["cluster"]["certificate-authority-data"])
    pair = user["users"][0]["user"]
    _save(folder / "pair.pem", pair["client-certificate-data"], pair["client-key-data"])
    url = (
        f"{plane.server}/apis/platform.integratn.tech/v1alpha1/namespaces/{_NAMESPACE}/vclusterorchestratorv2s/media-0"
    )
    further = {"CA": str(folder / "ca.pem"), "PAIR": str(folder / "pair.pem"), "URL": url}
    return "a bare GET", [sys.executable, "-c", _BARE_GET], {**environ, **further}


def _save(path: Path, *encoded: str) -> None:
    import base64  # noqa: PLC0415 - only without kubectl

    path.write_bytes(b"".join(base64.b64decode(part) for part in encoded))


def _load(admin: Client, folder: Path, count: int) -> None:
    crd = yaml.safe_load((_ROOT / "promise/crds/vclusterorchestratorv2s.yaml").read_text())
    path = folder / "requests.yaml"
    path.write_text(yaml.safe_dump(treat(crd)))
    install_crds(admin, [CRDS, fetch_crd(APPLICATION), path])
    for name in (_NAMESPACE, "platform-status-system"):
        admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for number in range(count):
        found = requests.request("Ready", namespace=_NAMESPACE, name=f"media-{number}")
        status, found["metadata"] = found.pop("status"), {"namespace": _NAMESPACE, "name": f"media-{number}"}
        created = admin.create(found)
        status["health"]["observedGeneration"] = 1
        admin.replace({**created, "status": status}, subresource="status")


def _name(words: str) -> list[str]:
    return ["media-0"] if words.endswith(("status", "diagnose")) else []


_Row: TypeAlias = tuple[str, Sequence[str], Mapping[str, str]]


def _measure(rows: Sequence[_Row], runs: int) -> list[tuple[str, float, float]]:
    """Run the commands in turn, again and again; the first round, which fills caches, does not count."""
    walls: dict[str, list[float]] = {name: [] for name, _, _ in rows}
    cpus: dict[str, list[float]] = {name: [] for name, _, _ in rows}
    for _ in range(runs + 1):
        for name, command, environ in rows:
            before, began = getrusage(RUSAGE_CHILDREN), time.perf_counter()
            # 4: nobody renews a Lease here, so every status is stale; that is an answer too.
            ended = subprocess.run(command, env=dict(environ), stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - ours
            walls[name].append(time.perf_counter() - began)
            after = getrusage(RUSAGE_CHILDREN)
            cpus[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            if ended.returncode not in (0, 4):
                raise SystemExit(f"{' '.join(command)}: exit code {ended.returncode}")
    return [(name, statistics.median(walls[name][1:]), statistics.median(cpus[name][1:])) for name, _, _ in rows]


if __name__ == "__main__":
    raise SystemExit(main())
