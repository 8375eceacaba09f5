"""Crossplane: managed resources of provider-kubernetes, whose external resources are ConfigMaps of the same cluster."""

from typing import Final

from .stage import NAMESPACE, Kind, Stage, says

__all__ = ["play"]

_VERSION: Final = "kubernetes.m.crossplane.io/v1alpha1"
OBJECT: Final[Kind] = (_VERSION, "Object")
_PAUSED: Final = {"crossplane.io/paused": "true"}


def play(stage: Stage) -> None:
    """Record Objects as each of them gets there."""
    credentials = {"source": "Filesystem", "fs": {"path": str(stage.operator.kubeconfig)}}
    stage.make((_VERSION, "ProviderConfig"), "here", {"credentials": credentials})
    with stage.without_operator():
        _object(stage, "just-created")
        stage.keep("object-just-created", OBJECT, "just-created")
    stage.keep("object-creating", OBJECT, "just-created", says("Ready", "False", "Creating"))
    stage.keep("object-ready", OBJECT, "just-created", says("Ready", "True"))
    _object(stage, "waiting", state="starting")
    stage.keep("object-unavailable", OBJECT, "waiting", says("Ready", "False", "Unavailable"))
    _failing(stage)
    _paused(stage)
    _ready(stage, "edited")
    with stage.without_operator():
        stage.edit(OBJECT, "edited", _stating("other"))
        stage.keep("object-edited-right-after", OBJECT, "edited")
    _deleting(stage)


def _failing(stage: Stage) -> None:
    _object(stage, "unconfigured", config="nobody")
    stage.keep("object-provider-config-missing", OBJECT, "unconfigured", says("Synced", "False"))
    _object(stage, "refused", data={"state": 5})
    stage.keep("object-create-failed", OBJECT, "refused", says("Synced", "False"))
    _ready(stage, "broken")
    stage.edit(OBJECT, "broken", _stating(5))
    stage.keep("object-ready-update-failed", OBJECT, "broken", says("Synced", "False"))


def _paused(stage: Stage) -> None:
    _object(stage, "paused", annotations=_PAUSED)
    stage.keep("object-paused-from-start", OBJECT, "paused", says("Synced", "False", "ReconcilePaused"))
    _ready(stage, "ready-paused")
    stage.edit(OBJECT, "ready-paused", {"metadata": {"annotations": _PAUSED}})
    stage.keep("object-paused-while-ready", OBJECT, "ready-paused", says("Synced", "False", "ReconcilePaused"))
    with stage.without_operator():
        stage.edit(OBJECT, "ready-paused", {"metadata": {"annotations": {"crossplane.io/paused": None}}})
        stage.keep("object-resumed-right-after", OBJECT, "ready-paused")
    stage.keep("object-resumed", OBJECT, "ready-paused", says("Synced", "True"))
    _ready(stage, "left-alone")
    stage.edit(OBJECT, "left-alone", {"spec": {"managementPolicies": []}})
    stage.keep("object-paused-by-policy", OBJECT, "left-alone", says("Synced", "False", "ReconcilePaused"))


def _deleting(stage: Stage) -> None:
    """With a finalizer of others nothing is done yet; with its own alone it waits for the external resource."""
    for name in ("held", "waiting-for-external"):
        _ready(stage, name)
    stage.keep_deleting("object-deletion-held", OBJECT, "held")
    stage.edit(("v1", "ConfigMap"), "waiting-for-external", {"metadata": {"finalizers": ["example.org/hold"]}})
    stage.admin.delete(*OBJECT, "waiting-for-external", namespace=NAMESPACE)
    stage.keep("object-deleting", OBJECT, "waiting-for-external", says("Ready", "False", "Deleting"))


def _object(
    stage: Stage,
    name: str,
    *,
    state: str = "running",
    config: str = "here",
    data: object = None,
    **metadata: object,
) -> None:
    """Make an Object for a ConfigMap; it is ready once its state is running."""
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": NAMESPACE}}
    spec = {
        "forProvider": {"manifest": {**manifest, "data": data or {"state": state}}},
        "providerConfigRef": {"kind": "ProviderConfig", "name": config},
        "readiness": {"policy": "DeriveFromCelQuery", "celQuery": "object.data.state != 'starting'"},
    }
    stage.make(OBJECT, name, spec, **metadata)


def _ready(stage: Stage, name: str) -> None:
    _object(stage, name)
    stage.await_(OBJECT, name, says("Ready", "True"), "it is ready")


def _stating(state: object) -> dict[str, object]:
    return {"spec": {"forProvider": {"manifest": {"data": {"state": state}}}}}
