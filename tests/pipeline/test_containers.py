"""configure, contract and delete over real folders."""

import io
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from platform_status_pipeline.cli import main

from .kratix_folders import EXAMPLES, ROOT, TEMPLATE, KratixFolders, as_in_cluster

MEDIA = EXAMPLES / "media.yaml"


@pytest.fixture
def kratix(tmp_path: Path) -> KratixFolders:
    folders = KratixFolders(tmp_path / "kratix")
    folders.ask(as_in_cluster(MEDIA))
    return folders


def run_both(kratix: KratixFolders, **environment: str) -> None:
    for done in (kratix.configure(**environment), kratix.contract(**environment)):
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(("arguments", "code"), [(["--version"], 0), (["configure", "--nope"], 2), (["delete"], 3)])
def test_a_process_ends_with_the_code_of_its_container(tmp_path: Path, arguments: list[str], code: int) -> None:
    """All else runs without one: the container is the same, and starting Python takes longer than it does."""
    command = [sys.executable, "-m", "platform_status_pipeline", *arguments]
    environment = {"KRATIX_INPUT_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)  # noqa: S603 - our own
    assert done.returncode == code


def test_kratix_may_read_every_file_although_the_umask_forbids_it(kratix: KratixFolders) -> None:
    run_both(kratix)
    paths = [*kratix.output.iterdir(), *kratix.metadata.iterdir()]
    assert len(paths) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o644}


def test_a_second_attempt_in_the_same_folders_gives_the_same_bytes(kratix: KratixFolders) -> None:
    run_both(kratix)
    first = kratix.files
    (kratix.output / ".namespace.yaml.partial").write_text("half")
    (kratix.output / "network-policies.yaml").write_text("of an attempt for another spec")
    (kratix.output / "argocd-project.yaml").chmod(0o600)
    run_both(kratix)
    assert kratix.files == first


def test_only_the_sync_job_changes_with_the_reconcile_annotation(kratix: KratixFolders) -> None:
    run_both(kratix)
    before = kratix.files
    request = as_in_cluster(MEDIA)
    request["metadata"]["annotations"] = {"platform.integratn.tech/reconcile-at": "2026-02-26T10:30:00Z"}
    kratix.ask(request)
    run_both(kratix)
    after = kratix.files
    assert [path for path in after if after[path] != before[path]] == ["output/argocd-cluster-registration.yaml"]


def test_a_live_phase_survives_a_rerun(kratix: KratixFolders) -> None:
    run_both(kratix)
    assert (kratix.status["phase"], kratix.status["message"]) == ("Scheduled", "VCluster media is scheduled")
    kratix.ask(as_in_cluster(MEDIA, phase="Ready", message="VCluster media is fully operational", problems=["old"]))
    run_both(kratix)
    assert set(kratix.status) == {"problems", "contract", "endpoints", "credentials"}
    assert kratix.status["problems"] == []


def test_what_an_earlier_container_left_is_kept(kratix: KratixFolders) -> None:
    (kratix.metadata / "status.yaml").write_text('stamp: "2026-02-26T10:30:00Z"\n')
    (kratix.output / "theirs.yaml").write_text("theirs: true\n")
    run_both(kratix)
    assert kratix.status["stamp"] == "2026-02-26T10:30:00Z"
    assert b"stamp: '2026-02-26T10:30:00Z'\n" in kratix.files["metadata/status.yaml"]
    assert kratix.files["output/theirs.yaml"] == b"theirs: true\n"


@pytest.mark.parametrize("content", ["", "\n", "# nothing\n---\n"])
def test_an_empty_status_file_is_as_good_as_none(kratix: KratixFolders, content: str) -> None:
    (kratix.metadata / "status.yaml").write_text(content)
    run_both(kratix)


@pytest.mark.parametrize("command", ["configure", "contract", "delete"])
def test_the_key_of_kratix_in_the_status_file_is_refused(kratix: KratixFolders, command: str) -> None:
    (kratix.metadata / "status.yaml").write_text("kratix: {}\n")
    done = kratix.run(command, *(["--template", str(TEMPLATE)] if command == "contract" else []), KRATIX_DRY_RUN="true")
    assert done.returncode == 1
    assert done.stderr.startswith("status.yaml: found the key 'kratix', which belongs to Kratix")
    assert set(kratix.files) == {"metadata/status.yaml"}
    assert kratix.files["metadata/status.yaml"] == b"kratix: {}\n"


def test_delete_says_deleting_and_nothing_else(kratix: KratixFolders) -> None:
    kratix.ask(as_in_cluster(MEDIA, phase="Ready"))
    done = kratix.delete(KRATIX_WORKFLOW_ACTION="delete")
    assert done.returncode == 0
    assert kratix.status == {"phase": "Deleting", "message": "VCluster media is being deleted"}
    assert set(kratix.files) == {"metadata/status.yaml"}


def test_contract_has_nothing_to_do_in_a_delete_workflow(kratix: KratixFolders) -> None:
    done = kratix.contract(KRATIX_WORKFLOW_ACTION="delete")
    assert (done.returncode, kratix.files) == (0, {})


def test_delete_works_for_a_request_that_configure_refused(kratix: KratixFolders) -> None:
    request = as_in_cluster(MEDIA)
    request["spec"] = {"name": 3}
    kratix.ask(request)
    assert kratix.delete().returncode == 0
    assert kratix.status["phase"] == "Deleting"


def test_a_refused_request_leaves_no_outputs_and_tells_every_problem(kratix: KratixFolders) -> None:
    run_both(kratix)
    status = kratix.files["metadata/status.yaml"]
    request = as_in_cluster(MEDIA)
    request["spec"]["exposure"] = {"subnet": "10.0.4.0/24", "vip": "10.0.5.1"}
    request["spec"]["projectName"] = "default"
    kratix.ask(request)
    done = kratix.configure(KRATIX_DRY_RUN="true")
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["spec.exposure.vip", "spec.projectName"]
    assert kratix.files == {"metadata/status.yaml": status}


def test_by_hand_the_problems_are_told_and_that_they_were_not_written(kratix: KratixFolders) -> None:
    request = as_in_cluster(MEDIA)
    request["spec"]["projectName"] = "default"
    kratix.ask(request)
    done = kratix.configure()
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith("spec.projectName: ")
    assert second == (
        "status.problems not written: this is no pod with a ServiceAccount; "
        "--live writes it to the cluster of KUBECONFIG"
    )


@pytest.mark.parametrize(("age", "least", "most"), [(0, 20, 30), (10, 15, 20), (40, 0, 0), (-3600, 30, 30)], ids=str)
def test_kratix_is_left_alone_for_so_long_after_the_request_was_written(
    kratix: KratixFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int, least: int, most: int
) -> None:
    """All writes of a Job wait for the same moment, and a clock in the future adds nothing."""
    request = as_in_cluster(MEDIA, problems=["old"])
    request["spec"]["projectName"] = "default"
    kratix.ask(request)
    written = time.time() - age
    os.utime(kratix.input / "object.yaml", (written, written))
    for name in ("token", "ca.crt"):
        (tmp_path / name).write_text("x")
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    folders = {f"KRATIX_{name.upper()}_DIR": str(getattr(kratix, name)) for name in ("input", "output", "metadata")}
    environment = {**folders, "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "9"}
    log = io.StringIO()
    assert main(["configure", "--settle-seconds", "30"], environment, log, tmp_path) == 1
    assert log.getvalue().count("status.problems could not be written: ") == 2
    assert len(waited) == 2
    assert all(least <= seconds <= most for seconds in waited)


def test_contract_works_for_a_promise_of_any_kind(kratix: KratixFolders, tmp_path: Path) -> None:
    template = tmp_path / "widget.yaml"
    template.write_text(
        """
        apiVersion: status.integratn.tech/v1
        kind: StatusContract
        metadata: {name: widget}
        spec:
          variables: {host: example.com}
          contract: {displayName: Widget, name: "${metadata.name}", works: true}
          endpoints: {web: "https://${variables.host}/${spec.path}"}
        """,
        "utf-8",
    )
    kratix.ask(
        {
            "apiVersion": "example.org/v1",
            "kind": "Widget",
            "metadata": {"name": "w", "namespace": "team", "generation": 5},
            "spec": {"path": "a"},
        }
    )
    done = kratix.run("contract", "--variable", "host=example.net", STATUS_CONTRACT_TEMPLATE=str(template))
    assert (done.returncode, done.stderr) == (0, "resolved widget.yaml for generation 5\n")
    assert kratix.status == {
        "contract": {"version": "v1", "generation": 5, "displayName": "Widget", "name": "w", "works": True},
        "endpoints": {"web": "https://example.net/a"},
        "credentials": {},
        "problems": [],
        "phase": "Scheduled",
        "message": "Widget w is scheduled",
    }


def test_a_template_that_does_not_fit_is_refused_and_the_status_file_stays(kratix: KratixFolders) -> None:
    assert kratix.configure().returncode == 0
    before = kratix.files
    request = as_in_cluster(MEDIA)
    del request["spec"]["name"]
    kratix.ask(request)
    done = kratix.contract(KRATIX_DRY_RUN="true")
    assert done.returncode == 1
    assert 'spec.contract.name: ${spec.name}: Key not found in map : "name"' in done.stderr
    assert kratix.files == before


@pytest.mark.parametrize(
    ("file", "content", "cause"),
    [
        ("object.yaml", None, "object.yaml: No such file or directory; is the folder mounted?"),
        ("object.yaml", "[]", "object.yaml: found a list, expected a mapping"),
        ("status.yaml", "a: [", "status.yaml: not the YAML of one object"),
        ("status.yaml", "- a", "status.yaml: found a list, expected a mapping"),
    ],
)
def test_a_broken_folder_is_exit_code_3_and_names_the_file(
    kratix: KratixFolders, file: str, content: str | None, cause: str
) -> None:
    path = (kratix.input if file == "object.yaml" else kratix.metadata) / file
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_text(content)
    for done in (kratix.configure(), kratix.contract(), kratix.delete()):
        assert done.returncode == 3
        assert cause in done.stderr
        assert "Traceback" not in done.stderr
    assert [path.name for path in kratix.output.iterdir()] == []


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["contract", "--variable", "x"], ["configure", "--nope"], ["delete", "--settle-seconds", "nan"]],
)
def test_a_wrong_command_line_is_exit_code_2(kratix: KratixFolders, arguments: list[str]) -> None:
    done = kratix.run(*arguments)
    assert done.returncode == 2
    assert "usage: platform-status-pipeline" in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["configure", "--help"], ["contract", "--help"], ["--version"]])
def test_help_needs_no_folders(kratix: KratixFolders, arguments: list[str]) -> None:
    done = kratix.run(*arguments)
    assert done.returncode == 0
    assert "platform-status-pipeline" in done.stdout


def test_the_platforms_settings_come_by_environment_or_flag(kratix: KratixFolders) -> None:
    done = kratix.run(
        "configure", "--argocd-namespace", "gitops", SIDECAR_NAMESPACE="status", SIDECAR_SERVICE_ACCOUNT="me"
    )
    assert done.returncode == 0
    assert b"namespace: gitops" in kratix.files["output/argocd-application.yaml"]
    assert b"    name: me\n    namespace: status\n" in kratix.files["output/kubeconfig-access.yaml"]


def test_a_policy_comes_by_a_file_by_the_promise_or_is_the_strict_one(kratix: KratixFolders, tmp_path: Path) -> None:
    request = as_in_cluster(EXAMPLES / "media.yaml")
    request["spec"]["projectName"] = "media"
    kratix.ask(request)
    free = ROOT / "promise" / "platform-single-tenant.yaml"
    refused = kratix.configure(KRATIX_DRY_RUN="true")
    assert (refused.returncode, kratix.files) == (1, {})
    assert "which is the rule spec.projectName of the platform's policy strict; ask the platform team" in refused.stderr
    assert kratix.configure(KRATIX_DRY_RUN="true", PLATFORM_POLICY=free.read_text("utf-8")).returncode == 0
    assert kratix.run("configure", "--policy", str(free), KRATIX_DRY_RUN="true", PLATFORM_POLICY="a: [").returncode == 0
    for broken, said in (
        ("a: [", "not the YAML of one object"),
        ("kind: PlatformPolicy", "PLATFORM_POLICY: spec: found"),
    ):
        done = kratix.configure(KRATIX_DRY_RUN="true", PLATFORM_POLICY=broken)
        assert done.returncode == 1
        assert said in done.stderr
    assert kratix.run("configure", "--policy", str(tmp_path / "none.yaml")).returncode == 3


def test_the_status_keys_of_the_go_implementation_are_kept_true(tmp_path: Path) -> None:
    kratix = KratixFolders(tmp_path)
    theirs = {"hostname": "old", "environment": "old", "targetNamespace": "old", "vclusterName": "old"}
    counts = {"resourceRequestsGenerated": 0, "directResourcesGenerated": 9}
    kratix.ask(as_in_cluster(EXAMPLES / "prod.yaml", phase="Ready", **theirs, **counts))
    assert kratix.configure(KRATIX_DRY_RUN="true").returncode == 0
    assert {key: kratix.status[key] for key in (*theirs, *counts)} == {
        "hostname": "shop.integratn.tech",
        "environment": "production",
        "targetNamespace": "vcluster-shop",
        "vclusterName": "shop",
        "resourceRequestsGenerated": 3,
        "directResourcesGenerated": 3,  # namespace, access to the kubeconfig, network policies
    }
