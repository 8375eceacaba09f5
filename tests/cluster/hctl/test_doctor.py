"""``hctl doctor`` on a real API server: a platform that is in order, and broken one thing after the other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hctl.cluster.connection import NAMESPACE_VARIABLE
from localplane.client import Client
from localplane.clusters import Cluster
from localplane.crds import install_crds
from localplane.plane import ControlPlane
from tests.cluster.rights import grant

from .world import PATIENCE, Place, hctl

pytestmark = pytest.mark.cluster

Json = dict[str, Any]

SYSTEM = "kratix-platform-system"
KRATIX = "platform.kratix.io/v1alpha1"
ADMISSION = "admissionregistration.k8s.io/v1"
PIPELINE = "vco-resource-configure-main"


def crd(kind: str) -> Json:
    plural = f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.platform.kratix.io"},
        "spec": {
            "group": "platform.kratix.io",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "scope": "Cluster" if kind == "Promise" else "Namespaced",
            "versions": [{**version, "subresources": {"status": {}}}],
        },
    }


class Platform:
    """A platform that is in order, in a namespace of its own as far as it can be."""

    def __init__(self, admin: Client, place: Place) -> None:
        self.admin, self.place, self.space = admin, place, place.namespace
        self.bounds = f"{place.namespace}-bounds"

    def put(self) -> None:
        for name in (SYSTEM, "argocd"):
            self.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        pod = {"containers": [{"name": "manager", "image": "REGISTRY.invalid/kratix:9"}]}
        labels = {"app": "kratix"}
        manager = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "kratix-platform-controller-manager", "namespace": SYSTEM},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
        }
        self.admin.apply(manager)
        self.run(1)
        self.admin.apply(
            {
                "apiVersion": KRATIX,
                "kind": "Destination",
                "metadata": {"name": "host", "namespace": SYSTEM, "labels": {"environment": "platform"}},
            }
        )
        self.configure({})
        self.start({"running": {}})
        self.bind(["Deny"])
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": PIPELINE, "namespace": self.space},
        }
        self.admin.apply(account)

    def run(self, available: int) -> None:
        status = {"replicas": 1, "readyReplicas": available, "availableReplicas": available}
        name = "kratix-platform-controller-manager"
        self.admin.patch("apps/v1", "Deployment", name, {"status": status}, namespace=SYSTEM, subresource="status")

    def label(self, value: str | None) -> None:
        self.admin.patch(
            KRATIX, "Destination", "host", {"metadata": {"labels": {"environment": value}}}, namespace=SYSTEM
        )

    def configure(self, data: Json) -> None:
        metadata = {"name": "argocd-cm", "namespace": "argocd"}
        self.admin.delete("v1", "ConfigMap", "argocd-cm", namespace="argocd", missing_ok=True)
        self.admin.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})

    def start(self, state: Json) -> None:
        """Say of the sidecar's pod what a kubelet would."""
        container = {"name": "sidecar", "image": "REGISTRY.invalid/sidecar:1"}
        metadata = {"name": "sidecar", "namespace": self.space}
        if self.admin.find("v1", "Pod", "sidecar", namespace=self.space) is None:
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}
            self.admin.create(pod)
        said = {**container, "ready": True, "restartCount": 0, "imageID": "x@sha256:1", "state": state}
        status = {"containerStatuses": [said]}
        self.admin.patch("v1", "Pod", "sidecar", {"status": status}, namespace=self.space, subresource="status")

    def bind(self, actions: list[str]) -> None:
        spec = {"policyName": self.bounds, "validationActions": actions}
        kind = "ValidatingAdmissionPolicyBinding"
        self.admin.delete(ADMISSION, kind, self.bounds, missing_ok=True)
        self.admin.create({"apiVersion": ADMISSION, "kind": kind, "metadata": {"name": self.bounds}, "spec": spec})

    def clear(self) -> None:
        self.admin.delete(ADMISSION, "ValidatingAdmissionPolicyBinding", self.bounds, missing_ok=True)
        self.admin.delete("v1", "ConfigMap", "argocd-cm", namespace="argocd", missing_ok=True)
        self.admin.delete(
            "apps/v1", "Deployment", "kratix-platform-controller-manager", namespace=SYSTEM, missing_ok=True
        )
        self.admin.delete("v1", "ServiceAccount", PIPELINE, namespace=self.space, missing_ok=True)

    def examined(self, kubeconfig: Any = None, *words: str) -> dict[str, tuple[str, str]]:  # noqa: ANN401 - a path
        """State and sentence of each check, by the JSON document, which obeys its schema."""
        further = {NAMESPACE_VARIABLE: self.space}
        ended = hctl(kubeconfig or self.place.kubeconfig, "doctor", "-o", "json", *words, **further)
        report = json.loads(ended.stdout)
        schema = json.loads(self.place.run("schema", "doctor").stdout)
        jsonschema.Draft202012Validator(schema).validate(report)
        assert report["exitCode"] == ended.returncode
        return {each["check"]: (each["state"], each["message"]) for each in report["checks"]}


@pytest.fixture
def kratix(kinds: Cluster, tmp_path: Path) -> Iterator[None]:
    """Promises and Destinations, which no other test needs."""
    for kind in ("Promise", "Destination"):
        (tmp_path / f"{kind}.json").write_text(json.dumps(crd(kind)))
    install_crds(kinds.admin, [tmp_path / "Promise.json", tmp_path / "Destination.json"])
    yield
    for name in ("promises", "destinations"):
        named = ("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{name}.platform.kratix.io")
        kinds.admin.delete(*named)
        kinds.admin.wait_gone(*named, timeout=PATIENCE)


@pytest.fixture
def platform(kratix: None, admin: Client, place: Place) -> Iterator[Platform]:
    del kratix
    found = Platform(admin, place)
    found.put()
    yield found
    found.clear()


def test_a_platform_in_order_is_ok_in_every_line(platform: Platform) -> None:
    found = platform.examined()
    assert {check: state for check, (state, _) in found.items() if state != "ok"} == {}, found
    assert "REGISTRY.invalid/kratix:9" in found["kratix"][1]
    assert "--argocd-silent-after=900" in found["argocd timeout"][1]
    drawn = platform.place.run("doctor", **{NAMESPACE_VARIABLE: platform.space})
    assert drawn.returncode == 0
    assert "Next:" not in drawn.stdout
    spelled = platform.place.run("doctor", "-o", "yaml", **{NAMESPACE_VARIABLE: platform.space})
    assert "kind: Checkup" in spelled.stdout


def test_each_thing_that_breaks_is_a_line_with_a_next_command(platform: Platform) -> None:
    platform.run(0)
    platform.label(None)
    platform.start({"waiting": {"reason": "ImagePullBackOff"}})
    platform.place.fall_silent(300)
    platform.configure({"timeout.reconciliation": "0"})
    platform.bind(["Audit"])
    jane = platform.place.unique("jane")
    rights = [{"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]}]
    grant(platform.admin, jane, rights, platform.space)
    found = platform.examined()
    told = {check: state for check, (state, _) in found.items()}
    assert told == {
        "kratix": "failure",
        "destinations": "failure",
        "delivery": "ok",
        "sidecars": "failure",
        "images": "failure",
        "argocd timeout": "warning",
        "admission": "warning",
        "pipeline accounts": "warning",
        "your rights": "ok",
    }
    assert f"User {jane} may mint tokens in {platform.space}" in found["pipeline accounts"][1]
    drawn = platform.place.run("doctor", **{NAMESPACE_VARIABLE: platform.space})
    assert drawn.returncode == 1
    assert f"kubectl describe rolebinding {jane} -n {platform.space}" in drawn.stdout
    assert "kubectl label destinations.platform.kratix.io NAME environment=platform" in drawn.stdout


def test_who_may_read_nothing_gets_no_line_that_is_ok_by_that(kinds: Cluster, platform: Platform) -> None:
    assert isinstance(kinds, ControlPlane)
    found = platform.examined(kinds.kubeconfig_for(platform.place.unique("john")))
    states = {check: state for check, (state, _) in found.items()}
    assert states.pop("delivery") == "ok"
    assert states.pop("your rights") == "warning"
    assert set(states.values()) == {"not readable"}


def test_a_viewer_gets_the_lease_that_a_request_names(kinds: Cluster, platform: Platform) -> None:
    assert isinstance(kinds, ControlPlane)
    platform.place.put("media", "Ready")
    mary = platform.place.unique("mary")
    requests = {"apiGroups": ["platform.integratn.tech"], "resources": ["vclusterorchestratorv2s"], "verbs": ["list"]}
    lease = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]}
    grant(platform.admin, mary, [requests, lease], platform.space)
    found = platform.examined(kinds.kubeconfig_for(mary, namespace=platform.space), "-n", platform.space)
    assert found["sidecars"][0] == "ok", found["sidecars"]


def test_a_cluster_without_kratix_is_told_so(admin: Client, place: Place) -> None:
    found = Platform(admin, place).examined(None, "--argocd-namespace", place.namespace)
    assert found["kratix"] == ("failure", "Kratix is not installed")
    assert found["destinations"][0] == "failure"
    assert found["images"][0] == "not readable"
    assert found["argocd timeout"] == ("not readable", f"there is no ConfigMap argocd-cm in {place.namespace}")
