"""What configure writes, tried on a real API server, and the problems that it patches into a live status."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from localplane.client import Client, Object
from localplane.clusters import Cluster
from localplane.crds import install_crds
from tests.pipeline.kratix_folders import EXAMPLES, ROOT, KratixFolders, as_in_cluster

pytestmark = pytest.mark.cluster

API = "platform.integratn.tech/v1alpha1"
KIND = "VClusterOrchestratorV2"
CASES = sorted(
    case for case in (ROOT / "tests" / "golden" / "pipeline").iterdir() if not case.name.startswith("refused")
)
PLURALS = {
    "Role": "roles",
    "RoleBinding": "rolebindings",
    "NetworkPolicy": "networkpolicies",
    "ArgoCDProject": "argocdprojects",
    "ArgoCDApplication": "argocdapplications",
    "ArgoCDClusterRegistration": "argocdclusterregistrations",
}


@pytest.fixture(autouse=True)
def crds(admin: Client) -> None:
    install_crds(admin, [ROOT / "promise" / "crds"])


@pytest.fixture
def kratix(tmp_path: Path) -> KratixFolders:
    return KratixFolders(tmp_path / "kratix")


@pytest.mark.parametrize("case", CASES, ids=lambda case: Path(case).name)
def test_the_api_server_takes_every_document(admin: Client, namespace: str, kratix: KratixFolders, case: Path) -> None:
    request = as_in_cluster(case / "request.yaml")
    request["metadata"]["namespace"] = namespace
    target = f"{namespace}-target"
    if "targetNamespace" in request["spec"]:
        request["spec"]["targetNamespace"] = target
        admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": target}})
    kratix.ask(request)
    done = kratix.configure(KRATIX_DRY_RUN="true")
    assert done.returncode == 0, done.stderr
    kinds = []
    for path in sorted(kratix.output.iterdir()):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            kinds.append(document["kind"])
            assert try_create(admin, document)["metadata"]["name"] == document["metadata"]["name"]
    admin.delete("v1", "Namespace", target, missing_ok=True)
    policies = 2 if "networkPolicies" in request["spec"] else 0
    others = ["Namespace", *(kind for kind in PLURALS if kind != "NetworkPolicy")]
    assert sorted(kinds) == sorted([*others, *["NetworkPolicy"] * policies])


def try_create(admin: Client, document: Object) -> Object:
    """Create a document without keeping it; a namespace that is there already is applied."""
    strict = {"dryRun": "All", "fieldValidation": "Strict"}
    if document["kind"] == "Namespace":
        answer = admin.request(
            "PATCH",
            f"/api/v1/namespaces/{document['metadata']['name']}",
            query={**strict, "fieldManager": "test", "force": "true"},
            body=document,
            content_type="application/apply-patch+yaml",
        )
    else:
        namespace, plural = document["metadata"]["namespace"], PLURALS[document["kind"]]
        path = f"/apis/{document['apiVersion']}/namespaces/{namespace}/{plural}"
        answer = admin.request("POST", path, query=strict, body=document)
    assert isinstance(answer, dict)
    return answer


# -- problems in the live status


@pytest.fixture
def pipeline_kubeconfig(control_plane: Cluster, admin: Client, namespace: str, tmp_path: Path) -> Path:
    """A kubeconfig of a ServiceAccount that may do what Kratix lets a pipeline do (kratix.md section 2)."""
    name = "pipeline"
    metadata = {"name": name, "namespace": namespace}
    rbac = "rbac.authorization.k8s.io"
    admin.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    resources = ["vclusterorchestratorv2s", "vclusterorchestratorv2s/status"]
    rule = {
        "apiGroups": ["platform.integratn.tech"],
        "resources": resources,
        "verbs": ["get", "list", "update", "create", "patch"],
    }
    admin.create({"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": metadata, "rules": [rule]})
    admin.create(
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        }
    )
    answer = admin.request(
        "POST",
        f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
        body={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
    )
    config = yaml.safe_load(control_plane.kubeconfig.read_text("utf-8"))
    for user in config["users"]:
        user["user"] = {"token": answer["status"]["token"]}
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config), "utf-8")
    return path


LIVE: dict[str, Any] = {
    "phase": "Ready",
    "message": "VCluster media is fully operational",
    "contract": {"version": "v1"},
    "problems": ["old"],
    "conditions": [{"type": "Reconciled", "status": "True"}],
    "kratix": {"workflows": {"pipelines": []}},
}


@pytest.fixture
def live(admin: Client, namespace: str) -> Object:
    """A request whose change cannot be carried out, although the API server accepts it."""
    request = as_in_cluster(EXAMPLES / "media.yaml")
    request["metadata"] = {"name": "media", "namespace": namespace}
    request["spec"]["projectName"] = "default"
    request["spec"]["vcluster"] = {"resources": {"limits": {"cpu": "100m"}}}
    admin.create(request)
    return admin.patch(API, KIND, "media", {"status": LIVE}, namespace=namespace, subresource="status")


def test_problems_are_patched_into_the_live_status_and_nothing_else_changes(
    admin: Client, kratix: KratixFolders, live: Object, pipeline_kubeconfig: Path
) -> None:
    kratix.ask(live)
    done = kratix.configure(KUBECONFIG=str(pipeline_kubeconfig), KRATIX_CRD_PLURAL="vclusterorchestratorv2s")
    assert done.returncode == 1
    after = admin.get(API, KIND, "media", namespace=live["metadata"]["namespace"])
    assert after["status"]["problems"] == done.stderr.splitlines()
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "spec.projectName",
        "spec.vcluster.resources.requests.cpu",
    ]
    assert {**after["status"], "problems": []} == {**LIVE, "problems": []}
    assert kratix.files == {}


def test_telling_the_same_problems_again_is_no_write(
    admin: Client, kratix: KratixFolders, live: Object, pipeline_kubeconfig: Path
) -> None:
    kratix.ask(live)
    namespace = live["metadata"]["namespace"]
    versions = []
    for _ in range(2):
        assert kratix.configure(KUBECONFIG=str(pipeline_kubeconfig)).returncode == 1
        versions.append(admin.get(API, KIND, "media", namespace=namespace)["metadata"]["resourceVersion"])
    assert versions[0] == versions[1] != live["metadata"]["resourceVersion"]


def test_a_dry_run_changes_nothing_in_the_cluster(
    admin: Client, kratix: KratixFolders, live: Object, pipeline_kubeconfig: Path
) -> None:
    kratix.ask(live)
    done = kratix.configure(KUBECONFIG=str(pipeline_kubeconfig), KRATIX_DRY_RUN="true")
    assert done.returncode == 1
    assert admin.get(API, KIND, "media", namespace=live["metadata"]["namespace"]) == live


@pytest.mark.parametrize("failure", ["request gone", "forbidden", "no server"])
def test_a_patch_that_fails_is_told_after_the_problems_and_hides_none(
    admin: Client, kratix: KratixFolders, live: Object, pipeline_kubeconfig: Path, failure: str
) -> None:
    kratix.ask(live)
    namespace = live["metadata"]["namespace"]
    if failure == "request gone":
        admin.delete(API, KIND, "media", namespace=namespace)
        cause = "404 Not Found"
    elif failure == "forbidden":
        admin.delete("rbac.authorization.k8s.io/v1", "RoleBinding", "pipeline", namespace=namespace)
        cause = "403 Forbidden"
    else:
        config = yaml.safe_load(pipeline_kubeconfig.read_text("utf-8"))
        for cluster in config["clusters"]:
            cluster["cluster"]["server"] = "https://127.0.0.1:9"
        pipeline_kubeconfig.write_text(yaml.safe_dump(config), "utf-8")
        cause = "Connection refused"
    done = kratix.configure(KUBECONFIG=str(pipeline_kubeconfig))
    first, second, last = done.stderr.splitlines()
    assert done.returncode == 1
    assert first.startswith("spec.projectName: ")
    assert second.startswith("spec.vcluster.resources.requests.cpu: ")
    assert last.startswith("status.problems could not be written: ")
    assert cause in last


def test_a_template_that_does_not_fit_is_told_in_the_live_status_too(
    admin: Client, kratix: KratixFolders, live: Object, pipeline_kubeconfig: Path
) -> None:
    template = kratix.input / "template.yaml"
    template.write_text(
        """
        apiVersion: status.integratn.tech/v1
        kind: StatusContract
        metadata: {name: bad}
        spec: {contract: {displayName: X, name: "${spec.nope}", works: true}}
        """,
        "utf-8",
    )
    kratix.ask(live)
    done = kratix.run("contract", "--template", str(template), KUBECONFIG=str(pipeline_kubeconfig))
    assert done.returncode == 1
    after = admin.get(API, KIND, "media", namespace=live["metadata"]["namespace"])
    assert after["status"]["problems"] == done.stderr.splitlines()
    assert after["status"]["problems"][0].startswith("spec.contract.name: ${spec.nope}: Key not found")
