"""The pictures in docs/pictures, out of a real run: a real API server, the real sidecar, hctl in a terminal.

``python -m tests.cluster.hctl.pictures [FOLDER]``, or ``make pictures``.
"""

import contextlib
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from localplane.client import Client
from localplane.crds import APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from tests.cluster.sidecar.world import install_requests, running
from tests.cluster.truth import objects

from .kubelet import node_with_logs
from .world import KIND, PATIENCE, command, environment

__all__ = ["FOLDER", "PICTURES", "make_pictures"]

FOLDER: Final = Path(__file__).parents[3] / "docs" / "pictures"
PICTURES: Final = ("status-ready", "status-degraded", "diagnose-degraded")
_SPACE: Final = "vcluster-media"
_NODE: Final = "node-1"
_LOG: Final = b"starting vcluster 0.30.4\nconnecting to etcd at https://media-etcd:2379\nFATAL connection refused\n"
_COLUMNS: Final = 92
_HOST: Final = "https://media.integratn.tech:443"


def make_pictures(folder: Path) -> None:
    """Let a virtual cluster become Ready, break one of its pods, and draw what hctl says.

    Args:
        folder: Where the SVG files go.
    """
    with ControlPlane() as plane, tempfile.TemporaryDirectory() as logs:
        admin = plane.admin
        install_requests(admin)
        install_crds(admin, [fetch_crd(APPLICATION)])
        for name in (_SPACE, "platform-status-system"):
            admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        log = {("media-1", True): _LOG}
        keys = Path(logs, "kubelet")
        keys.mkdir()
        with node_with_logs(admin, _NODE, keys, log), running(plane.kubeconfig, Path(logs)):
            _put_world(admin)
            _await(admin, "Ready")
            # The Lease: until it is there hctl does not believe the sidecar, and says so.
            admin.wait_for(
                "coordination.k8s.io/v1",
                "Lease",
                "vcluster-orchestrator-v2",
                lambda _: True,
                namespace="platform-status-system",
                timeout=PATIENCE,
            )
            _draw(plane.kubeconfig, folder / "status-ready.svg", "vcluster", "status", "media")
            _break(admin)
            _await(admin, "Degraded")
            _draw(plane.kubeconfig, folder / "status-degraded.svg", "vcluster", "status", "media")
            _draw(plane.kubeconfig, folder / "diagnose-degraded.svg", "vcluster", "diagnose", "media")


def _put_world(admin: Client) -> None:
    for index in range(3):
        pod = objects.pod(_SPACE, f"media-{index}", {"release": "media"})
        pod["spec"]["nodeName"] = _NODE
        admin.create(pod)
        _say_pod(admin, f"media-{index}", objects.pod_status(ready=True))
    admin.create(objects.controller(_SPACE, "StatefulSet"))
    admin.create(objects.controller(_SPACE, "Deployment"))
    admin.create(objects.secret(_SPACE))
    admin.create(objects.application(_SPACE))
    admin.create(objects.application(_SPACE, "media-dns", destination="media"))
    admin.create(objects.work(_SPACE, "media"))
    placement = admin.create(objects.work_placement(_SPACE))
    written = objects.condition("WriteSucceeded", "True", "WorkloadsWrittenToStateStore")
    admin.replace({**placement, "status": {"conditions": [written]}}, subresource="status")
    contract = objects.contract(_SPACE)
    contract["workloads"]["selector"] = {"matchLabels": {"release": "media"}}
    contract["subApplications"]["destination"] = {"name": "media"}
    created = admin.create(objects.request(_SPACE, "media"))
    status = {
        "contract": contract,
        "endpoints": {"api": _HOST, "argocd": "https://argocd.cluster.integratn.tech/applications/vcluster-media"},
        "credentials": {"kubeconfigSecret": "media-kubeconfig", "onePasswordItem": "media-kubeconfig"},
        "problems": [],
        "conditions": [objects.workflow_condition("completed")],
        "observedGeneration": 1,
    }
    admin.replace({**created, "status": status}, subresource="status")


def _break(admin: Client) -> None:
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=main"}
    container = {
        "name": "main",
        "ready": False,
        "restartCount": 7,
        "image": "vcluster",
        "imageID": "",
        "state": {"waiting": waiting},
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
    }
    _say_pod(admin, "media-1", {**objects.pod_status(ready=False), "containerStatuses": [container]})
    about = {"apiVersion": "v1", "kind": "Pod", "namespace": _SPACE, "name": "media-1"}
    about["uid"] = admin.get("v1", "Pod", "media-1", namespace=_SPACE)["metadata"]["uid"]
    metadata = {"namespace": _SPACE, "name": "media-1.1"}
    said = {"type": "Warning", "reason": "BackOff", "message": "Back-off restarting failed container main"}
    seen = {"count": 31, "lastTimestamp": objects.ago(20), **said}
    admin.create({"apiVersion": "v1", "kind": "Event", "metadata": metadata, "involvedObject": about, **seen})


def _say_pod(admin: Client, name: str, status: Any) -> None:  # noqa: ANN401 - JSON
    admin.patch("v1", "Pod", name, {"status": status}, namespace=_SPACE, subresource="status")


def _await(admin: Client, phase: str) -> None:
    def says(found: Any) -> bool:  # noqa: ANN401 - JSON
        return bool(found.get("status", {}).get("phase") == phase)

    admin.wait_for(*KIND, "media", says, namespace=_SPACE, timeout=PATIENCE, until=f"it is {phase}")


def _draw(kubeconfig: Path, path: Path, *words: str) -> None:
    """Run hctl in a terminal and draw what it wrote."""
    told = "".join(_in_terminal(kubeconfig, words))
    console = Console(record=True, width=_COLUMNS, file=io.StringIO())
    console.print(Text.assemble(("$ ", "bold"), f"hctl {' '.join(words)}"))
    for line in told.splitlines():
        console.print(Text.from_ansi(line.rstrip()), soft_wrap=True)
    svg = console.export_svg(title=f"hctl {' '.join(words)}", theme=MONOKAI, unique_id=path.stem)
    # Nothing is fetched by whoever looks at it: rich's template names a font on somebody's server, and its author.
    own = re.sub(r"@font-face \{.*?\}|<!--.*?-->", "", svg, flags=re.DOTALL)
    lines = (line.rstrip() for line in own.splitlines())
    path.write_text("\n".join(line for line in lines if line) + "\n", encoding="utf-8")


def _in_terminal(kubeconfig: Path, words: tuple[str, ...]) -> Iterator[str]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, _COLUMNS, 0, 0))
    process = subprocess.Popen(  # noqa: S603 - our own
        command(*words),
        env=environment(kubeconfig, TERM="xterm-256color", COLORTERM="truecolor"),
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    whole = b""
    # The end of a terminal is an error on Linux.
    with contextlib.suppress(OSError):
        while chunk := os.read(ours, 65536):
            whole += chunk
    os.close(ours)
    process.wait(PATIENCE)
    yield whole.decode()


def main() -> None:
    """Draw into docs/pictures, or into the folder that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    make_pictures(folder)
    sys.stdout.write(f"{', '.join(PICTURES)} in {folder}\n")


if __name__ == "__main__":
    main()
