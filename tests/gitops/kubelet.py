"""What a kubelet would say of itself and of its pods: there is none, so a test says it."""

from collections.abc import Mapping

from localplane.client import Client, Object
from tests.cluster.truth.objects import ago

__all__ = ["beat", "crash", "end", "run"]


def run(admin: Client, namespace: str, labels: Mapping[str, str]) -> int:
    """Say of every pod that it runs and is ready; return how many there are."""
    state = {"running": {"startedAt": ago(0)}}
    conditions = [
        {"type": kind, "status": "True", "lastTransitionTime": ago(0)} for kind in ("Ready", "ContainersReady")
    ]
    pods = _pods(admin, namespace, labels)
    for pod in pods:
        if pod.get("status", {}).get("phase") != "Running":
            _say(admin, pod, {"phase": "Running", "conditions": conditions}, state, ready=True)
    return len(pods)


def end(admin: Client, namespace: str, labels: Mapping[str, str], code: int) -> int:
    """Say of every pod that its container ended with an exit code; return how many there are."""
    phase, reason = ("Failed", "Error") if code else ("Succeeded", "Completed")
    state = {"terminated": {"exitCode": code, "reason": reason, "startedAt": ago(1), "finishedAt": ago(0)}}
    pods = _pods(admin, namespace, labels)
    for pod in pods:
        _say(admin, pod, {"phase": phase}, state, ready=False)
    return len(pods)


def crash(admin: Client, namespace: str) -> int:
    """Say of every pod that its container crashes again and again; return how many there are."""
    state = {"waiting": {"reason": "CrashLoopBackOff"}}
    pods = _pods(admin, namespace, {})
    for pod in pods:
        unready = {"type": "Ready", "status": "False", "lastTransitionTime": ago(0)}
        _say(admin, pod, {"phase": "Running", "conditions": [unready]}, state, ready=False)
    return len(pods)


def beat(admin: Client, node: str) -> None:
    """Say that a node is ready, as of now."""
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is ready"}
    ready |= {"lastTransitionTime": ago(0), "lastHeartbeatTime": ago(0)}
    admin.patch("v1", "Node", node, {"status": {"conditions": [ready]}}, subresource="status")


def _pods(admin: Client, namespace: str, labels: Mapping[str, str]) -> list[Object]:
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    found = admin.list("v1", "Pod", namespace=namespace, label_selector=selector)
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def _say(admin: Client, pod: Object, status: Object, state: Object, *, ready: bool) -> None:
    container = pod["spec"]["containers"][0]
    said = {"name": container["name"], "image": container["image"], "imageID": "", "restartCount": 0}
    status = {**status, "startTime": ago(1), "containerStatuses": [{**said, "ready": ready, "state": state}]}
    metadata = pod["metadata"]
    admin.patch(
        "v1", "Pod", metadata["name"], {"status": status}, namespace=metadata["namespace"], subresource="status"
    )
