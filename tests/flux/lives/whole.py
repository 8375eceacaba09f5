"""What goes as it should: a request becomes pods, an edit arrives, one waits for another, and nobody looks at pods."""

from tests.flux.lane import life
from tests.flux.scene import FluxScene, web
from tests.gitops.manifests import config_map

__all__: list[str] = []


@life("Progressing Ready", writes=40, seconds=120)
def ready(scene: FluxScene) -> None:
    scene.begin(web())
    scene.deploy()
    scene.becomes("Progressing", "ObjectNotReady", condition="WebReady")
    scene.run_web()
    scene.record("first-ready")


@life("Scheduled? Progressing Ready Progressing Ready", writes=40, seconds=120)
def chain(scene: FluxScene) -> None:
    """Work, state store, Flux, Deployment, pods: nobody plays any of it but the pods."""
    scene.commit(web(), refresh=False)
    scene.ask_kratix()
    scene.run_web()
    scene.has_image("x.invalid/web:1")
    scene.suspend_platform(suspend=True)
    scene.edit(tag="2")
    scene.becomes("Progressing", "SpecChanged", "Kustomization", "generation 2")
    scene.suspend_platform(suspend=False)
    scene.has_image("x.invalid/web:2")
    scene.run_web()


@life("Progressing Ready", writes=40, seconds=120)
def depends_on(scene: FluxScene) -> None:
    scene.begin(web())
    scene.repository.commit({"base/a.yaml": config_map("a")})
    scene.deploy(dependsOn=[{"name": "base"}])
    scene.becomes("Progressing", "ObjectNotReady", "base")
    scene.record("dependency-missing")
    scene.deploy_beside("base", "base")
    scene.run_web()


@life("Progressing Ready", writes=40, seconds=120)
def without_wait(scene: FluxScene) -> None:
    scene.begin(web())
    scene.deploy(wait=False)
    scene.is_applied()
    scene.becomes("Progressing", "ObjectNotReady", "Deployment")
    scene.roll_out("Deployment", "web")
    scene.becomes("Ready", "ObjectsReady", "nothing looks at the health", condition="KustomizationReady")
