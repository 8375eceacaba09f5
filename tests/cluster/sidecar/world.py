"""A small world for the sidecar: the CRDs, what a request observes, and the sidecar as a process of its own."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kratix_double.status_schema import treat
from kratix_double.widget import CRDS
from localplane.client import Client
from localplane.crds import APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from tests.cluster.rights import grant

ROOT = Path(__file__).parents[3]
REQUEST = ("platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2")
APPLICATION_KIND = ("argoproj.io/v1alpha1", "Application")
KRATIX = "platform.kratix.io/v1alpha1"
PROMISE = "vcluster-orchestrator-v2"
SYSTEM = "platform-status-system"
PATIENCE = 20.0
Json = dict[str, Any]

RULES = [
    {"apiGroups": ["platform.integratn.tech"], "resources": ["vclusterorchestratorv2s"]}
    | {"verbs": ["get", "list", "watch"]},
    {"apiGroups": ["platform.integratn.tech"], "resources": ["vclusterorchestratorv2s/status"], "verbs": ["patch"]},
    {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["list", "watch"]},
    {"apiGroups": ["platform.kratix.io"], "resources": ["works", "workplacements"], "verbs": ["list", "watch"]},
    {"apiGroups": ["apps"], "resources": ["statefulsets", "deployments", "daemonsets"], "verbs": ["list", "watch"]},
]
PODS_RULE = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]}
LEASE_RULE = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create", "patch"]}


def install_requests(admin: Client) -> None:
    """Install the CRD of the requests as Kratix would, and Kratix's own."""
    crd = yaml.safe_load((ROOT / "promise/crds/vclusterorchestratorv2s.yaml").read_text())
    admin.apply(treat(crd))
    install_crds(admin, [CRDS])
    until(
        lambda: admin.list(*REQUEST) is not None, "the requests are served"
    )  # whoever was here before may have left some


def install_argo_cd(admin: Client) -> None:
    install_crds(admin, [fetch_crd(APPLICATION)])


def until(holds: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Poll until something holds; an error counts as "not yet"."""
    end = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < end:
        try:
            last = holds()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told at the end
            last = error
        else:
            if last:
                return
        time.sleep(0.05)
    message = f"{what}: not within {seconds} s, last: {last}"
    raise AssertionError(message)


@dataclass
class Sidecar:
    """A running sidecar."""

    process: "subprocess.Popen[bytes]"
    log: Path
    port: int

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def resident_kib(self) -> int:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found.group(1))


@contextmanager
def running(kubeconfig: Path, folder: Path, *flags: str) -> Iterator[Sidecar]:
    """Run the sidecar; it must end by itself, with exit code 0, when it is told to stop."""
    log = folder / f"sidecar-{len(list(folder.iterdir()))}.log"
    arguments = ["--kubeconfig", str(kubeconfig), "--listen", "127.0.0.1:0", "--write-interval", "0", *flags]
    with log.open("wb") as stream:
        process = subprocess.Popen([sys.executable, "-m", "platform_status_sidecar", *arguments], stderr=stream)  # noqa: S603 - our own
    try:
        sidecar = Sidecar(process, log, 0)
        until(lambda: [line for line in sidecar.lines() if line["message"] == "Started"], "the sidecar starts")
        sidecar.port = [line["port"] for line in sidecar.lines() if line["message"] == "Started"][-1]
        yield sidecar
    finally:
        process.terminate()
        try:
            code = process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert code == 0, log.read_text()
    assert not [line for line in sidecar.lines() if "a defect of the sidecar" in line["message"]], log.read_text()


def allow_secret(admin: Client, user: str, namespace: str, secret: str) -> None:
    """Let a user get one Secret, as the pipeline's Role does."""
    rules = [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": [secret], "verbs": ["get"]}]
    grant(admin, user, rules, namespace)


@contextmanager
def plane_with_requests() -> Iterator[ControlPlane]:
    """A control plane of our own: these tests take permissions and kinds away."""
    with ControlPlane() as plane:
        install_requests(plane.admin)
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}})
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})
        yield plane


class Life:
    """One request, and the objects that it observes, in a namespace of its own."""

    def __init__(self, admin: Client, namespace: str) -> None:
        self.admin = admin
        self.namespace = namespace
        self.application = f"vcluster-{namespace}"

    def contract(self, *parts: str) -> Json:
        whole: Json = {
            "application": {"namespace": "argocd", "name": self.application},
            "workloads": {"namespace": self.namespace},
            "secrets": [{"role": "kubeconfig", "namespace": self.namespace, "name": "kubeconfig"}],
            "works": True,
        }
        chosen = {part: whole[part] for part in parts or whole}
        return {"version": "v1", "generation": 1, "displayName": "VCluster", "name": "media", **chosen}

    def ask(self, contract: Json | None = None, **metadata: object) -> None:
        """Create the request, and settle it as Kratix and the pipeline do."""
        meta = {"name": "media", "namespace": self.namespace, **metadata}
        spec = {"name": "media"}
        self.admin.create({"apiVersion": REQUEST[0], "kind": REQUEST[1], "metadata": meta, "spec": spec})
        status = {"contract": contract or self.contract(), "observedGeneration": 1, "conditions": FOREIGN}
        self.patch(status)

    def patch(self, status: Json) -> Json:
        found: Json = self.admin.patch(
            *REQUEST, "media", {"status": status}, namespace=self.namespace, subresource="status"
        )
        return found

    def deliver(self) -> None:
        """Make everything that the contract names good."""
        self.create_application()
        labels = {"kratix.io/promise-name": PROMISE, "kratix.io/resource-name": "media"}
        self.create(KRATIX, "Work", "work", {"spec": {"workloadGroups": [{"id": "a"}]}}, labels)
        placed = {"spec": {"targetDestinationName": "d", "id": "a"}}
        self.create(KRATIX, "WorkPlacement", "place", placed, {"kratix.io/work": "work"})
        written = {"type": "WriteSucceeded", "status": "True", "reason": "r", "message": "m"}
        self.set_status(KRATIX, "WorkPlacement", "place", {"conditions": [written | {"lastTransitionTime": WHEN}]})
        self.create("v1", "Secret", "kubeconfig", {"stringData": {"config": "not for us"}})
        self.create_pod()

    def create_application(self) -> None:
        source = {"repoURL": "https://charts.example.org", "chart": "c", "targetRevision": "1"}
        destination = {"server": "https://kubernetes.default.svc", "namespace": self.namespace}
        self.admin.create(
            {
                "apiVersion": APPLICATION_KIND[0],
                "kind": APPLICATION_KIND[1],
                "metadata": {"name": self.application, "namespace": "argocd"},
                "spec": {"project": "default", "source": source, "destination": destination},
                "status": {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}},
            }
        )

    def create(self, api: str, kind: str, name: str, more: Json, labels: Json | None = None) -> None:
        meta = {"name": name, "namespace": self.namespace, "labels": labels or {}}
        self.admin.create({"apiVersion": api, "kind": kind, "metadata": meta, **more})

    def set_status(self, api: str, kind: str, name: str, status: Json) -> None:
        self.admin.patch(api, kind, name, {"status": status}, namespace=self.namespace, subresource="status")

    def create_pod(self) -> None:
        """Create a ready pod."""
        self.make_pod()
        self.set_pod(ready=True)

    def make_pod(self) -> None:
        """Create a pod of which nobody has said anything yet."""
        self.create("v1", "ServiceAccount", "default", {})
        self.create("v1", "Pod", "p0", {"spec": {"containers": [{"name": "c", "image": "i"}]}})

    def set_pod(self, *, ready: bool) -> None:
        condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": WHEN if ready else FALLEN}
        self.set_status("v1", "Pod", "p0", {"phase": "Running", "conditions": [condition]})

    @property
    def object(self) -> Json:
        found: Json = self.admin.get(*REQUEST, "media", namespace=self.namespace)
        return found

    @property
    def status(self) -> Json:
        found: Json = self.object.get("status", {})
        return found

    def condition(self, name: str) -> Json:
        return next((item for item in self.status.get("conditions", []) if item["type"] == name), {})

    def until_phase(self, phase: str) -> None:
        until(lambda: self.status.get("phase") == phase, f"phase {phase}")

    def until_reason(self, condition: str, reason: str) -> None:
        until(lambda: self.condition(condition).get("reason") == reason, f"{condition} is {reason}")


WHEN = "2026-02-26T10:00:00Z"
FALLEN = "2100-01-01T00:00:00Z"
"""Later than any pod here is made: one that fell before could be a new one, which is excused."""
FOREIGN = [
    {"type": "Reconciled", "status": "True", "reason": "Reconciled", "message": "Reconciled"}
    | {"lastTransitionTime": WHEN},
    {"type": "ConfigureWorkflowCompleted", "status": "True", "reason": "PipelinesExecutedSuccessfully"}
    | {"message": "Pipelines completed", "lastTransitionTime": "2026-02-26T09:00:00Z"},
    {"type": "WorksSucceeded", "status": "True", "reason": "WorksSucceeded", "message": "", "lastTransitionTime": WHEN},
]
