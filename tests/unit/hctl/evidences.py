"""Evidence around a request, as `gather` finds it: a healthy world, and ways to break it."""

from typing import Any

import msgspec

from hctl.diagnosis.evidence import Container, Evidence, Log

from .requests import NOW, ago

__all__ = ["application", "crashing_pod", "healthy", "job", "placement", "pod", "work", "world"]

Json = dict[str, Any]

_NAMESPACE = "vcluster-media"


def healthy() -> Evidence:
    """Everything that the contract names is there, and well."""
    return Evidence(
        jobs=[job()],
        works=[work()],
        placements=[placement()],
        application=application(),
        pods=[pod("media-0"), pod("media-1"), pod("media-2")],
        controllers=({"metadata": {"name": "media"}},),
        secrets=({"metadata": {"name": "vcluster-media-kubeconfig"}},),
        sub_applications=[
            {**application("media-dns"), "spec": {"destination": {"name": "media"}}},
            {**application("elsewhere", health="Degraded"), "spec": {"destination": {"name": "other"}}},
        ],
    )


def world(**differing: object) -> Evidence:
    """A healthy world, but for what is given."""
    return msgspec.structs.replace(healthy(), **differing)


def pod(name: str, *, ready: bool = True, **status: object) -> Json:
    """A pod of the virtual cluster."""
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    container = {"name": "syncer", "ready": ready, "restartCount": 0, "state": {"running": {}}}
    return {
        "metadata": {"name": name, "namespace": _NAMESPACE},
        "status": {"phase": "Running", "conditions": conditions, "containerStatuses": [container], **status},
    }


def crashing_pod(name: str = "media-1") -> Json:
    """A pod whose container crashes again and again."""
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=syncer"}
    container = {
        "name": "syncer",
        "ready": False,
        "restartCount": 7,
        "state": {"waiting": waiting},
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
    }
    return pod(name, ready=False, containerStatuses=[container])


def crash_log(name: str = "media-1") -> Log:
    """The end of its log."""
    of = Container(_NAMESPACE, name, "syncer", previous=True)
    return Log(
        of, ("start syncer 0.30.4", "cannot reach etcd at https://media-etcd:2379: connection refused", "exit 1")
    )


def job(name: str = "media-configure-1", *, failed: str = "") -> Json:
    """A Job of the workflow."""
    kind = "Failed" if failed else "Complete"
    return {
        "metadata": {"name": name, "namespace": _NAMESPACE, "creationTimestamp": ago(7200, NOW)},
        "status": {"conditions": [{"type": kind, "status": "True", "message": failed}], "failed": 7 if failed else 0},
    }


def work(name: str = "media-work") -> Json:
    """A Work with something to write."""
    return {"metadata": {"name": name, "namespace": _NAMESPACE}, "spec": {"workloadGroups": [{"id": "a"}]}}


def placement(*, failure: str = "") -> Json:
    """The WorkPlacement of that Work."""
    condition = {"type": "WriteSucceeded", "status": "False" if failure else "True", "message": failure}
    return {
        "metadata": {"name": "media-work.a", "labels": {"kratix.io/work": "media-work"}},
        "spec": {"targetDestinationName": "platform"},
        "status": {"conditions": [condition]},
    }


def application(
    name: str = "vcluster-media", *, sync: str = "Synced", health: str = "Healthy", **status: object
) -> Json:
    """An Application of Argo CD's."""
    return {
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"destination": {"server": "https://kubernetes.default.svc"}},
        "status": {"sync": {"status": sync}, "health": {"status": health}, **status},
    }
