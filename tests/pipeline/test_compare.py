"""promise/compare.py: what leaves, changes and comes when one Promise replaces another, before it does."""

import importlib.util
import json
import shlex
import threading
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double import workload
from kratix_double.job import Folders, Pipeline, output_files
from kratix_double.workload import Identity
from platform_status_pipeline.promise.placement import Placement, place
from tests.cluster.upgrade import theirs
from tests.pipeline.kratix_folders import ROOT
from tests.pipeline.promise_containers import read_promise, rendered

Json = dict[str, Any]
Compare = Callable[..., tuple[int, str, str]]

PIPELINE = "vco-v2-configure"
FREE = "platform-single-tenant.yaml"
"""The requests of those who come from the Go pipeline are older than any policy."""


@pytest.fixture
def compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Compare:
    """The script: takes requests and WorkPlacements, returns its exit code, its output and what it said on stderr."""
    spec = importlib.util.spec_from_file_location("compare", ROOT / "promise/compare.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    def run(
        requests: list[Json], placements: list[Json], *flags: str, pipeline: str = PIPELINE
    ) -> tuple[int, str, str]:
        (tmp_path / "promise.yaml").write_text(
            yaml.safe_dump(place(read_promise(".", policy=FREE), Placement(pipeline)))
        )
        for name, items in (("requests", requests), ("placements", placements)):
            (tmp_path / f"{name}.yaml").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
        files = [str(tmp_path / f"{name}.yaml") for name in ("promise", "requests", "placements")]
        code = script.main([*flags, "--promise", *files])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def placements(promise: str, request: Json, pipeline: str, files: dict[str, bytes]) -> list[Json]:
    """What Kratix keeps of one pipeline's output."""
    metadata = request["metadata"]
    groups = workload.groups(files, None)
    work = workload.work(Identity(promise, metadata["name"], metadata["namespace"], pipeline), "abcde", groups)
    work["metadata"]["uid"] = "1"
    return [workload.placement(work, group, "the-cluster") for group in groups]


def made_by(folder: Path, promise: str, request: Json, pipeline: Pipeline) -> list[Json]:
    folders = Folders.below(folder)
    (folders.input / "object.yaml").write_text(yaml.safe_dump(request))
    for container in pipeline.containers:
        assert container(folders, {}, threading.Event()) == 0
    return placements(promise, request, pipeline.name, output_files(folders))


def made_by_theirs(folder: Path, request: Json) -> list[Json]:
    return made_by(folder, theirs.ORCHESTRATOR.name, request, theirs.configure())


def words(output: str) -> dict[str, str]:
    """Object or text -> the word before it."""
    return {line.split(maxsplit=1)[1].split(": ")[0]: line.split()[0] for line in output.splitlines()[1:]}


REQUEST = theirs.request("films", "requests")
REQUEST["metadata"]["generation"] = 1


def test_what_the_new_pipeline_does_not_write_leaves_and_what_it_does_write_stays(
    compare: Compare, tmp_path: Path
) -> None:
    code, output, errors = compare([REQUEST], made_by_theirs(tmp_path / "old", REQUEST))
    found = words(output)
    assert (code, errors) == (1, "")
    assert output.startswith("requests/films:\n")
    for leaving in (
        "Certificate.cert-manager.io vcluster-films/films-etcd-ca",
        "Issuer.cert-manager.io vcluster-films/films-etcd-selfsigned",
        "NetworkPolicy.networking.k8s.io vcluster-films/default-deny-all",
        "CiliumNetworkPolicy.cilium.io vcluster-films/allow-kube-api",
        "ConfigMap vcluster-films/vc-films-coredns",
    ):
        assert found.pop(leaving) == "LEAVES"
    assert found["Namespace vcluster-films"] == "changes"
    assert found["ArgoCDApplication.platform.integratn.tech requests/vcluster-films"] == "changes"
    assert found["NetworkPolicy.networking.k8s.io vcluster-films/vcluster-films-workloads"] == "comes"
    assert "metadata.annotations" in output
    assert "STORE" not in found.values()


def test_another_pipeline_name_takes_the_whole_work(compare: Compare, tmp_path: Path) -> None:
    _, same, _ = compare([REQUEST], made_by_theirs(tmp_path / "old", REQUEST))
    code, other, _ = compare([REQUEST], made_by_theirs(tmp_path / "again", REQUEST), pipeline="configure")
    (line,) = set(other.splitlines()) - set(same.splitlines())
    assert line == f"  LEAVES   the whole Work of pipeline {PIPELINE}, because the new Promise has none of this name"
    assert code == 1


def test_another_store_of_the_virtual_cluster_is_a_loss_though_every_object_stays(
    compare: Compare, tmp_path: Path
) -> None:
    request = deepcopy(REQUEST)
    del request["spec"]["vcluster"]["backingStore"]
    code, output, _ = compare([request], made_by_theirs(tmp_path / "old", request))
    (line,) = [line for line in output.splitlines() if line.startswith("  STORE")]
    assert "ArgoCDApplication.platform.integratn.tech requests/vcluster-films: spec.source.helm" in line
    assert "backingStore" in line
    assert code == 1


def test_a_promise_compared_with_itself_changes_nothing(compare: Compare, tmp_path: Path) -> None:
    output = rendered(tmp_path / "ours", read_promise(".", policy=FREE), REQUEST).output
    files = {path.name: path.read_bytes() for path in output.iterdir()}
    code, told, errors = compare([REQUEST], placements(theirs.ORCHESTRATOR.name, REQUEST, PIPELINE, files))
    assert (code, errors) == (0, "")
    assert set(words(told).values()) == {"stays"}


def test_a_request_that_the_new_pipeline_refuses_is_told(compare: Compare, tmp_path: Path) -> None:
    request = deepcopy(REQUEST)
    request["spec"]["exposure"] |= {"subnet": "10.0.4.0/24", "vip": "10.9.9.9"}
    code, output, _ = compare([request], made_by_theirs(tmp_path / "old", request))
    assert code == 1
    assert output.splitlines()[1].startswith("  REFUSED  spec.exposure.vip: ")


def test_a_request_without_works_is_not_called_safe(compare: Compare, tmp_path: Path) -> None:
    other = theirs.request("games", "requests")
    code, output, _ = compare([REQUEST], made_by_theirs(tmp_path / "old", other))
    assert code == 1
    assert output.splitlines()[1].startswith("  UNKNOWN  no WorkPlacement of this request")


def test_no_value_of_a_document_is_shown(compare: Compare, tmp_path: Path) -> None:
    request = deepcopy(REQUEST)
    request["spec"]["vcluster"]["helmOverrides"] = {"controlPlane": {"advanced": {"globalMetadata": "s3cr3t"}}}
    _, output, errors = compare([request], made_by_theirs(tmp_path / "old", REQUEST))
    assert "globalMetadata" in output or "advanced" in output
    assert "s3cr3t" not in output + errors


def test_the_commands_annotate_the_documents_and_what_is_made_of_the_sub_requests(
    compare: Compare, tmp_path: Path
) -> None:
    held = made_by_theirs(tmp_path / "old", REQUEST)
    application = next(
        document for document in workload.documents(held[0]) if document["kind"] == "ArgoCDApplication"
    )  # fmt: skip
    promise, pipeline = theirs.SUB_PROMISES[1]
    held += made_by(tmp_path / "sub", promise.name, application, pipeline)
    held += made_by_theirs(tmp_path / "other", theirs.request("games", "requests"))
    code, output, _ = compare([REQUEST], held, "--annotate")
    assert code == 0
    commands = [shlex.split(line) for line in output.splitlines()]
    assert all(command[:2] == ["kubectl", "annotate"] for command in commands)
    named = {command[2]: command[3:] for command in commands}
    assert len(named) == len(commands) == len(workload.documents(held[0])) + 1
    keep = ["argocd.argoproj.io/sync-options=Prune=false,Delete=false", "kustomize.toolkit.fluxcd.io/prune=disabled"]
    flags = ["--overwrite", "--field-manager=flux-client-side-apply"]
    assert named["namespace/vcluster-films"] == [*flags, *keep]
    assert named["certificate.cert-manager.io/films-etcd-ca"] == ["-n", "vcluster-films", *flags, *keep]
    assert named["application.argoproj.io/vcluster-films"] == ["-n", "argocd", *flags, *keep]
    assert not [name for name in named if "games" in name]


def test_sync_options_that_are_there_are_kept(compare: Compare) -> None:
    annotations = {"argocd.argoproj.io/sync-options": "ServerSideApply=true, Prune=false"}
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a;b", "namespace": "n"}}
    document["metadata"] |= {"annotations": annotations}  # type: ignore[operator]
    held = placements(theirs.ORCHESTRATOR.name, REQUEST, PIPELINE, {"a.yaml": yaml.safe_dump(document).encode()})
    _, output, _ = compare([REQUEST], held, "--annotate")
    assert "'configmap/a;b' -n n" in output
    assert "sync-options=ServerSideApply=true,Prune=false,Delete=false" in output
    _, output, _ = compare([REQUEST], held, "--release")
    assert output.endswith("sync-options=ServerSideApply=true, Prune=false' kustomize.toolkit.fluxcd.io/prune-\n")


def test_a_release_takes_both_annotations_off_what_the_documents_do_not_say_themselves(
    compare: Compare, tmp_path: Path
) -> None:
    code, output, _ = compare([REQUEST], made_by_theirs(tmp_path / "old", REQUEST), "--release")
    assert code == 0
    off = ["argocd.argoproj.io/sync-options-", "kustomize.toolkit.fluxcd.io/prune-"]
    assert all(shlex.split(line)[-2:] == off for line in output.splitlines())
    ours = rendered(tmp_path / "ours", read_promise(".", policy=FREE), REQUEST).output
    files = {path.name: path.read_bytes() for path in ours.iterdir()}
    held = placements(theirs.ORCHESTRATOR.name, REQUEST, PIPELINE, files)
    _, output, _ = compare([REQUEST], held, "--release")
    (line,) = [line for line in output.splitlines() if " namespace/" in line]
    assert line.endswith("sync-options=Prune=false,Delete=false kustomize.toolkit.fluxcd.io/prune=disabled")


@pytest.mark.parametrize(
    ("requests", "held", "told"),
    [
        ([], [], "found no VClusterOrchestratorV2, expected some"),
        ([{**REQUEST, "metadata": {}}], [], "not what kubectl get -o yaml prints: KeyError('namespace')"),
        ([REQUEST], [{"metadata": 3}], "not what kubectl get -o yaml prints"),
        ([REQUEST], [{"metadata": {"namespace": "requests"}, "spec": {"resourceName": "films"}}], ""),
    ],
)
def test_a_file_of_another_kind_is_told_in_one_line(
    compare: Compare, requests: list[Json], held: list[Json], told: str
) -> None:
    code, _, errors = compare(requests, held)
    assert code == (3 if told else 1)
    assert told in errors
    assert len(errors.splitlines()) == bool(told)
