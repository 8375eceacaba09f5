"""What configure writes, tried on a real API server."""

from pathlib import Path

import pytest
import yaml

from localplane.client import Client, Object
from localplane.crds import install_crds
from tests.pipeline.kratix_folders import ROOT, KratixFolders, as_in_cluster

pytestmark = pytest.mark.cluster

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


ANYTHING = (ROOT / "promise/platform-single-tenant.yaml").read_text("utf-8")
"""The namespaces of the tests are none that a request may have by the strict policy."""


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
    done = kratix.configure(KRATIX_DRY_RUN="true", PLATFORM_POLICY=ANYTHING)
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
