"""The stand-ins of the three sub-requests: what `configure` asks for becomes what Argo CD and External Secrets take."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localplane.client import Client, Object
from localplane.clusters import Cluster
from localplane.crds import APP_PROJECT, APPLICATION, fetch_crd, install_crds
from platform_status_kube.errors import TransportError
from tests.cluster.external_secrets import EXTERNAL_SECRETS
from tests.cluster.rights import may
from tests.cluster.sidecar.world import until
from tests.pipeline.kratix_folders import ROOT
from tests.pipeline.promise_containers import read_promise, rendered

pytestmark = pytest.mark.cluster

API = "platform.integratn.tech/v1alpha1"
PROMISES = {
    "ArgoCDProject": "subpromises/argocd-project",
    "ArgoCDApplication": "subpromises/argocd-application",
    "ArgoCDClusterRegistration": "subpromises/argocd-cluster-registration",
}
MADE = {
    "ArgoCDProject": ["AppProject"],
    "ArgoCDApplication": ["Application"],
    "ArgoCDClusterRegistration": [
        *("ServiceAccount", "Role", "RoleBinding", "SecretStore", "ExternalSecret", "PushSecret"),
    ],
}


@pytest.fixture(autouse=True, scope="module")
def argo_cd_and_external_secrets(control_plane: Cluster) -> None:
    admin = control_plane.admin
    foreign = [fetch_crd(crd) for crd in (APPLICATION, APP_PROJECT, *EXTERNAL_SECRETS)]
    install_crds(admin, [ROOT / "promise" / "crds", *foreign])
    admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})


def sub_request(kind: str, namespace: str, case: str = "media") -> Object:
    """What `configure` asks for, moved into the test's namespace."""
    folder = ROOT / "tests/golden/pipeline" / case / "expected/output"
    for path in folder.iterdir():
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            if document["kind"] == kind:
                document["metadata"]["namespace"] = namespace
                if "targetNamespace" in document["spec"]:
                    document["spec"]["targetNamespace"] = namespace
                found: Object = document
                return found
    raise AssertionError(f"{case} has no {kind}")


def registration(namespace: str, **spec: Any) -> Object:  # noqa: ANN401 - any JSON
    document = sub_request("ArgoCDClusterRegistration", namespace)
    return {**document, "spec": {**document["spec"], **spec}}


def documents_of(folder: Path, request: Object) -> list[Object]:
    """Run the Promise's own containers on a request."""
    output = rendered(folder, read_promise(PROMISES[request["kind"]]), request).output
    return [document for path in sorted(output.rglob("*.yaml")) for document in yaml.safe_load_all(path.read_text())]


def tried(admin: Client, document: Object) -> Object:
    """Apply a document without keeping it; a field that the API server does not know is an error."""
    metadata = document["metadata"]
    answer = admin.request(
        "PATCH",
        admin.path(document["apiVersion"], document["kind"], metadata["name"], metadata["namespace"]),
        query={"dryRun": "All", "fieldValidation": "Strict", "fieldManager": "test", "force": "true"},
        body=document,
        content_type="application/apply-patch+yaml",
    )
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("case", ["media", "prod", "real-life"])
@pytest.mark.parametrize("kind", PROMISES)
def test_each_sub_request_leads_to_documents_that_the_real_crds_take(
    admin: Client, namespace: str, tmp_path: Path, kind: str, case: str
) -> None:
    stored = admin.create(sub_request(kind, namespace, case))
    documents = documents_of(tmp_path, stored)
    assert [document["kind"] for document in documents] == MADE[kind]
    for document in documents:
        tried(admin, document)


def test_a_field_that_argo_cd_does_not_know_would_be_found(admin: Client, namespace: str, tmp_path: Path) -> None:
    (application,) = documents_of(tmp_path, admin.create(sub_request("ArgoCDApplication", namespace)))
    application["spec"]["projekt"] = "default"
    with pytest.raises(TransportError, match="projekt"):
        tried(admin, application)


def test_the_application_says_just_what_was_asked_for(admin: Client, namespace: str, tmp_path: Path) -> None:
    request = admin.create(sub_request("ArgoCDApplication", namespace))
    (application,) = documents_of(tmp_path, request)
    wanted = copy.deepcopy(request["spec"])
    metadata = {key: wanted.pop(key) for key in ("name", "namespace", "labels", "annotations", "finalizers")}
    assert application["metadata"] == metadata
    assert application["spec"] == wanted
    assert application["metadata"]["annotations"]["platform.integratn.tech/request-generation"] == "1"


def test_a_project_without_lists_of_kinds_gets_none(admin: Client, namespace: str, tmp_path: Path) -> None:
    request = sub_request("ArgoCDProject", namespace)
    for key in ("clusterResourceWhitelist", "namespaceResourceWhitelist", "description"):
        del request["spec"][key]
    (project,) = documents_of(tmp_path, admin.create(request))
    assert sorted(project["spec"]) == ["destinations", "sourceRepos"]
    tried(admin, project)


def test_no_secret_is_in_what_git_stores_but_the_way_to_one(admin: Client, namespace: str, tmp_path: Path) -> None:
    documents = documents_of(tmp_path, admin.create(registration(namespace)))
    assert "Secret" not in {document["kind"] for document in documents}
    (external,) = (document["spec"] for document in documents if document["kind"] == "ExternalSecret")
    (source,) = external["data"]
    assert source["remoteRef"] == {"key": "vcluster-media-kubeconfig", "property": "config"}
    made = external["target"]["template"]
    assert made["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "cluster"
    assert made["data"]["server"] == "https://media.integratn.tech:443"
    assert external["target"]["name"] == "cluster-media"


def test_whoever_makes_the_secret_may_read_the_one_kubeconfig_and_nothing_else(
    admin: Client, namespace: str, tmp_path: Path
) -> None:
    for document in documents_of(tmp_path, admin.create(registration(namespace))):
        if document["kind"] in {"ServiceAccount", "Role", "RoleBinding"}:
            admin.apply(document)
    user = "system:serviceaccount:argocd:media-cluster-registration"
    kubeconfig = "vcluster-media-kubeconfig"
    # the authorizer learns of the binding from its informers, some time after it was made
    until(lambda: may(admin, user, "get", "secrets", namespace=namespace, name=kubeconfig), "the Role is known")
    assert not may(admin, user, "get", "secrets", namespace=namespace, name="another")
    assert not may(admin, user, "list", "secrets", namespace=namespace)
    assert not may(admin, user, "get", "secrets", namespace="argocd", name=kubeconfig)
    assert not may(admin, user, "update", "secrets", namespace=namespace, name=kubeconfig)


def test_a_user_adds_labels_but_takes_none_of_ours_away(admin: Client, namespace: str, tmp_path: Path) -> None:
    labels = {"team": "a", "environment": "mine", "argocd.argoproj.io/secret-type": "repository"}
    request = admin.create(registration(namespace, clusterLabels=labels, environment="default"))
    (external,) = (found for found in documents_of(tmp_path, request) if found["kind"] == "ExternalSecret")
    assert external["spec"]["target"]["template"]["metadata"]["labels"] == {
        "team": "a",
        "environment": "mine",
        "app.kubernetes.io/name": "media",
        "app.kubernetes.io/managed-by": "kratix",
        "argocd.argoproj.io/secret-type": "cluster",
    }


@pytest.mark.parametrize(
    "spec",
    [
        {"clusterAnnotations": {"a": "{{ .kubeconfig }}"}},
        {"clusterLabels": {"a": "{{.kubeconfig}}"}},
        {"externalServerURL": "https://{{.kubeconfig}}"},
        {"environment": "{{.kubeconfig}}"},
        {"baseDomain": "{{.kubeconfig}}"},
        {"baseDomainSanitized": "{{.kubeconfig}}"},
    ],
    ids=lambda spec: next(iter(spec)),
)
def test_nobody_can_have_the_kubeconfig_printed_into_metadata(
    admin: Client, namespace: str, spec: dict[str, Any]
) -> None:
    with pytest.raises(TransportError) as refused:
        admin.create(registration(namespace, **spec))
    assert refused.value.status == 422
    assert next(iter(spec)) in str(refused.value)
    admin.create(registration(namespace, clusterAnnotations={"json": '{"a": {"b": 1} }', "brace": "{"}))


def test_without_an_item_nothing_goes_to_the_password_store(admin: Client, namespace: str, tmp_path: Path) -> None:
    request = registration(namespace)
    del request["spec"]["onePasswordItem"]
    kinds = [document["kind"] for document in documents_of(tmp_path, admin.create(request))]
    assert kinds == [kind for kind in MADE["ArgoCDClusterRegistration"] if kind != "PushSecret"]


def test_a_new_sync_job_name_changes_the_annotation_that_reads_anew_and_nothing_else(
    namespace: str, tmp_path: Path
) -> None:
    def differing() -> Iterator[tuple[str, Object]]:
        before, after = (
            documents_of(tmp_path / name, registration(namespace, syncJobName=name)) for name in ("first", "second")
        )
        for one, other in zip(before, after, strict=True):
            if one != other:
                assert {**one, "metadata": {}} == {**other, "metadata": {}}
                yield other["kind"], other["metadata"]["annotations"]

    assert dict(differing()) == {
        kind: {"platform.integratn.tech/sync": "second"} for kind in ("ExternalSecret", "PushSecret")
    }
