"""CloudNativePG: Clusters; the scene does what the kubelet and the manager of the instance would."""

import base64
from typing import Final

from localgitops.network import ADDRESS
from localoperators.operators import CloudNativePG
from tests.cluster.truth.objects import ago
from tests.gitops import kubelet
from tests.gitops.manifests import Json

from .stage import NAMESPACE, Kind, Stage, says

__all__ = ["play"]

CLUSTER: Final[Kind] = ("postgresql.cnpg.io/v1", "Cluster")
_JOB: Final[Kind] = ("batch/v1", "Job")
_POD: Final[Kind] = ("v1", "Pod")
_CLAIM: Final[Kind] = ("v1", "PersistentVolumeClaim")
_HIBERNATED: Final = {"cnpg.io/hibernation": "on"}
_DISABLED: Final = {"cnpg.io/reconciliationLoop": "disabled"}


def play(stage: Stage) -> None:
    """Record Clusters on their way, and those that go none."""
    with stage.without_operator():
        _cluster(stage, "first")
        stage.keep("cluster-just-created", CLUSTER, "first")
    stage.keep("cluster-setting-up", CLUSTER, "first", says("Ready", "False"))
    catalog = {"apiGroup": "postgresql.cnpg.io", "kind": "ImageCatalog", "name": "nobody", "major": 17}
    _cluster(stage, "uncatalogued", imageCatalogRef=catalog)
    stage.keep("cluster-image-catalog-missing", CLUSTER, "uncatalogued", says("Ready", "False"))
    with stage.without_operator():
        stage.edit(CLUSTER, "first", {"spec": {"instances": 2}})
        stage.keep("cluster-edited-right-after", CLUSTER, "first")
    _cluster(stage, "hibernated", annotations=_HIBERNATED)
    stage.keep("cluster-hibernated", CLUSTER, "hibernated", lambda found: found.get("status", {}).get("phase"))
    stage.edit(CLUSTER, "first", {"metadata": {"annotations": _DISABLED}})
    stage.keep("cluster-reconciliation-disabled", CLUSTER, "first")
    _cluster(stage, "held")
    stage.await_(CLUSTER, "held", says("Ready", "False"), "it is looked at")
    stage.keep_deleting("cluster-deletion-held", CLUSTER, "held")
    _cluster(stage, "running")
    _run(stage, "running")
    stage.keep("cluster-healthy", CLUSTER, "running", says("Ready", "True"))


def _cluster(stage: Stage, name: str, *, annotations: dict[str, str] | None = None, **spec: object) -> None:
    metadata = {"annotations": annotations} if annotations else {}
    stage.make(CLUSTER, name, {"instances": 1, "storage": {"size": "1Gi"}, **spec}, **metadata)


def _run(stage: Stage, name: str) -> None:
    """Complete the Job that makes the database, start its pod, and report as the manager in it does."""
    first, job = f"{name}-1", f"{name}-1-initdb"
    stage.await_(_JOB, job, lambda found: found.get("status", {}).get("active"), "the database is being made")
    stage.edit(_CLAIM, first, {"status": {"phase": "Bound"}}, "status")
    kubelet.end(stage.admin, NAMESPACE, {"batch.kubernetes.io/job-name": job}, 0)
    stage.await_(_POD, first, bool, "the instance is made")
    stage.edit(CLUSTER, name, {"status": {"currentPrimary": first, "currentPrimaryTimestamp": ago(0)}}, "status")
    _serve(stage, name, stage.admin.get(*CLUSTER, name, namespace=NAMESPACE)["status"])
    stage.edit(_POD, first, {"status": {"podIP": ADDRESS, "podIPs": [{"ip": ADDRESS}]}}, "status")
    kubelet.run(stage.admin, NAMESPACE, {"cnpg.io/instanceName": first, "cnpg.io/podRole": "instance"})


def _serve(stage: Stage, name: str, cluster: Json) -> None:
    assert isinstance(stage.operator, CloudNativePG)
    secret = stage.admin.get("v1", "Secret", f"{name}-server", namespace=NAMESPACE)["data"]
    report = {
        "isPrimary": True,
        "systemID": "7577777777777777777",
        "currentLsn": "0/3000148",
        "currentWAL": "000000010000000000000003",
        "timeLineID": 1,
        "executableHash": cluster["cloudNativePGOperatorHash"],
        "instanceManagerVersion": stage.operator.tool.version.removeprefix("v"),
        "instanceArch": "amd64",
        "sessionID": "1",
    }
    stage.operator.serve_instance({key: base64.b64decode(value) for key, value in secret.items()}, report)
