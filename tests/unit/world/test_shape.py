"""A Job as Kratix makes it: each fact is one of docs/kratix.md section 2."""

from typing import Any

import pytest

from platform_status_world.shape import LIMITS, Owner, Run, job, rights

OWNER = Owner("resource", "example.org/v1", "Widget", "widgets", "blue", "shop", "uid-1")
ENV = {"KRATIX_PROMISE_NAME": "widget", "KRATIX_WORKFLOW_ACTION": "configure"}


def pipeline(**spec: Any) -> dict[str, Any]:  # noqa: ANN401 - a document
    containers = [{"name": "first", "image": "i:1"}, {"name": "second", "image": "i:2", "resources": {"limits": {}}}]
    return {"metadata": {"name": "configure", "labels": {"mine": "yes"}}, "spec": {"containers": containers, **spec}}


def run(action: str = "configure", owner: Owner = OWNER, namespace: str = "shop", **spec: Any) -> Run:  # noqa: ANN401
    return Run("widget", pipeline(**spec), action, namespace, owner, ENV, last=True, suffix="abc12", image="double:1")


def pod(made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = made["spec"]["template"]["spec"]
    return found


def names(made: dict[str, Any]) -> tuple[list[str], list[str]]:
    spec = pod(made)
    return [entry["name"] for entry in spec["initContainers"]], [entry["name"] for entry in spec["containers"]]


def test_configure_runs_reader_user_containers_work_writer_and_then_the_status_writer() -> None:
    assert names(job(run())) == (["reader", "first", "second", "work-writer"], ["status-writer"])


def test_delete_has_no_work_writer() -> None:
    assert names(job(run("delete"))) == (["reader", "first", "second"], ["status-writer"])


def test_kratix_containers_are_hardened_and_run_as_65532() -> None:
    spec = pod(job(run()))
    own = [entry for entry in [*spec["initContainers"], *spec["containers"]] if entry["image"] == "double:1"]

    assert {entry["securityContext"]["runAsUser"] for entry in own} == {65532}
    assert all(entry["securityContext"]["capabilities"] == {"drop": ["ALL"]} for entry in own)
    assert all(entry["command"] == ["/bin/pipeline-adapter"] for entry in own)
    assert "securityContext" not in spec


def test_limits_are_kratix_own_unless_the_container_has_some() -> None:
    _, first, second, _ = pod(job(run()))["initContainers"]

    assert first["resources"]["limits"] == LIMITS
    assert second["resources"] == {"limits": {}}
    assert "securityContext" not in first


def test_user_containers_may_only_read_the_input() -> None:
    _, first, _, _ = pod(job(run()))["initContainers"]

    mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in first["volumeMounts"]}
    assert mounts == {"/kratix/input": True, "/kratix/output": False, "/kratix/metadata": False}


def test_the_work_writer_finds_output_and_metadata_elsewhere_and_gets_no_kratix_environment() -> None:
    *_, writer = pod(job(run()))["initContainers"]

    assert {mount["name"]: mount["mountPath"] for mount in writer["volumeMounts"]} == {
        "shared-output": "/work-creator-files/input",
        "shared-metadata": "/work-creator-files/metadata",
    }
    assert writer["env"] == []
    assert "--resource-name=blue" in writer["args"]


def test_only_the_status_writer_is_told_whether_it_is_the_last() -> None:
    spec = pod(job(run()))
    told = [
        entry["name"] for entry in [*spec["initContainers"], *spec["containers"]] if "IS_LAST_PIPELINE" in str(entry)
    ]

    assert told == ["status-writer"]


def test_the_job_is_labelled_restarted_and_owned_as_kratix_does() -> None:
    made = job(run())

    assert made["metadata"]["labels"]["kratix.io/resource-name"] == "blue"
    assert made["spec"]["template"]["metadata"]["labels"]["mine"] == "yes"
    assert pod(made)["restartPolicy"] == "OnFailure"
    assert "backoffLimit" not in made["spec"]
    (owner,) = made["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["uid"]) == ("Widget", "uid-1")


def test_the_wishes_of_a_pipeline_are_heard() -> None:
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}
    wishes = run(jobOptions={"backoffLimit": 1}, restartPolicy="Never", rbac={"permissions": [rule]})

    assert job(wishes)["spec"]["backoffLimit"] == 1
    assert pod(job(wishes))["restartPolicy"] == "Never"
    assert rights(wishes)[1]["rules"][-1] == rule


def test_the_account_may_not_watch_or_delete_requests() -> None:
    account, role, binding = rights(run())

    assert account["metadata"] == {"name": "widget-resource-configure-configure", "namespace": "shop"}
    assert role["kind"] == "Role"
    assert role["rules"][0] == {
        "apiGroups": ["example.org"],
        "resources": ["widgets", "widgets/status"],
        "verbs": ["get", "list", "update", "create", "patch"],
    }
    assert binding["subjects"][0]["name"] == account["metadata"]["name"]


def test_the_workflow_of_a_promise_reads_a_cluster_scoped_object_and_is_not_owned() -> None:
    owner = Owner("promise", "platform.kratix.io/v1alpha1", "Promise", "promises", "widget", "", "uid-2")
    told = run(owner=owner, namespace="kratix-platform-system")

    assert [document["kind"] for document in rights(told)] == ["ServiceAccount", "ClusterRole", "ClusterRoleBinding"]
    assert "ownerReferences" not in job(told)["metadata"]
    assert "kratix.io/resource-name" not in job(told)["metadata"]["labels"]
    assert job(told)["metadata"]["name"] == "kratix-widget-configure-abc12"


@pytest.mark.parametrize("length", [1, 63])
def test_the_name_of_a_job_is_a_label_however_long_its_parts(length: int) -> None:
    owner = Owner("resource", "example.org/v1", "Widget", "widgets", "b" * length, "shop", "uid-1")

    name = job(run(owner=owner))["metadata"]["name"]

    assert len(name) <= 63
    assert name.strip("-") == name
    assert name.endswith("abc12")
