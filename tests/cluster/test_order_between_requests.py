"""A golden path that makes a request of another one and waits for it: no shell, no rights, one verdict."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double.world import World
from localplane.plane import ControlPlane
from tests.cluster.golden_paths import install
from tests.cluster.sidecar.world import plane_with_requests, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

PATIENCE = 90.0
IMAGE = "REGISTRY.invalid/platform-status/pipeline:0.1.0"
STEP, APP = ("example.org/v1", "Step"), ("example.org/v1", "App")
GENERATION = "status.integratn.tech/request-generation"


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    """A control plane of our own, because another test's sidecar would answer our requests."""
    with plane_with_requests() as started:
        yield started


def template(kind: str, **spec: Any) -> str:  # noqa: ANN401 - any JSON
    head = {"apiVersion": "status.integratn.tech/v1", "kind": kind, "metadata": {"name": "made"}}
    return yaml.safe_dump({**head, "spec": spec})


def container(name: str, *args: str, **env: str) -> dict[str, Any]:
    variables = [{"name": key, "value": value} for key, value in env.items()]
    return {"name": name, "image": IMAGE, "args": list(args), "env": variables}


def render(name: str, *manifests: dict[str, Any]) -> dict[str, Any]:
    return container(name, "render", MANIFESTS=template("Manifests", outputs=[{"manifests": list(manifests)}]))


def contract(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    text = template("StatusContract", contract={"displayName": "Thing", "name": "${metadata.name}", **parts})
    return container("contract", "contract", STATUS_CONTRACT=text)


def promise(kind: str, **pipelines: list[dict[str, Any]]) -> dict[str, Any]:
    """A Promise with the sidecar, and these pipelines of its resource workflow."""
    plural = f"{kind.lower()}s"

    def pipeline(name: str, made: list[dict[str, Any]]) -> dict[str, Any]:
        head = {"apiVersion": "platform.kratix.io/v1alpha1", "kind": "Pipeline", "metadata": {"name": name}}
        return {**head, "spec": {"containers": made}}

    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}},
    }
    names = {"kind": kind, "plural": plural, "singular": kind.lower()}
    return {
        "apiVersion": "platform.kratix.io/v1alpha1",
        "kind": "Promise",
        "metadata": {"name": kind.lower()},
        "spec": {
            "api": {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{plural}.example.org"},
                "spec": {"group": "example.org", "scope": "Namespaced", "names": names, "versions": [version]},
            },
            "workflows": {
                "promise": {"configure": [pipeline("sidecar", [container("sidecar", "sidecar")])]},
                "resource": {"configure": [pipeline(name, made) for name, made in pipelines.items()]},
            },
        },
    }


def document(api_version: str, kind: str, name: str = "${metadata.name}", **rest: Any) -> dict[str, Any]:  # noqa: ANN401
    metadata = {"name": name, "namespace": "${metadata.namespace}"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


POD = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "x", "image": "REGISTRY.invalid/x:1"}]}}
STORE = {"serviceName": "x", "replicas": 1, "selector": {"matchLabels": {"app": "x"}}, "template": POD}

STEPS = promise(
    "Step",
    make=[
        render("store", document("apps/v1", "StatefulSet", spec=STORE)),
        contract(
            outputs={
                "kinds": [
                    {
                        "name": "store",
                        "apiVersion": "apps/v1",
                        "kind": "StatefulSet",
                        "resource": "statefulsets",
                        "scope": "Namespaced",
                    }
                ]
            }
        ),
    ],
)
APPS = promise(
    "App",
    make=[
        render("step", document(*STEP, spec={})),
        contract(
            outputs={
                "kinds": [
                    {
                        "name": "step",
                        "apiVersion": STEP[0],
                        "kind": STEP[1],
                        "resource": "steps",
                        "scope": "Namespaced",
                        "ready": {"preset": "request"},
                    }
                ]
            }
        ),
    ],
    wait=[container("wait", "wait", "--for", "StepReady")],
    after=[render("after", document("v1", "ConfigMap", name="after"))],
)


def test_what_comes_after_is_put_out_only_once_the_other_request_is_ready(plane: ControlPlane, tmp_path: Path) -> None:
    steps = install(plane, tmp_path / "steps", STEPS)
    apps = install(plane, tmp_path / "apps", APPS)
    admin, world = plane.admin, World(plane.admin)
    world.ensure_namespace("team-a")

    def status(kind: tuple[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = (admin.find(*kind, "films", namespace="team-a") or {}).get("status", {})
        return found

    def condition(kind: tuple[str, str], name: str) -> dict[str, Any]:
        return next((item for item in status(kind).get("conditions", []) if item["type"] == name), {})

    def waits() -> str:
        (entry,) = (item for item in status(APP)["kratix"]["workflows"]["pipelines"] if item["name"] == "wait")
        return str(entry.get("message", ""))

    with (
        steps.sidecar(tmp_path / "steps-sidecar"),
        apps.sidecar(tmp_path / "apps-sidecar"),
        steps.kratix(tmp_path / "steps-kratix", "team-a") as one,
        apps.kratix(tmp_path / "apps-kratix", "team-a") as other,
    ):
        admin.create({"apiVersion": APP[0], "kind": APP[1], "metadata": {"name": "films", "namespace": "team-a"}})
        until(lambda: world.deliver("team-a", "films"), "the request of the other golden path comes", PATIENCE)
        until(lambda: status(STEP).get("contract"), "its workflow has run", PATIENCE)
        until(lambda: "StepReady" in waits(), "the workflow says what it waits for", PATIENCE)
        assert status(APP)["phase"] != "Ready"
        until(lambda: len(world.deliver("team-a", "films")) == 2, "the StatefulSet comes", PATIENCE)
        (store,) = admin.list("apps/v1", "StatefulSet", namespace="team-a")
        assert store["metadata"]["annotations"][GENERATION] == "1"
        assert admin.find("v1", "ConfigMap", "after", namespace="team-a") is None
        world.create_pod("team-a", "films-0", labels={"app": "x"}, owner=("StatefulSet", "films"), ready=True)
        world.follow("team-a", "StatefulSet", "films")
        until(lambda: condition(APP, "StepReady").get("status") == "True", "the step is ready", PATIENCE)
        assert status(STEP)["phase"] == "Ready"
        until(lambda: len(world.deliver("team-a", "films")) == 3, "what comes after is put out", PATIENCE)
        assert admin.find("v1", "ConfigMap", "after", namespace="team-a") is not None
        until(lambda: status(APP)["phase"] == "Ready", "the whole is Ready", PATIENCE)
        assert (one.complaints, other.complaints) == ([], [])
