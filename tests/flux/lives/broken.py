"""What Flux cannot build, apply or read, and pods that do not come."""

from tests.flux.lane import life
from tests.flux.scene import SOURCE, FluxScene, web
from tests.gitops.manifests import BAD, config_map, deployment

__all__: list[str] = []


@life("Progressing Ready", writes=40, seconds=120)
def broken_build(scene: FluxScene) -> None:
    scene.begin({**web(), "a.yaml": BAD})
    scene.deploy()
    scene.becomes("Progressing", "ObjectFailed", "Kustomization")
    scene.record("build-failed-bad-yaml")
    scene.commit({"a.yaml": config_map("a")})
    scene.run_web()


@life("Progressing Ready Degraded Ready", writes=40, seconds=120)
def source_gone(scene: FluxScene) -> None:
    scene.come_up()
    scene.repository.hide()
    scene.refresh()
    scene.becomes("Degraded", "ObjectFailed", "GitRepository")
    scene.record("source-repository-gone")
    scene.repository.show()
    scene.refresh()
    scene.becomes_ready()


@life("Progressing Ready Degraded", writes=40, seconds=120)
def source_deleted(scene: FluxScene) -> None:
    scene.come_up()
    scene.delete(SOURCE)
    scene.becomes("Degraded", "ObjectMissing", "GitRepository")
    scene.reconcile()
    scene.becomes("Degraded", "ObjectNotReady", "not found", condition="KustomizationReady")


@life("Progressing Ready", writes=40, seconds=120)
def apply_failed(scene: FluxScene) -> None:
    scene.begin({"web.yaml": deployment("web", replicas="two")})
    scene.deploy()
    scene.becomes("Progressing", "ObjectFailed", "Kustomization")
    scene.record("apply-failed-invalid-field")
    scene.commit(web())
    scene.run_web()


@life("Progressing Ready", writes=40, seconds=120)
def health_check_failed(scene: FluxScene) -> None:
    scene.begin(web())
    scene.deploy(timeout="3s")
    scene.becomes("Progressing", "ObjectFailed", "Kustomization")
    scene.record("never-ready-health-check-failed")
    scene.run_web()


@life("Progressing Ready Degraded Ready", writes=40, seconds=120)
def pods_break(scene: FluxScene) -> None:
    scene.come_up()
    scene.fail_pods()
    scene.becomes("Degraded", "ObjectNotReady", "Deployment")
    scene.run_web()
