"""Syncs that wait for the Job of a hook, or that it fails."""

from datetime import datetime, timedelta

from tests.argocd.lane import life
from tests.argocd.manifests import hook
from tests.argocd.scene import ArgoScene
from tests.gitops.manifests import ONE, Json

__all__: list[str] = []

_MAX_LATE = timedelta(seconds=65)
"""The time of a sync alone waits 60 s for another write; then it is written, which takes a moment."""


@life("Scheduled Progressing Ready", writes=13, seconds=120)
def pre_sync_hook(scene: ArgoScene) -> None:
    scene.begin({**ONE, "b.yaml": hook("check", "PreSync")})
    scene.deploy()
    scene.fail_pods(app="check")
    scene.becomes("Progressing", "SyncFailed", "PreSync hook Job check")
    scene.record("pre-sync-hook-failed")
    scene.commit({"b.yaml": None})
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=9, seconds=120)
def post_sync_hook(scene: ArgoScene) -> None:
    scene.begin({**ONE, "b.yaml": hook("smoke", "PostSync")})
    scene.deploy()
    scene.fail_pods(app="smoke")
    scene.argo_says(
        lambda app: app.get("status", {}).get("operationState", {}).get("phase") == "Failed", "the hook failed"
    )
    scene.becomes_ready("PostSync hook Job smoke")


@life("Scheduled Progressing? Ready", writes=9, seconds=180)
def sync_that_takes_a_while(scene: ArgoScene) -> None:
    scene.begin({**ONE, "b.yaml": hook("check", "PreSync")})
    scene.deploy()
    scene.finish_pods(app="check")
    scene.becomes_ready()
    first = scene.argo_says(_is_over, "the first sync is over")["status"]["operationState"]["finishedAt"]
    scene.says(lambda status: _last_sync(status) == first, "it says when that was")
    before = scene.version()
    scene.sync()
    scene.argo_says(lambda app: not _is_over(app), "the next sync waits for its hook")
    assert scene.writes_since(before, 10) == 0
    scene.finish_pods(app="check")
    ended = scene.argo_says(_is_over, "the next sync is over")["status"]["operationState"]["finishedAt"]
    assert ended > first
    told = scene.says(lambda status: _last_sync(status) == ended, "it says when that was")
    late = datetime.fromisoformat(told["lastReconciled"]) - datetime.fromisoformat(ended)
    assert late <= _MAX_LATE, late
    assert scene.writes_since(before) == 1


def _is_over(app: Json) -> bool:
    """Whether the last sync is over, and no further one is asked for."""
    ended: bool = app.get("status", {}).get("operationState", {}).get("phase") == "Succeeded"
    return ended and "operation" not in app


def _last_sync(status: Json) -> object:
    return status["health"]["argocd"].get("lastSyncTime")
