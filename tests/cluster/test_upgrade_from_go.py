"""From the Go implementation to this one, on Kratix's double, with an agent that prunes: what goes and what stays."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double.job import Command, Pipeline
from kratix_double.status_schema import treat
from kratix_double.widget import CRDS
from localplane.client import Client
from localplane.crds import install_crds
from localplane.plane import ControlPlane
from platform_status_pipeline.promise.placement import Placement, over, place
from tests.cluster.upgrade import theirs
from tests.cluster.upgrade.world import World, played, watched
from tests.pipeline.kratix_folders import ROOT
from tests.pipeline.promise_containers import containers, read_promise

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

Json = dict[str, Any]

OURS = {"environment": "platform"}
NOT_OURS_TO_MAKE = ["etcd Certificates and Issuers", "NetworkPolicies", "CoreDNS ConfigMap"]
"""What the new pipeline does not write, under whatever name it runs."""


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A control plane of our own: the doubles answer every sub-request on it, and CRDs change."""
    folder = tmp_path_factory.mktemp("crds")
    requests = [yaml.safe_load((ROOT / f"promise/crds/{it.plural}.yaml").read_text()) for it, _ in theirs.SUB_PROMISES]
    treated = [treat(crd) for crd in (theirs.promise()["spec"]["api"], *requests)]
    for number, crd in enumerate((*theirs.FOREIGN_KINDS, *treated)):
        (folder / f"{number}.yaml").write_text(yaml.safe_dump(crd))
    with ControlPlane() as plane:
        install_crds(plane.admin, [folder, CRDS])
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})
        yield plane.admin


def ours(pipeline: str | None = None, labels: dict[str, str] | None = None) -> Json:
    """Our Promise as `make promise OVER=... PIPELINE=... DESTINATION=...` writes it."""
    tracked = read_promise(".", policy="platform-single-tenant.yaml")  # the requests are older than any policy
    return place(tracked, over(tracked, theirs.promise(), Placement(pipeline, labels)))


def pipeline_of(promise: Json, folder: Path) -> Pipeline:
    """The containers of a Promise as processes."""
    folders = ("--input-dir", "{input}", "--output-dir", "{output}", "--metadata-dir", "{metadata}")
    commands = []
    for container in containers(promise):
        command, *rest = container.args
        env = {name: value.replace("{", "{{").replace("}", "}}") for name, value in container.env.items()}
        program = (sys.executable, "-m", "platform_status_pipeline", command)
        commands.append(Command([*program, *folders, *rest], {**env, "PATH": ""}, folder / "pipeline.log"))
    return Pipeline(promise["spec"]["workflows"]["resource"]["configure"][0]["metadata"]["name"], commands)


def matches(promise: Json) -> bool:
    """Whether the Promise's selectors find their Destination."""
    wanted = promise["spec"]["destinationSelectors"][0]["matchLabels"]
    return all(theirs.DESTINATION.get(key) == value for key, value in wanted.items())


def switch(world: World, admin: Client, promise: Json, folder: Path) -> None:
    """Apply our Promise over theirs."""
    admin.apply(treat(promise["spec"]["api"]))
    pipeline = pipeline_of(promise, folder)
    world.upgrade(
        pipeline,
        matches=matches(promise),
        until=lambda: "contract" in world.request()["status"] and world.ran(pipeline.name),
    )


def commands(world: World, folder: Path, flag: str) -> str:
    """The commands of step 0, or those that take it back, made of what kubectl would print."""
    placements = world.client.list("platform.kratix.io/v1alpha1", "WorkPlacement", namespace=world.namespace)
    files = [folder / "requests.yaml", folder / "placements.yaml"]
    for file, items in zip(files, ([world.request()], placements), strict=True):
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    script = [sys.executable, str(ROOT / "promise/compare.py"), flag, *map(str, files)]
    return subprocess.run(script, capture_output=True, text=True, check=True, timeout=60).stdout  # noqa: S603 - ours


@pytest.mark.parametrize(
    ("name", "pipeline", "labels", "lost"),
    [
        ("other", "configure", OURS, list(watched("other"))),
        ("named", "configure", None, NOT_OURS_TO_MAKE),
        ("same", None, None, NOT_OURS_TO_MAKE),
    ],
)
def test_without_step_0_the_agent_deletes(
    admin: Client, tmp_path: Path, name: str, pipeline: str | None, labels: dict[str, str] | None, lost: list[str]
) -> None:
    """The control of the test below: the prune is real, and the more of the names differ the more it takes."""
    with played(admin, name, tmp_path) as world:
        promise = ours(pipeline, labels)
        switch(world, admin, promise, tmp_path)
        seen = world.lost()
        world.show()
        assert seen == lost, world.table()


def test_with_step_0_nothing_is_lost_at_any_commit_on_the_way_there_and_back(admin: Client, tmp_path: Path) -> None:
    with played(admin, "kept", tmp_path) as world:
        promise = ours()
        assert (
            world.run(commands(world, tmp_path, "--annotate")) > len(world.uids) - 8
        )  # all but what the controllers made
        switch(world, admin, promise, tmp_path)
        there = len(world.moments)
        admin.apply(treat(theirs.promise()["spec"]["api"]))
        world.upgrade(
            theirs.configure(),
            matches=True,
            until=lambda: (
                world.ran("vco-v2-configure")
                and any(path.endswith("/resources/namespace.yaml") for path in world.store.files)
            ),
        )
        seen = world.lost()
        world.show()
        assert seen == [], world.table()
        # Not for want of commits: both ways the folder was written anew, and what left it was left alone.
        written = [moment for moment in world.moments if moment.endswith("after kept/vco-v2-configure written")]
        assert len(written) == 2
        assert there < len(world.moments)
        # And with the annotations taken back a deleted request takes all of it along again.
        world.run(commands(world, tmp_path, "--release"))
        world.delete()


def test_the_table_of_the_docs_says_what_the_tests_see() -> None:
    rows = [line.strip("| ").split(" | ") for line in (ROOT / "docs/upgrade.md").read_text("utf-8").splitlines()]
    table = {row[0]: row[1:] for row in rows if len(row) == 4 and row[1] in ("deleted", "stays")}
    assert table == {
        row: ["deleted", "deleted" if row in NOT_OURS_TO_MAKE else "stays", "stays"] for row in watched("any")
    }


def test_kratix_refuses_our_tracked_promise_over_theirs_and_takes_the_one_made_for_it() -> None:
    """Its webhook compares spec.names as a whole (kratix.md section 1); with webhooks off nothing stops it."""
    names = theirs.promise()["spec"]["api"]["spec"]["names"]
    assert read_promise(".")["spec"]["api"]["spec"]["names"] != names
    assert ours()["spec"]["api"]["spec"]["names"] == names
