"""What surrounds a request, as a cluster holds it: a healthy world, and ways to break it."""

from collections.abc import Sequence
from typing import Any, Final

from hctl.diagnosis.evidence import Container, Evidence, Log
from hctl.dump.case import LEASES, Case, Unread
from hctl.explain.derive import explain
from hctl.reading.freshness import LeaseReading
from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import Reason

from .requests import LEASE, NOW, RESOURCE, ago

__all__ = [
    "Json",
    "World",
    "application",
    "crashing_pod",
    "evidence",
    "healthy",
    "job",
    "killed_pod",
    "placement",
    "pod",
    "work",
]

Json = dict[str, Any]

NAMESPACE: Final = "vcluster-media"
_LONG_AGO: Final = 7200


class World:
    """Objects by what they are; a test replaces what it breaks.

    Args:
        hidden: Kinds that the reader may not see, by their plural.
        jobs: Jobs of the workflow.
        job_log: End of the log of the container that failed.
        pod_log: End of the log of the sickest pod.
        objects: Name of a kind -> its objects.
    """

    def __init__(
        self,
        *,
        hidden: Sequence[str] = (),
        jobs: Sequence[Json] | None = None,
        job_log: Log | None = None,
        pod_log: Log | None = None,
        **objects: Sequence[Json],
    ) -> None:
        well: dict[str, Sequence[Json]] = {
            "works": [work()],
            "placements": [placement()],
            "application": [application()],
            "pods": [pod("media-0"), pod("media-1"), pod("media-2")],
            "controllers": [controller()],
            "secrets": [secret()],
            "sub_applications": [
                application("media-dns", destination={"name": "media"}),
                application("elsewhere", destination={"name": "other"}, health="Degraded"),
            ],
        }
        assert objects.keys() <= well.keys(), objects
        self.objects = tuple(found for part in (well | objects).values() for found in part)
        self.hidden = tuple(hidden)
        self.jobs = tuple([job()] if jobs is None else jobs)
        self.job_log, self.pod_log = job_log, pod_log


def healthy() -> World:
    """Everything that the contract names is there, and well."""
    return World()


def evidence(found: Json, world: World, lease: LeaseReading) -> Evidence:
    """Collect a world, as `collect` does, and let the rules judge it."""
    # As `collect` reads them: these one by one, all else as lists.
    names = {"secrets": "vcluster-media-kubeconfig", "statefulsets": "media"}
    said = "you have no permission to read it"
    unread = [Unread(source, NAMESPACE, names.get(source, ""), Reason.FORBIDDEN, said) for source in world.hidden]
    objects = world.objects
    if lease.unreadable:
        unread.append(Unread(LEASES, NAMESPACE, "", Reason.FORBIDDEN, lease.unreadable))
    elif not lease.missing:
        namespace, _, name = LEASE.partition("/")
        metadata = {"namespace": namespace, "name": name, "resourceVersion": lease.version}
        spec = {"renewTime": format_time(lease.renewed) if lease.renewed else None}
        objects += ({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec},)
    case = Case(NOW, RESOURCE, found, objects, tuple(unread))
    return Evidence(explain(case), case, world.jobs, job_log=world.job_log, pod_log=world.pod_log)


def _object(version: str, kind: str, name: str, *, namespace: str = NAMESPACE, **rest: Any) -> Json:  # noqa: ANN401 - JSON
    metadata = {
        "name": name,
        "namespace": namespace,
        "resourceVersion": "7",
        "creationTimestamp": ago(_LONG_AGO, NOW),
        **rest.pop("metadata", {}),
    }
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def pod(name: str, *, ready: bool = True, metadata: Json | None = None, **status: object) -> Json:
    """A pod of the virtual cluster."""
    condition = {"type": "Ready", "status": "True" if ready else "False", "lastTransitionTime": ago(7000, NOW)}
    container = {"name": "syncer", "ready": ready, "restartCount": 0, "state": {"running": {}}}
    said = {"phase": "Running", "conditions": [condition], "containerStatuses": [container], **status}
    return _object("v1", "Pod", name, metadata={"labels": {"release": "media"}, **(metadata or {})}, status=said)


def crashing_pod(name: str = "media-1") -> Json:
    """A pod whose container crashes again and again."""
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=syncer"}
    container = {
        "name": "syncer",
        "ready": False,
        "restartCount": 7,
        "state": {"waiting": waiting},
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": ago(60, NOW)}},
    }
    return pod(name, ready=False, containerStatuses=[container])


def killed_pod(limit: str) -> Json:
    """A pod whose container is killed for its memory again and again."""
    found = crashing_pod()
    found["status"]["containerStatuses"][0]["lastState"]["terminated"] |= {"exitCode": 137, "reason": "OOMKilled"}
    resources = {"limits": {"memory": limit}} if limit else {}
    return {**found, "spec": {"containers": [{"name": "syncer", "resources": resources}]}}


def restarted_pod(seconds: int, name: str = "media-1") -> Json:
    """A pod that is ready again since its container ended badly so many seconds ago."""
    container = {
        "name": "syncer",
        "ready": True,
        "restartCount": 1,
        "state": {"running": {"startedAt": ago(seconds - 1, NOW)}},
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": ago(seconds, NOW)}},
    }
    condition = {"type": "Ready", "status": "True", "lastTransitionTime": ago(seconds - 2, NOW)}
    return pod(name, containerStatuses=[container], conditions=[condition])


def crash_log(name: str = "media-1") -> Log:
    """The end of its log."""
    of = Container(NAMESPACE, name, "syncer", previous=True)
    return Log(
        of, ("start syncer 0.30.4", "cannot reach etcd at https://media-etcd:2379: connection refused", "exit 1")
    )


def job(name: str = "media-configure-1", *, failed: str = "") -> Json:
    """A Job of the workflow."""
    kind = "Failed" if failed else "Complete"
    status = {"conditions": [{"type": kind, "status": "True", "message": failed}], "failed": 7 if failed else 0}
    return _object("batch/v1", "Job", name, status=status)


def work(name: str = "media-work") -> Json:
    """A Work with something to write."""
    labels = {"kratix.io/resource-name": "media", "kratix.io/promise-name": "vcluster-orchestrator-v2"}
    spec = {"workloadGroups": [{"id": "a"}]}
    return _object("platform.kratix.io/v1alpha1", "Work", name, metadata={"labels": labels}, spec=spec)


def placement(*, failure: str = "") -> Json:
    """The WorkPlacement of that Work."""
    condition = {"type": "WriteSucceeded", "status": "False" if failure else "True", "message": failure}
    return _object(
        "platform.kratix.io/v1alpha1",
        "WorkPlacement",
        "media-work.a",
        metadata={"labels": {"kratix.io/work": "media-work"}},
        spec={"targetDestinationName": "platform", "id": "a"},
        status={"conditions": [condition]},
    )


def application(
    name: str = "vcluster-media",
    *,
    sync: str = "Synced",
    health: str | Json = "Healthy",
    destination: Json | None = None,
    created: int = _LONG_AGO,
    **status: object,
) -> Json:
    """An Application of Argo CD's."""
    source = {"repoURL": "https://charts.example.org", "chart": "vcluster", "targetRevision": "0.30.4"}
    target = destination or {"server": "https://kubernetes.default.svc"}
    said: Json = {"sync": {"status": sync, "comparedTo": {"source": source, "destination": target}}}
    said["resources"] = [{"kind": "StatefulSet", "name": "media", "status": "Synced", "health": {"status": "Healthy"}}]
    return _object(
        "argoproj.io/v1alpha1",
        "Application",
        name,
        namespace="argocd",
        metadata={"creationTimestamp": ago(created, NOW)},
        spec={"destination": target, "source": source},
        status={**said, "health": {"status": health} if isinstance(health, str) else health, **status},
    )


def controller(*, paused: bool = False) -> Json:
    """The StatefulSet that the contract names."""
    annotations = {"loft.sh/paused": "true"} if paused else {}
    return _object("apps/v1", "StatefulSet", "media", metadata={"annotations": annotations})


def secret(name: str = "vcluster-media-kubeconfig") -> Json:
    """The metadata of a Secret."""
    return _object("v1", "Secret", name)
