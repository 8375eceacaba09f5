"""A request from its making to its end, as another golden path that observes it finds it."""

from tests.flux.lane import life
from tests.flux.scene import FluxScene, web
from tests.gitops.manifests import Json

__all__: list[str] = []


@life("Scheduled? Progressing Ready Degraded Ready Degraded Ready Progressing Deleting?", writes=60, seconds=120)
def request(scene: FluxScene) -> None:
    scene.commit(web(), refresh=False)
    _record(scene, "just-created", scene.ask_kratix())
    _record(scene, "on-its-way", scene.becomes("Progressing", "ObjectNotReady", condition="WebReady"))
    scene.run_web()
    _record(scene, "ready", scene.becomes_ready())
    scene.change({"suspend": True})
    _record(scene, "paused", scene.becomes("Degraded", "Paused"))
    scene.change({"suspend": False})
    scene.becomes_ready()
    scene.repository.hide()
    scene.refresh()
    _record(scene, "degraded", scene.becomes("Degraded", "ObjectFailed", "GitRepository"))
    scene.repository.show()
    scene.refresh()
    scene.becomes_ready()
    scene.edit(tag="2")
    edited = scene.becomes("Progressing", "SpecChanged")
    _record(scene, "edited", edited)
    scene.leave()
    _record(scene, "deleting", scene.after(edited, lambda found: "deletionTimestamp" in found["metadata"], "it goes"))
    scene.is_over()


@life("Scheduled? Failed", writes=10, seconds=60)
def workflow_failed(scene: FluxScene) -> None:
    scene.settle(None, {"repository": scene.repository.url}, workflow="failed")
    _record(scene, "failed", scene.becomes("Failed", "WorkflowFailed"))


def _record(scene: FluxScene, situation: str, found: Json) -> None:
    scene.keep(f"objects/requests/{situation}", found, writer="The sidecar, and the double of Kratix,")
