"""What becomes of a sync: it succeeds, it fails and says why, it is tried again."""

from localargocd import configuration
from tests.argocd.lane import life
from tests.argocd.manifests import source
from tests.argocd.scene import ArgoScene
from tests.gitops.manifests import BOTH, ONE, config_map, deployment

__all__: list[str] = []


@life("Scheduled Progressing Ready", writes=10, seconds=120)
def first_sync(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web")})
    scene.deploy()
    scene.becomes("Progressing", "ApplicationProgressing", "is progressing")
    scene.run_pods()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=12, seconds=120)
def out_of_sync(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.deploy(syncPolicy=None)
    scene.sync()
    scene.becomes_ready()
    scene.commit(BOTH)
    scene.becomes("Degraded", "OutOfSync", "is out of sync")
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=13, seconds=120)
def synced_by_itself(scene: ArgoScene) -> None:
    scene.begin(ONE, thresholds={"degradedAfterSeconds": 60})
    scene.deploy()
    scene.becomes_ready()
    scene.commit(BOTH)
    scene.argo_says(lambda app: len(app["status"].get("resources", [])) == 2, "both are there")
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=12, seconds=120)
def self_heal(scene: ArgoScene) -> None:
    scene.begin(BOTH, thresholds={"degradedAfterSeconds": 60})
    scene.deploy(syncPolicy={"automated": {"selfHeal": True}})
    scene.becomes_ready()
    first = scene.admin.get("v1", "ConfigMap", "a", namespace=scene.name)["metadata"]["uid"]
    scene.admin.delete("v1", "ConfigMap", "a", namespace=scene.name)
    scene.comes_back("ConfigMap", "a", first)
    scene.becomes_ready()


@life("Scheduled Progressing Ready Progressing Ready", writes=15, seconds=120)
def edited(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.repository.commit({"more/b.yaml": config_map("b")})
    # Synced by itself it could be Ready before the first look at it is written.
    scene.deploy(syncPolicy=None)
    scene.becomes("Progressing", "OutOfSync", "is out of sync")
    scene.change({"spec": {"syncPolicy": {"automated": {"prune": True}}}})
    scene.becomes_ready()
    scene.edit()
    scene.becomes("Progressing", "SpecChanged", "Application argocd/edited is still that of generation 1")
    scene.change({"metadata": scene.written_for(2), "spec": {"source": source(scene.repository.url, "more")}})
    scene.becomes("Progressing", "SpecChanged", "generation 2 is being rolled out")
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=15, seconds=120)
def bad_field(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web", replicas="two")})
    scene.deploy(syncPolicy={"automated": {}, "retry": {"limit": 1, "backoff": {"duration": "5s"}}})
    scene.becomes("Progressing", "SyncFailed", "Deployment web", "cannot unmarshal string")
    scene.argo_says(lambda app: app["status"]["operationState"]["phase"] == "Failed", "the second try failed")
    scene.commit(ONE)
    scene.becomes_ready()


@life("Scheduled Progressing", writes=9, seconds=120)
def retried_five_times(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web", replicas="two")})
    retry = {"limit": 5, "backoff": {"duration": "1s", "factor": 2}}
    scene.deploy(syncPolicy={"automated": {}, "retry": retry})
    scene.becomes("Progressing", "SyncFailed", "Deployment web", "cannot unmarshal string")
    first = scene.version()
    ended = scene.argo_says(lambda app: app["status"]["operationState"]["phase"] == "Failed", "the last try failed")
    assert ended["status"]["operationState"]["retryCount"] == 5
    # Argo CD wrote a dozen times: counters, times, and a reason that it forgets and finds again. We say that the sync
    # fails, and at its end when that was and what the Application's own conditions add.
    assert 1 + scene.writes_since(first) <= 3


@life("Scheduled Progressing Ready", writes=12, seconds=120)
def denied_by_project(scene: ArgoScene) -> None:
    narrow = {"namespaceResourceBlacklist": [{"group": "", "kind": "ConfigMap"}]}
    scene.admin.create(configuration.project(scene.name, **narrow))
    scene.begin(ONE)
    scene.deploy(project=scene.name)
    scene.becomes("Progressing", "SyncFailed", "ConfigMap a", "is not permitted in project")
    scene.record("denied-by-project")
    scene.change({"spec": {"project": "default"}})
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing Degraded Failed", writes=9, seconds=180)
def retried_without_end(scene: ArgoScene) -> None:
    patience = {"progressDeadlineSeconds": 5, "failedAfterSeconds": 30}
    scene.begin({"a.yaml": deployment("web", replicas="two")}, thresholds=patience)
    often = {"limit": -1, "backoff": {"duration": "2s", "maxDuration": "4s"}}
    scene.deploy(syncPolicy={"automated": {}, "retry": often})
    scene.becomes("Degraded", "ProgressDeadlineExceeded", "cannot unmarshal string")
    scene.becomes("Failed", "SyncFailed", "Deployment web", "cannot unmarshal string")
    scene.argo_says(lambda app: app["status"]["operationState"]["phase"] == "Running", "it is still tried")


@life("Scheduled Progressing Degraded Failed Degraded? Ready", writes=15, seconds=180)
def no_namespace(scene: ArgoScene) -> None:
    scene.commit(ONE, refresh=False)
    scene.ask(thresholds={"progressDeadlineSeconds": 5})
    scene.deploy()
    scene.becomes("Degraded", "ProgressDeadlineExceeded", 'namespaces "no-namespace" not found')
    scene.becomes("Failed", "SyncFailed", 'namespaces "no-namespace" not found')
    scene.record("no-namespace")
    scene.make_namespace()
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing Degraded Failed", writes=20, seconds=180)
def failed_twice(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web", replicas="two")}, thresholds={"progressDeadlineSeconds": 5})
    scene.deploy()
    scene.becomes("Failed", "SyncFailed", "cannot unmarshal string")
    first = scene.application()["status"]["operationState"]["startedAt"]
    scene.commit({"a.yaml": deployment("web", replicas="three")})
    scene.argo_says(
        lambda app: app["status"].get("operationState", {}).get("startedAt", first) != first, "the next try"
    )
    scene.becomes("Failed", "SyncFailed", "cannot unmarshal string")
