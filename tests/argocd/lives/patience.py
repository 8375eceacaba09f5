"""What takes minutes: retries as Argo CD does them by default, rest, and an Argo CD that says nothing any more."""

from datetime import datetime, timedelta

from localargocd.configuration import CONTROLLER
from tests.argocd.lane import SILENT_AFTER, life
from tests.argocd.manifests import source
from tests.argocd.scene import ArgoScene
from tests.gitops.manifests import ONE, Json, deployment

__all__: list[str] = []

_REST = 240
_MIN_WATCHED = timedelta(minutes=5)


@life("Scheduled Progressing Degraded Failed Degraded? Ready", writes=14, seconds=480, long=True)
def retried_by_default(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web", replicas="two")}, thresholds={"progressDeadlineSeconds": 60})
    scene.deploy(syncPolicy={"automated": {}})
    scene.becomes("Progressing", "SyncFailed", "Deployment web", "cannot unmarshal string")
    first = scene.version()
    scene.becomes("Degraded", "ProgressDeadlineExceeded", "cannot unmarshal string")
    ended = scene.argo_says(lambda app: app["status"]["operationState"]["phase"] == "Failed", "the last try failed")
    operation = ended["status"]["operationState"]
    took = datetime.fromisoformat(operation["finishedAt"]) - datetime.fromisoformat(operation["startedAt"])
    assert operation["retryCount"] == 5
    assert took > timedelta(seconds=300), took
    scene.becomes("Failed", "SyncFailed", "Deployment web", "cannot unmarshal string")
    # that it fails, that the deadline is over, and that it has failed
    assert 1 + scene.writes_since(first) <= 3
    scene.commit(ONE)
    scene.becomes_ready()
    scene.leave()


@life("Scheduled Progressing Ready", writes=18, seconds=420, long=True)
def at_rest(scene: ArgoScene) -> None:
    destination = {"names": [scene.name], "server": scene.register("127.0.0.1")}
    scene.repository.commit({"more/b.yaml": deployment("db")})
    scene.begin(
        {"a.yaml": deployment("web")},
        workloads={"namespace": scene.name, "controllers": [{"kind": "Deployment", "name": "web"}]},
        subApplications={"namespace": "argocd", "destination": destination, "minimum": 1},
    )
    scene.deploy()
    scene.deploy("inner-db", source=source(scene.repository.url, "more"), destination=_by_name(scene))
    scene.run_pods(2)
    scene.becomes_ready()
    _rests(scene)


@life("Scheduled Progressing Degraded Failed", writes=12, seconds=420, long=True)
def at_rest_failed(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web", replicas="two")}, thresholds={"progressDeadlineSeconds": 5})
    scene.deploy()
    scene.becomes("Failed", "SyncFailed", "cannot unmarshal string")
    _rests(scene)


@life("Scheduled Progressing? Ready Unknown Ready", writes=14, seconds=720, alone=True, long=True)
def silent(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.deploy()
    scene.becomes_ready()
    lease = scene.admin.get("coordination.k8s.io/v1", "Lease", "argocd", namespace="requests")
    watched = datetime.fromisoformat(lease["spec"]["acquireTime"]).replace(microsecond=0)
    scene.engine.stop_controller(CONTROLLER)
    last = _looked(scene)
    scene.becomes("Unknown", "SourceUnreadable", "Argo CD shows no sign of life")
    for condition in ("ArgoSynced", "ArgoHealthy"):
        scene.becomes("Unknown", "ArgoCDSilent", "may be out of date", condition=condition)
        assert scene.said_at(condition) >= max(last + timedelta(seconds=SILENT_AFTER), watched + _MIN_WATCHED)
    assert _looked(scene) == last
    scene.engine.start_controller(CONTROLLER)
    scene.becomes_ready()
    scene.argo_says(lambda app: _looked_at(app) > last, "it looks again")


def _rests(scene: ArgoScene) -> None:
    """Nothing is written, while Argo CD goes on looking and writing."""
    looked = _looked(scene)
    assert scene.writes_since(scene.version(), _REST) == 0
    assert _looked(scene) - looked > timedelta(seconds=_REST / 2)
    scene.leave()


def _looked(scene: ArgoScene) -> datetime:
    return _looked_at(scene.application())


def _looked_at(app: Json) -> datetime:
    return datetime.fromisoformat(app["status"]["reconciledAt"])


def _by_name(scene: ArgoScene) -> Json:
    return {"name": scene.name, "namespace": scene.name}
