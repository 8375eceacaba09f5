"""From a phase to its first cause, with real objects on a real API server; only the kubelet's log endpoint is ours."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from tests.cluster.rights import grant
from tests.cluster.truth import objects
from tests.unit.hctl.requests import Value, contract

from .kubelet import node_with_logs
from .world import KIND, Place, hctl

pytestmark = pytest.mark.cluster


def _contract(place: Place, name: str) -> dict[str, Any]:
    """A contract all of whose objects live in the place."""
    found = {**contract(place.namespace, name), "generation": 1}
    found["application"] = {"namespace": place.namespace, "name": "vcluster-media"}
    found["subApplications"]["namespace"] = place.namespace
    found["secrets"][0]["name"] = "media-kubeconfig"
    found["workloads"]["controllers"] = [{"kind": "StatefulSet", "name": "vcluster-media", "zero": "allowed"}]
    return found


def _put(place: Place, phase: str = "Degraded", **status: Value) -> str:
    """A request, and what surrounds a healthy one."""
    name = place.unique("media")
    place.put(name, phase, **{"contract": _contract(place, name), **status})
    place.admin.create(objects.work(place.namespace, name))
    created = place.admin.create(objects.work_placement(place.namespace))
    written = objects.condition("WriteSucceeded", "True", "WorkloadsWrittenToStateStore")
    place.admin.replace({**created, "status": {"conditions": [written]}}, subresource="status")
    place.admin.create(objects.application(place.namespace))
    place.admin.create(objects.secret(place.namespace))
    place.admin.create(objects.controller(place.namespace, "StatefulSet"))
    return name


def _put_pod(place: Place, request: str, name: str, node: str = "", **status: Value) -> None:
    pod = objects.pod(place.namespace, name, {"release": request})
    if node:
        pod["spec"]["nodeName"] = node
    place.admin.create(pod)
    said = {**objects.pod_status(ready=not status), **status}
    place.admin.patch("v1", "Pod", name, {"status": said}, namespace=place.namespace, subresource="status")


_CRASHING: dict[str, Any] = {
    "containerStatuses": [
        {
            "name": "main",
            "ready": False,
            "restartCount": 7,
            "image": "vcluster",
            "imageID": "",
            "state": {
                "waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}
            },
            "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
        }
    ]
}


def _cause(text: str) -> str:
    return text.split("Cause:")[1].split("Looked at:", maxsplit=1)[0]


def test_a_crashing_pod_is_found_with_its_log(place: Place, tmp_path: Path) -> None:
    name = _put(place)
    log = b"".join(b"line %d\n" % number for number in range(50)) + b"\x1b[2Jpanic: no etcd\n"
    node = place.unique("node")
    with node_with_logs(place.admin, node, tmp_path, {("media-1", True): log}):
        _put_pod(place, name, "media-0")
        _put_pod(place, name, "media-1", node, **_CRASHING)
        ended = place.run("diagnose", f"vco/{name}")
        report = place.asked("diagnose", f"vco/{name}")
    assert ended.returncode == 1
    cause = _cause(ended.stdout)
    assert "✗ Pods (bad): 1/2 pods are ready; restarting: media-1 (CrashLoopBackOff, main: exit code 1)" in cause
    assert "media-1: container main: CrashLoopBackOff, exit code 1, 7 restarts" in cause
    assert "| line 49\n" in cause
    assert "| [2Jpanic: no etcd\n" in cause
    assert "line 40" not in cause
    assert "\x1b" not in ended.stdout
    following = ended.stdout.split("Next:\n")[1].splitlines()[0].strip()
    assert following == f"kubectl logs media-1 -c main --previous -n {place.namespace}"
    schema = json.loads(place.run("schema", "diagnosis").stdout)
    jsonschema.Draft202012Validator(schema).validate(report)
    assert report["cause"]["log"]["lines"][-1] == "[2Jpanic: no etcd"


def test_a_log_that_cannot_be_read_is_no_reason_to_fail(place: Place) -> None:
    name = _put(place)
    _put_pod(place, name, "media-1", **_CRASHING)
    cause = _cause(place.run("diagnose", f"vco/{name}").stdout)
    assert "CrashLoopBackOff" in cause
    assert "Log of media-1, container main, the previous run:" in cause


def _warn(place: Place, number: int, about: dict[str, Any], **other: Value) -> None:
    metadata = {"namespace": place.namespace, "name": f"media-1.{number:x}"}
    reported = {"type": "Warning", "reason": f"Reason{number}", "message": f"message {number}", "count": number}
    seen = {"lastTimestamp": objects.ago(600 - number), **reported, **other}
    place.admin.create({"apiVersion": "v1", "kind": "Event", "metadata": metadata, "involvedObject": about, **seen})


def test_the_newest_warning_events_of_what_is_at_fault_are_told(kinds: Cluster, place: Place) -> None:
    assert isinstance(kinds, ControlPlane)
    name = _put(place)
    _put_pod(place, name, "media-1", **_CRASHING)
    pod = place.admin.get("v1", "Pod", "media-1", namespace=place.namespace)
    about = {"apiVersion": "v1", "kind": "Pod", "namespace": place.namespace, "name": "media-1"}
    mine = {**about, "uid": pod["metadata"]["uid"]}
    for number in range(1, 8):
        _warn(place, number, mine, message=f"\x1b[2Jmessage {number} password=hunter2")
    _warn(place, 101, mine, type="Normal")
    _warn(place, 102, {**about, "uid": "that-of-an-earlier-pod"})
    _warn(place, 103, {**about, "name": "media-10", "uid": "other"})
    cause = _cause(place.run("diagnose", f"vco/{name}").stdout).replace("\n    ", " ")
    told = re.findall(r"\| Pod media-1 \(\w+ ago, (\d) times\): Reason(\d): ", cause)
    assert told == [(each, each) for each in "76543"]
    assert "\x1b" not in cause
    assert "hunter2" not in cause
    report = place.asked("diagnose", f"vco/{name}")
    jsonschema.Draft202012Validator(json.loads(place.run("schema", "diagnosis").stdout)).validate(report)
    assert [event["count"] for event in report["events"]["warnings"]] == [7, 6, 5, 4, 3]
    assert report["events"]["unread"] == ""

    user = place.unique("joe")
    rules = [
        {"apiGroups": [group], "resources": ["*"], "verbs": ["get", "list"]}
        for group in ("platform.integratn.tech", "platform.kratix.io", "argoproj.io", "apps", "coordination.k8s.io")
    ]
    core = {"apiGroups": [""], "resources": ["pods", "secrets", "configmaps"], "verbs": ["get", "list"]}
    grant(place.admin, user, [*rules, core], place.namespace)
    where = ("-n", place.namespace)
    ended = hctl(kinds.kubeconfig_for(user, namespace=place.namespace), "diagnose", f"vco/{name}", *where)
    cause = _cause(ended.stdout).replace("\n    ", " ")
    assert f"Warning events of Pod {place.namespace}/media-1: you have no permission to read them" in cause
    assert "Reason7" not in cause


def test_a_failed_workflow_is_found_with_its_job(place: Place) -> None:
    problem = "spec.exposure.vip: found 10.9.9.9, expected an address in 10.0.4.0/24"
    failed = {"workflows": {"pipelines": [{"name": "vcluster-configure", "phase": "Failed"}]}}
    name = _put(place, problems=[problem], contract=None, kratix=failed)
    metadata = {
        "namespace": place.namespace,
        "name": "configure-1",
        "labels": {"kratix.io/resource-name": name},
        "annotations": {"kratix.io/job-resource-kind": KIND[1]},
    }
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "x"}]}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"template": template}}
    created = place.admin.create(job)
    started = objects.ago(60)
    conditions = [
        {**objects.condition(kind, "True", "BackoffLimitExceeded", "the backoff limit"), "lastProbeTime": started}
        for kind in ("FailureTarget", "Failed")
    ]
    status = {"conditions": conditions, "failed": 7, "startTime": started}
    place.admin.replace({**created, "status": status}, subresource="status")
    ended = place.run("diagnose", f"vco/{name}")
    cause = _cause(ended.stdout).replace("\n    ", " ")
    assert "Workflow (bad): refused the request: 1 problem" in cause
    assert problem in cause
    assert "Job configure-1 failed: the backoff limit" in cause
    assert f"kubectl logs job/configure-1 --all-containers -n {place.namespace}" in ended.stdout


def test_what_one_may_not_see_is_told_apart_from_what_is_not_there(kinds: Cluster, place: Place) -> None:
    assert isinstance(kinds, ControlPlane)
    name = _put(place)
    user = place.unique("joe")
    rules = [
        {"apiGroups": ["platform.integratn.tech"], "resources": ["vclusterorchestratorv2s"], "verbs": ["get", "list"]},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]},
    ]
    grant(place.admin, user, rules, place.namespace)
    ended = hctl(
        kinds.kubeconfig_for(user, namespace=place.namespace), "diagnose", f"vco/{name}", "-n", place.namespace
    )
    assert ended.returncode == 1, ended.stderr
    assert "you may not read Pods in" in ended.stdout
    assert "does not exist" not in ended.stdout
