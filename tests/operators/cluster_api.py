"""Cluster API: Clusters; the scene writes what providers of infrastructure and of control planes would."""

import base64
from typing import Final

from tests.cluster.truth.objects import ago
from tests.gitops.manifests import Json

from .stage import NAMESPACE, Kind, Stage, says

__all__ = ["play"]

CLUSTER: Final[Kind] = ("cluster.x-k8s.io/v1beta2", "Cluster")
INFRASTRUCTURE: Final[Kind] = ("infrastructure.cluster.x-k8s.io/v1beta1", "MediaCluster")
CONTROL_PLANE: Final[Kind] = ("controlplane.cluster.x-k8s.io/v1beta1", "MediaControlPlane")
MACHINES: Final[Kind] = ("cluster.x-k8s.io/v1beta2", "MachineDeployment")


def play(stage: Stage) -> None:
    """Record Clusters, then a MachineDeployment."""
    for kind in (INFRASTRUCTURE, CONTROL_PLANE):
        _install(stage, kind)
    with stage.without_operator():
        _cluster(stage, "first")
        stage.keep("cluster-just-created", CLUSTER, "first")
    stage.keep("cluster-infrastructure-missing", CLUSTER, "first", says("Available", "False"))
    _provide(stage, "first")
    stage.keep("cluster-control-plane-waits", CLUSTER, "first", says("InfrastructureReady", "True"))
    _control(stage, "first", available="False")
    stage.keep("cluster-control-plane-unavailable", CLUSTER, "first", says("RemoteConnectionProbe", "True"))
    _ready(stage, "first")
    stage.keep("cluster-available", CLUSTER, "first")
    with stage.without_operator():
        stage.edit(CLUSTER, "first", {"spec": {"availabilityGates": [{"conditionType": "Backup"}]}})
        stage.keep("cluster-edited-right-after", CLUSTER, "first")
    stage.keep("cluster-available-gate-missing", CLUSTER, "first", says("Available", "Unknown"))
    _paused(stage)


def _paused(stage: Stage) -> None:
    _cluster(stage, "paused", paused=True)
    stage.keep("cluster-paused-from-start", CLUSTER, "paused", says("Paused", "True"))
    _cluster(stage, "second")
    _provide(stage, "second")
    _ready(stage, "second")
    _machines(stage, "second")
    stage.keep("machinedeployment-available", MACHINES, "second", says("Available", "True"))
    stage.edit(CLUSTER, "second", {"spec": {"paused": True}})
    stage.keep("cluster-paused-while-available", CLUSTER, "second", says("Paused", "True"))
    stage.keep("machinedeployment-of-paused-cluster", MACHINES, "second", says("Paused", "True"))
    stage.edit(CLUSTER, "second", {"spec": {"paused": False}})
    stage.await_(CLUSTER, "second", says("Paused", "False"), "it is resumed")
    stage.keep_deleting("cluster-deletion-held", CLUSTER, "second", says("Deleting", "True"))


def _install(stage: Stage, kind: Kind) -> None:
    """Install a kind as a provider's CRD declares it: which version of the contract it keeps is a label."""
    api_version, called = kind
    group, _, version = api_version.partition("/")
    plural = f"{called.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    labels = {"cluster.x-k8s.io/v1beta2": version}
    spec = {
        "group": group,
        "scope": "Namespaced",
        "names": {"kind": called, "plural": plural},
        "versions": [{**served, "subresources": {"status": {}}}],
    }
    crd: Kind = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    name = f"{plural}.{group}"
    stage.admin.create(
        {"apiVersion": crd[0], "kind": crd[1], "metadata": {"name": name, "labels": labels}, "spec": spec}
    )
    stage.admin.wait_for(*crd, name, says("Established", "True"), timeout=30)


def _cluster(stage: Stage, name: str, **spec: object) -> None:
    stage.make(
        CLUSTER,
        name,
        {"infrastructureRef": _named(INFRASTRUCTURE, name), **spec} | {"controlPlaneRef": _named(CONTROL_PLANE, name)},
    )


def _named(kind: Kind, name: str) -> Json:
    return {"apiGroup": kind[0].partition("/")[0], "kind": kind[1], "name": name}


def _provide(stage: Stage, name: str) -> None:
    """Do what a provider of infrastructure does."""
    stage.make(INFRASTRUCTURE, name, {"controlPlaneEndpoint": {"host": "127.0.0.1", "port": 6443}})
    stage.say(INFRASTRUCTURE, name, _told("Ready", "True"), initialization={"provisioned": True})


def _control(stage: Stage, name: str, *, available: str) -> None:
    """Do what a provider of control planes does; the cluster that it makes is the one that all this runs in."""
    if stage.admin.find(*CONTROL_PLANE, name, namespace=NAMESPACE) is None:
        stage.make(CONTROL_PLANE, name, {})
        kubeconfig = base64.b64encode(stage.operator.kubeconfig.read_bytes()).decode()
        labels = {"cluster.x-k8s.io/cluster-name": name}
        metadata = {"name": f"{name}-kubeconfig", "namespace": NAMESPACE, "labels": labels}
        secret = {"metadata": metadata, "type": "cluster.x-k8s.io/secret", "data": {"value": kubeconfig}}
        stage.admin.create({"apiVersion": "v1", "kind": "Secret", **secret})
    stage.say(CONTROL_PLANE, name, _told("Available", available), initialization={"controlPlaneInitialized": True})


def _ready(stage: Stage, name: str) -> None:
    _control(stage, name, available="True")
    stage.await_(CLUSTER, name, says("Available", "True"), "it is available")


def _machines(stage: Stage, cluster: str) -> None:
    """Make a MachineDeployment of no machine: machines are made by providers."""
    labels = {"pool": cluster}
    bootstrap = {"dataSecretName": "none"}
    machine = {"clusterName": cluster, "bootstrap": bootstrap, "infrastructureRef": _named(INFRASTRUCTURE, cluster)}
    template = {"metadata": {"labels": labels}, "spec": machine}
    # what its webhook would fill in
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    spec = {"clusterName": cluster, "replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    stage.make(MACHINES, cluster, {**spec, "rollout": {"strategy": rolling}})


def _told(kind: str, status: str) -> Json:
    return {"type": kind, "status": status, "reason": kind, "message": "", "lastTransitionTime": ago(0)}
