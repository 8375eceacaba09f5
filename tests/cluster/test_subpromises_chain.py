"""From one request to Argo CD's own objects, by way of Kratix and four Promises."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double.world import World
from localplane.crds import APP_PROJECT, APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from tests.cluster.external_secrets import EXTERNAL_SECRETS
from tests.cluster.golden_paths import GoldenPath, install
from tests.cluster.sidecar.world import plane_with_requests, until
from tests.pipeline.kratix_folders import EXAMPLES

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

PATIENCE = 60.0
FOLDERS = (
    ".",
    "subpromises/argocd-project",
    "subpromises/argocd-application",
    "subpromises/argocd-cluster-registration",
)
REQUEST = ("platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2", "media")


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    """A control plane of our own: Kratix answers the sub-requests of every test on it."""
    with plane_with_requests() as started:
        install_crds(started.admin, [fetch_crd(crd) for crd in (APPLICATION, APP_PROJECT, *EXTERNAL_SECRETS)])
        yield started


@pytest.fixture
def paths(plane: ControlPlane, tmp_path: Path) -> list[GoldenPath]:
    return [install(plane, tmp_path / f"promise-{number}", folder) for number, folder in enumerate(FOLDERS)]


def test_a_virtual_cluster_gets_a_project_an_application_and_a_registration_and_the_sidecar_sees_it(
    plane: ControlPlane, paths: list[GoldenPath], tmp_path: Path
) -> None:
    request = yaml.safe_load((EXAMPLES / "media.yaml").read_text("utf-8"))
    namespace, world, admin = request["metadata"]["namespace"], World(plane.admin), plane.admin
    world.ensure_namespace(namespace)

    def status() -> dict[str, Any]:
        found: dict[str, Any] = admin.get(*REQUEST, namespace=namespace).get("status", {})
        return found

    def reason(condition: str) -> str:
        return next((item["reason"] for item in status().get("conditions", []) if item["type"] == condition), "")

    with ExitStack() as stack:
        doubles = [
            stack.enter_context(path.kratix(tmp_path / f"kratix-{number}", namespace))
            for number, path in enumerate(paths)
        ]
        stack.enter_context(paths[0].sidecar(tmp_path / "sidecar"))
        admin.create(request)
        until(lambda: reason("ArgoSynced") == "ApplicationMissing", "the sidecar looks for the Application", PATIENCE)
        until(lambda: world.deliver(namespace, "media"), "the sub-requests are delivered", PATIENCE)
        until(lambda: len(world.deliver(namespace, "vcluster-media")) == 2, "project and Application come", PATIENCE)
        until(lambda: world.deliver(namespace, "media-cluster-registration"), "the registration comes", PATIENCE)
        application = status()["contract"]["application"]
        world.set_application(application["name"], sync="Synced", health="Healthy")
        until(lambda: reason("ArgoHealthy") == "ApplicationHealthy", "the sidecar sees the Application", PATIENCE)
        made = admin.get("argoproj.io/v1alpha1", "Application", application["name"], namespace="argocd")
        assert admin.get("argoproj.io/v1alpha1", "AppProject", made["spec"]["project"], namespace="argocd")
        (external,) = admin.list("external-secrets.io/v1", "ExternalSecret", namespace="argocd")
        (source,) = external["spec"]["data"]
        assert source["remoteRef"]["key"] == status()["credentials"]["kubeconfigSecret"]
        assert admin.list("v1", "Secret") == []
        assert [double.complaints for double in doubles] == [[]] * len(doubles)
