"""promise.yaml and the sidecar's manifests on a real API server: what it takes, what it refuses, what a person sees."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double.status_schema import treat
from localplane.client import Client, Object
from localplane.crds import SERVICE_MONITOR, fetch_crd, install_crds
from localplane.plane import ControlPlane
from platform_status_demo import roles
from platform_status_kube.errors import ForbiddenError, TransportError
from platform_status_pipeline.promise.manifests import SidecarOptions

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
PROMISE = yaml.safe_load((ROOT / roles.PROMISE_FILE).read_text())
EXAMPLES = sorted((ROOT / "promise/examples").glob("*.yaml"))
API = "platform.integratn.tech/v1alpha1"
KIND = "VClusterOrchestratorV2"
STRICT = {"dryRun": "All", "fieldValidation": "Strict"}
OPTIONS = {
    "as-shipped": SidecarOptions(),
    "two-replicas": SidecarOptions(replicas=2, service_monitor=True, image_pull_secret="registry"),  # noqa: S106 - a name
    "three-shards": SidecarOptions(shards=3),
    "with-a-receiver": SidecarOptions(notify_url="https://hooks.example.com:8443/requests"),
    "elsewhere": SidecarOptions(namespace="status-of-vclusters", replicas=3, shards=2),
}
TWO = OPTIONS["two-replicas"]


@pytest.fixture(scope="module")
def admin() -> Iterator[Client]:
    """A control plane with the API that the Promise carries, as Kratix would install it."""
    with ControlPlane() as plane:
        plane.admin.apply(treat(PROMISE["spec"]["api"]))
        install_crds(plane.admin, [fetch_crd(SERVICE_MONITOR)])
        plane.admin.wait_for(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            PROMISE["spec"]["api"]["metadata"]["name"],
            lambda crd: any(
                condition["type"] == "Established" and condition["status"] == "True"
                for condition in crd.get("status", {}).get("conditions") or []
            ),
            timeout=60,
            until="it is Established",
        )
        for name in ("requests", *(options.namespace for options in OPTIONS.values())):
            plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        yield plane.admin


def apply_dry(admin: Client, document: Object, *, dry: bool = True) -> Object:
    """Apply on the server's side, unknown fields being errors, and keep nothing unless asked to."""
    where = document["metadata"]
    path = admin.path(document["apiVersion"], document["kind"], where["name"], where.get("namespace"))
    query = {"fieldManager": "gitops", "force": "true", **STRICT}
    applied = admin.request(
        "PATCH",
        path,
        query=query if dry else {key: value for key, value in query.items() if key != "dryRun"},
        body=document,
        content_type="application/apply-patch+yaml",
    )
    assert isinstance(applied, dict)
    return applied


# -- requests


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: Path(file).stem)
def test_every_example_is_a_request_that_the_promise_takes(admin: Client, file: Path) -> None:
    example = yaml.safe_load(file.read_text())
    example["metadata"]["namespace"] = "requests"
    path = f"/apis/{API}/namespaces/requests/{PROMISE['spec']['api']['spec']['names']['plural']}"
    assert admin.request("POST", path, query=STRICT, body=example)["spec"]["name"] == example["spec"]["name"]


def test_the_examples_are_the_four_of_the_docs_and_the_demos() -> None:
    assert [file.stem for file in EXAMPLES] == ["dev", "media", "minimal", "prod", "real-life"]
    real = yaml.safe_load((ROOT / "promise/examples/real-life.yaml").read_text())
    assert real["spec"]["name"] != real["metadata"]["name"]


def test_names_by_which_a_request_is_asked_for(admin: Client) -> None:
    served = admin.request("GET", f"/apis/{API}")["resources"]
    [found] = [item for item in served if item["name"] == "vclusterorchestratorv2s"]
    assert (found["shortNames"], found["categories"]) == (["vco"], ["platform"])


def columns(admin: Client, name: str, *, wide: bool) -> dict[str, object]:
    """What `kubectl get vco NAME` shows, with -o wide if asked for: the server renders it, kubectl only aligns it."""
    path = f"/apis/{API}/namespaces/requests/vclusterorchestratorv2s/{name}"
    table = json.loads(admin.http.request("GET", path, accept="application/json;as=Table;v=v1;g=meta.k8s.io").body)
    assert table["kind"] == "Table", table
    shown = [(index, column["name"]) for index, column in enumerate(table["columnDefinitions"])]
    if not wide:
        shown = [(index, label) for index, label in shown if table["columnDefinitions"][index]["priority"] == 0]
    [row] = table["rows"]
    return {label: row["cells"][index] for index, label in shown}


def test_a_person_sees_what_matters_and_with_wide_why(admin: Client) -> None:
    spec = {"name": "media"}
    metadata = {"name": "shown", "namespace": "requests"}
    admin.create({"apiVersion": API, "kind": KIND, "metadata": metadata, "spec": spec})
    fresh = columns(admin, "shown", wide=False)
    age = fresh.pop("Age")
    assert isinstance(age, str)
    assert age.endswith("s")
    assert fresh == {"Name": "shown", "Phase": None, "Ready": None, "Pods": None, "Argo CD": None, "API": None}
    message = "VCluster media is degraded: 2/3 pods are ready; not ready: media-0"
    ready = {"type": "Ready", "status": "False", "reason": "PodsNotReady", "message": message}
    status: dict[str, Any] = {
        "phase": "Degraded",
        "message": message,
        "conditions": [{**ready, "lastTransitionTime": "2026-02-26T10:00:00Z"}],
        "endpoints": {"api": "https://media.integratn.tech:443"},
        "credentials": {"kubeconfigSecret": "vcluster-media-kubeconfig"},
        "health": {
            "observedGeneration": 1,
            "argocd": {"syncStatus": "Synced", "healthStatus": "Healthy"},
            "workloads": {"ready": 2, "total": 3, "summary": "2/3"},
            "subApps": {"healthy": 1, "total": 1, "summary": "1/1"},
        },
    }
    admin.patch(API, KIND, "shown", {"status": status}, namespace="requests", subresource="status")
    usual = columns(admin, "shown", wide=False)
    del usual["Age"]
    assert list(usual) == ["Name", "Phase", "Ready", "Pods", "Argo CD", "API"]
    assert list(usual.values()) == ["shown", "Degraded", "False", "2/3", "Healthy", "https://media.integratn.tech:443"]
    wide = columns(admin, "shown", wide=True)
    assert {label: value for label, value in wide.items() if label not in usual and label != "Age"} == {
        "Reason": "PodsNotReady",
        "Sync": "Synced",
        "Sub-Apps": "1/1",
        "Kubeconfig": "vcluster-media-kubeconfig",
        "Observed": 1,
        "Message": message,
    }


# -- the sidecar's manifests


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_api_server_takes_every_manifest_of_the_sidecar(admin: Client, options: SidecarOptions) -> None:
    for document in roles.manifests(ROOT, options):
        assert apply_dry(admin, document)["metadata"]["name"] == document["metadata"]["name"]


def test_from_one_replica_to_two_and_back_by_server_side_apply(admin: Client) -> None:
    """A GitOps agent applies the next form over the last; a strategy of another type must not be refused."""
    for options, expected in ((OPTIONS["as-shipped"], "Recreate"), (TWO, "RollingUpdate")) * 2:
        [deployment] = [item for item in roles.manifests(ROOT, options) if item["kind"] == "Deployment"]
        assert apply_dry(admin, deployment, dry=False)["spec"]["strategy"]["type"] == expected


def restricted(admin: Client, name: str) -> str:
    labels = next(item for item in roles.manifests(ROOT) if item["kind"] == "Namespace")["metadata"]["labels"]
    metadata = {"name": name, "labels": labels}
    admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    return name


def try_pod(admin: Client, namespace: str, template: Object) -> Object:
    pod = {"apiVersion": "v1", "kind": "Pod", **template}
    pod["metadata"] = {**template.get("metadata", {}), "name": "tried"}
    created = admin.request("POST", f"/api/v1/namespaces/{namespace}/pods", query=STRICT, body=pod)
    assert isinstance(created, dict)
    return created


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_sidecar_passes_the_restricted_pod_security_standard(admin: Client, options: SidecarOptions) -> None:
    namespace = restricted(admin, "restricted-sidecar")
    deployments = [item for item in roles.manifests(ROOT, options) if item["kind"] == "Deployment"]
    assert len(deployments) == options.shards
    for deployment in deployments:
        spec = try_pod(admin, namespace, deployment["spec"]["template"])["spec"]
        assert spec["containers"][0]["resources"] == {
            "requests": {"cpu": "10m", "memory": "32Mi"},
            "limits": {"cpu": "100m", "memory": "64Mi"},
        }


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("allowPrivilegeEscalation", True, "allowPrivilegeEscalation"),
        ("capabilities", {}, "unrestricted capabilities"),
        ("runAsNonRoot", False, "runAsNonRoot"),
        ("runAsUser", 0, "runAsUser=0"),
        ("seccompProfile", {"type": "Unconfined"}, "seccompProfile"),
        ("privileged", True, "privileged"),
    ],
)
def test_that_admission_can_refuse(admin: Client, field: str, value: object, named: str) -> None:
    """The control of the test above: the same pod with one thing relaxed."""
    namespace = restricted(admin, "restricted-control")
    [deployment] = [item for item in roles.manifests(ROOT) if item["kind"] == "Deployment"]
    context = deployment["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    context[field] = value
    if field == "privileged":
        context["allowPrivilegeEscalation"] = True
    with pytest.raises(ForbiddenError, match='violates PodSecurity "restricted:latest"') as caught:
        try_pod(admin, namespace, deployment["spec"]["template"])
    assert named in caught.value.said


# -- the Promise's workflows


def pipelines() -> dict[str, Object]:
    return {
        f"{kind}-{action}-{pipeline['metadata']['name']}": pipeline
        for kind, actions in PROMISE["spec"]["workflows"].items()
        for action, of_action in actions.items()
        for pipeline in of_action
    }


@pytest.mark.parametrize("name", pipelines())
def test_the_containers_of_a_workflow_run_under_the_restricted_standard(admin: Client, name: str) -> None:
    """With the folders that Kratix mounts, and nothing set on the pod, as Kratix does not (kratix.md section 2)."""
    namespace = restricted(admin, "restricted-workflows")
    folders = ("input", "output", "metadata")
    mounts = [{"name": folder, "mountPath": f"/kratix/{folder}"} for folder in folders]
    containers = [{**container, "volumeMounts": mounts} for container in pipelines()[name]["spec"]["containers"]]
    spec = {"initContainers": containers[:-1], "containers": containers[-1:], "restartPolicy": "OnFailure"}
    made = try_pod(
        admin, namespace, {"spec": {**spec, "volumes": [{"name": name, "emptyDir": {}} for name in folders]}}
    )
    for container in (*made["spec"].get("initContainers", ()), *made["spec"]["containers"]):
        assert container["resources"]["limits"] == {"cpu": "200m", "memory": "256Mi"}
        assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_a_field_that_kubernetes_does_not_know_is_an_error_here(admin: Client) -> None:
    """The control of the tests above: strict validation does look into containers."""
    namespace = restricted(admin, "restricted-strict")
    container = {**pipelines()["resource-delete-delete"]["spec"]["containers"][0], "imagePolicy": "Always"}
    with pytest.raises(TransportError, match="imagePolicy"):
        try_pod(admin, namespace, {"spec": {"containers": [container]}})
