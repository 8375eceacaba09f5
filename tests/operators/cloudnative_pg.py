"""CloudNativePG: Clusters whose first instance waits for a node; one that runs would need its image."""

from typing import Final

from .stage import Kind, Stage, says

__all__ = ["play"]

CLUSTER: Final[Kind] = ("postgresql.cnpg.io/v1", "Cluster")
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


def _cluster(stage: Stage, name: str, *, annotations: dict[str, str] | None = None, **spec: object) -> None:
    metadata = {"annotations": annotations} if annotations else {}
    stage.make(CLUSTER, name, {"instances": 1, "storage": {"size": "1Gi"}, **spec}, **metadata)
