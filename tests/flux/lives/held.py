"""What somebody holds or takes away: suspended, pruned, deleted, and held by a finalizer."""

from tests.flux.lane import life
from tests.flux.scene import FluxScene, web
from tests.gitops.manifests import BAD, config_map

__all__: list[str] = []


@life("Progressing Ready Degraded Ready", writes=40, seconds=120)
def suspended(scene: FluxScene) -> None:
    scene.come_up()
    scene.change({"suspend": True})
    scene.becomes("Degraded", "Paused", "Kustomization")
    scene.record("suspended-while-ready")
    scene.commit({"a.yaml": BAD})
    scene.change({"suspend": False})
    scene.becomes("Degraded", "ObjectFailed", "Kustomization")
    scene.commit({"a.yaml": config_map("a")})
    scene.becomes_ready()


@life("Progressing Ready Degraded Ready", writes=40, seconds=120)
def pruned(scene: FluxScene) -> None:
    scene.come_up({**web(), "a.yaml": config_map("a")})
    scene.commit({"web.yaml": None})
    scene.becomes("Degraded", "ObjectMissing", "Deployment")
    scene.commit(web())
    scene.run_web()


@life("Progressing Ready Degraded", writes=40, seconds=150)
def held_by_a_finalizer(scene: FluxScene) -> None:
    thresholds = {"progressDeadlineSeconds": 40, "degradedAfterSeconds": 1}
    scene.begin({**web(), "a.yaml": config_map("a", finalizers=["example.org/hold"])}, thresholds=thresholds)
    scene.deploy(deletionPolicy="WaitForTermination", timeout="60s")
    scene.run_web()
    scene.delete()
    scene.becomes("Degraded", "BeingDeleted", "Kustomization")
    scene.record("deletion-waiting-for-held-object")
    scene.becomes("Degraded", "BeingDeleted", "held by finalizers")
    scene.admin.patch("v1", "ConfigMap", "a", {"metadata": {"finalizers": None}}, namespace=scene.name)
    scene.is_gone()
    scene.becomes("Degraded", "ObjectMissing", "Kustomization")
