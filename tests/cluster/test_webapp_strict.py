"""What the templates without code make, tried on a real API server that refuses every field it does not know."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from localplane.client import Client, Object
from localplane.clusters import Cluster
from localplane.crds import APPLICATION, fetch_crd, install_crds
from tests.pipeline.kratix_folders import ROOT, KratixFolders, as_in_cluster
from tests.pipeline.promise_containers import read_promise, rendered
from tests.pipeline.test_authors import files, load_mapping

pytestmark = pytest.mark.cluster


@pytest.fixture(autouse=True, scope="module")
def argo_cd(control_plane: Cluster) -> None:
    install_crds(control_plane.admin, [fetch_crd(APPLICATION)])
    control_plane.admin.apply(space("argocd"))


def space(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def tried(admin: Client, folders: KratixFolders) -> list[str]:
    """Create every document without keeping it, but for namespaces; returns the kinds."""
    kinds = []
    for path in sorted(folders.output.rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            kinds.append(document["kind"])
            if document["kind"] == "Namespace":
                admin.apply(document)
                continue
            collection = admin.collection(document["apiVersion"], document["kind"], document["metadata"]["namespace"])
            strict = {"dryRun": "All", "fieldValidation": "Strict"}
            answer: Any = admin.request("POST", collection, query=strict, body=document)
            assert answer["metadata"]["name"] == document["metadata"]["name"]
    return kinds


def test_the_api_server_takes_every_manifest_of_a_webapp(admin: Client, namespace: str, tmp_path: Path) -> None:
    request = as_in_cluster(ROOT / "promise/webapp/examples/shop.yaml")
    request["metadata"]["namespace"] = namespace
    request["spec"] |= {"port": 8080, "host": f"shop.{namespace}.example.com"}  # the port is the default of the CRD
    kinds = tried(admin, rendered(tmp_path / "kratix", read_promise("webapp"), request))
    admin.delete("v1", "Namespace", f"webapp-{namespace}--shop", missing_ok=True)
    assert kinds == ["Application", "Namespace", "Deployment", "Service", "Ingress"]


def test_the_api_server_takes_every_manifest_of_the_page_for_authors(
    admin: Client, namespace: str, tmp_path: Path
) -> None:
    request = load_mapping(files()["in/object.yaml"])
    request["metadata"]["namespace"] = namespace
    folders = KratixFolders(tmp_path / "kratix")
    folders.ask(request)
    done = folders.run("render", MANIFESTS=files()["manifests.yaml"])
    assert done.returncode == 0, done.stderr
    assert tried(admin, folders) == ["Deployment", "Role", "RoleBinding"]
