"""The sidecar's image against a real API server, with a pod's credentials where a pod has them."""

import base64
import json
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from localplane.plane import ControlPlane
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Life, until

from .container import Image

pytestmark = [pytest.mark.images, pytest.mark.cluster, pytest.mark.timeout(1500)]

# /var/run in the image is an absolute link to /run, which only a runtime follows inside the image
ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount"
PATIENCE = 60.0


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with world.plane_with_requests() as started:
        world.install_argo_cd(started.admin)
        started.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "image"}})
        yield started


def credentials(plane: ControlPlane, folder: Path) -> None:
    """Make a ServiceAccount that may do everything, and write what a pod of it would find."""
    plane.admin.create(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "sidecar", "namespace": "image"}}
    )
    rbac = "rbac.authorization.k8s.io"
    plane.admin.create(
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "image"}}
        | {"roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "cluster-admin"}}
        | {"subjects": [{"kind": "ServiceAccount", "name": "sidecar", "namespace": "image"}]}
    )
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    path = "/api/v1/namespaces/image/serviceaccounts/sidecar/token"
    (folder / "token").write_text(plane.admin.request("POST", path, body=body)["status"]["token"])
    config = yaml.safe_load(plane.kubeconfig.read_text())
    (folder / "ca.crt").write_bytes(base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]))
    (folder / "namespace").write_text("image")


def test_the_image_reaches_readyz_keeps_a_status_true_and_ends_in_order(
    sidecar: Image, plane: ControlPlane, tmp_path: Path
) -> None:
    account, log = tmp_path / "account", tmp_path / "sidecar.log"
    account.mkdir()
    credentials(plane, account)
    server = urlsplit(plane.server)
    process = sidecar.start(
        *("--listen", "127.0.0.1:0", "--lease", "image/image"),
        mounts={ACCOUNT: account},
        log=log,
        KUBERNETES_SERVICE_HOST=str(server.hostname),
        KUBERNETES_SERVICE_PORT=str(server.port),
    )
    try:
        until(lambda: process.poll() is not None or ports(log), "the sidecar starts", PATIENCE)
        assert process.poll() is None, log.read_text()
        [port] = ports(log)
        until(lambda: answers(port, "/readyz") == 200, "the sidecar is ready", PATIENCE)
        assert answers(port, "/healthz") == 200
        life = Life(plane.admin, "image")
        life.ask(life.contract("application"))
        until(lambda: life.object["status"].get("phase") == "Scheduled", "the status is kept true", PATIENCE)
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert re.findall(r"^Uid:\t(.*)$", status, re.MULTILINE) == ["65532\t65532\t65532\t65532"]
        [resident] = re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        # the limit of its container; docs/images.md has the measured figure
        assert int(resident) < 64 * 1024
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def ports(log: Path) -> list[int]:
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]
    return [line["port"] for line in lines if line["message"] == "Started"]


def answers(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
