"""The lives (next design, section 6): what Argo CD really does, and what the status says meanwhile."""

from localargocd import configuration

from .lane import life
from .manifests import HERE, Json, config_map, cron_job, deployment, hook, source
from .scene import Scene

__all__: list[str] = []

ONE = {"a.yaml": config_map("a")}
BOTH = {**ONE, "b.yaml": config_map("b")}
CASCADE = "resources-finalizer.argocd.argoproj.io"
BAD = config_map("a") + "  more: ["


@life("Scheduled Progressing Ready", writes=10, seconds=60)
def first_sync(scene: Scene) -> None:
    scene.begin({"a.yaml": deployment("web")})
    scene.deploy()
    scene.becomes("Progressing", "ApplicationProgressing", "is progressing")
    scene.run_pods()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=12, seconds=60)
def out_of_sync(scene: Scene) -> None:
    scene.begin(ONE)
    scene.deploy(syncPolicy=None)
    scene.sync()
    scene.becomes_ready()
    scene.commit(BOTH)
    scene.becomes("Degraded", "OutOfSync", "is out of sync")
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=13, seconds=60)
def synced_by_itself(scene: Scene) -> None:
    scene.begin(ONE, thresholds={"degradedAfterSeconds": 60})
    scene.deploy()
    scene.becomes_ready()
    scene.commit(BOTH)
    scene.argo_says(lambda app: len(app["status"].get("resources", [])) == 2, "both are there")
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=12, seconds=60)
def self_heal(scene: Scene) -> None:
    scene.begin(BOTH, thresholds={"degradedAfterSeconds": 60})
    scene.deploy(syncPolicy={"automated": {"selfHeal": True}})
    scene.becomes_ready()
    first = scene.admin.get("v1", "ConfigMap", "a", namespace=scene.name)["metadata"]["uid"]
    scene.admin.delete("v1", "ConfigMap", "a", namespace=scene.name)
    scene.comes_back("ConfigMap", "a", first)
    scene.becomes_ready()


@life("Scheduled Progressing Ready Progressing Ready", writes=15, seconds=90)
def edited(scene: Scene) -> None:
    scene.begin(ONE)
    scene.repository.commit({"more/b.yaml": config_map("b")})
    scene.deploy()
    scene.becomes_ready()
    scene.edit()
    scene.becomes("Progressing", "SpecChanged", "Argo CD has not yet compared Application argocd/edited")
    scene.change({"metadata": scene.written_for(2), "spec": {"source": source(scene.repository.url, "more")}})
    scene.becomes("Progressing", "SpecChanged", "generation 2 is being rolled out")
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=15, seconds=60)
def bad_field(scene: Scene) -> None:
    scene.begin({"a.yaml": deployment("web", replicas="two")})
    scene.deploy(syncPolicy={"automated": {}, "retry": {"limit": 1, "backoff": {"duration": "5s"}}})
    scene.becomes("Progressing", "SyncFailed", "Deployment web", "cannot unmarshal string")
    scene.argo_says(lambda app: app["status"]["operationState"]["phase"] == "Failed", "the second try failed")
    scene.commit(ONE)
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=12, seconds=60)
def denied_by_project(scene: Scene) -> None:
    narrow = {"namespaceResourceBlacklist": [{"group": "", "kind": "ConfigMap"}]}
    scene.admin.create(configuration.project(scene.name, **narrow))
    scene.begin(ONE)
    scene.deploy(project=scene.name)
    scene.becomes("Progressing", "SyncFailed", "ConfigMap a", "is not permitted in project")
    scene.record("denied-by-project")
    scene.change({"spec": {"project": "default"}})
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=60)
def destination_not_permitted(scene: Scene) -> None:
    elsewhere = [{"namespace": "elsewhere", "server": HERE}]
    scene.admin.create(configuration.project(scene.name, destinations=elsewhere))
    scene.begin(ONE)
    scene.deploy(project=scene.name, syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "InvalidSpecError", "do not match any of the allowed destinations")
    scene.record("destination-not-permitted")
    scene.change({"spec": {"project": "default"}})
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=60)
def cluster_not_registered(scene: Scene) -> None:
    scene.begin(ONE)
    scene.deploy(destination={"name": "nobody", "namespace": scene.name}, syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "InvalidSpecError", "there are no clusters with this name: nobody")
    scene.change({"spec": {"destination": {"name": None, "server": HERE}}})
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing Degraded Failed", writes=9, seconds=120)
def retried_without_end(scene: Scene) -> None:
    patience = {"progressDeadlineSeconds": 5, "failedAfterSeconds": 30}
    scene.begin({"a.yaml": deployment("web", replicas="two")}, thresholds=patience)
    often = {"limit": -1, "backoff": {"duration": "2s", "maxDuration": "4s"}}
    scene.deploy(syncPolicy={"automated": {}, "retry": often})
    scene.becomes("Degraded", "ProgressDeadlineExceeded", "cannot unmarshal string")
    scene.becomes("Failed", "SyncFailed", "Deployment web", "cannot unmarshal string")
    scene.argo_says(lambda app: app["status"]["operationState"]["phase"] == "Running", "it is still tried")


@life("Scheduled Progressing Degraded Failed Degraded? Ready", writes=15, seconds=120)
def no_namespace(scene: Scene) -> None:
    scene.commit(ONE, refresh=False)
    scene.ask(thresholds={"progressDeadlineSeconds": 5})
    scene.deploy()
    scene.becomes("Degraded", "ProgressDeadlineExceeded", 'namespaces "no-namespace" not found')
    scene.becomes("Failed", "SyncFailed", 'namespaces "no-namespace" not found')
    scene.record("no-namespace")
    scene.make_namespace()
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=13, seconds=60)
def pre_sync_hook(scene: Scene) -> None:
    scene.begin({**ONE, "b.yaml": hook("check", "PreSync")})
    scene.deploy()
    scene.fail_pods(app="check")
    scene.becomes("Progressing", "SyncFailed", "PreSync hook Job check")
    scene.record("pre-sync-hook-failed")
    scene.commit({"b.yaml": None})
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=9, seconds=60)
def post_sync_hook(scene: Scene) -> None:
    scene.begin({**ONE, "b.yaml": hook("smoke", "PostSync")})
    scene.deploy()
    scene.fail_pods(app="smoke")
    scene.argo_says(
        lambda app: app.get("status", {}).get("operationState", {}).get("phase") == "Failed", "the hook failed"
    )
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Unknown Ready", writes=12, seconds=120)
def repository_gone(scene: Scene) -> None:
    scene.begin(ONE)
    scene.deploy()
    scene.becomes_ready()
    scene.repository.hide()
    scene.refresh(hard=True)
    scene.becomes("Unknown", "SourceUnreadable", "ComparisonError: Failed to load target state")
    scene.repository.show()
    scene.refresh(hard=True)
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=60)
def bad_yaml(scene: Scene) -> None:
    scene.begin({"a.yaml": BAD})
    scene.deploy(syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "ComparisonError: Failed to load target state")
    scene.commit(ONE)
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=60)
def nothing_to_deploy(scene: Scene) -> None:
    scene.begin({"README.md": "nothing yet"})
    scene.deploy()
    scene.becomes("Progressing", "NoResources", "holds no resources")
    scene.record("nothing-to-deploy")
    scene.commit(ONE)
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=60)
def unknown_project(scene: Scene) -> None:
    scene.begin(ONE)
    scene.deploy(project=scene.name, syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "InvalidSpecError", "which does not exist")
    scene.admin.create(configuration.project(scene.name))
    scene.refresh()
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing Ready Degraded Ready", writes=17, seconds=90)
def rollout(scene: Scene) -> None:
    scene.begin({"a.yaml": deployment("web", deadline=5)})
    scene.deploy()
    scene.run_pods()
    scene.becomes_ready()
    scene.commit({"a.yaml": deployment("web", image="x.invalid/web:2", deadline=5)})
    scene.becomes("Degraded", "ApplicationProgressing", "is progressing")
    scene.becomes("Degraded", "ApplicationDegraded", "Caused by apps/Deployment:rollout/web")
    scene.run_pods()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=15, seconds=60)
def resources_deleted(scene: Scene) -> None:
    scene.begin(BOTH)
    scene.deploy()
    scene.becomes_ready()
    scene.admin.delete("v1", "ConfigMap", "a", namespace=scene.name)
    scene.becomes("Degraded", "OutOfSync", "is out of sync")
    scene.becomes("Degraded", "ApplicationHealthy", condition="ArgoHealthy")
    scene.admin.delete("v1", "ConfigMap", "b", namespace=scene.name)
    scene.becomes("Degraded", "ApplicationMissing", "has missing resources", condition="ArgoHealthy")
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing Ready Degraded Ready", writes=17, seconds=60)
def paused_deployment(scene: Scene) -> None:
    scene.begin({"a.yaml": deployment("web")})
    scene.deploy()
    scene.run_pods()
    scene.becomes_ready()
    scene.commit({"a.yaml": deployment("web", paused=True)})
    scene.becomes("Degraded", "Paused", "is suspended")
    scene.record("paused-deployment")
    scene.commit({"a.yaml": deployment("web", paused=False)})
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=9, seconds=60)
def suspended_cron_job(scene: Scene) -> None:
    scene.begin({"a.yaml": cron_job("nightly")})
    scene.deploy()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=13, seconds=60)
def several_sources(scene: Scene) -> None:
    scene.begin(ONE)
    scene.repository.commit({"more/b.yaml": config_map("b")})
    scene.deploy(source=None, sources=[source(scene.repository.url), source(scene.repository.url, "more")])
    scene.becomes_ready()
    scene.admin.delete("v1", "ConfigMap", "b", namespace=scene.name)
    scene.becomes("Degraded", "OutOfSync", "is out of sync")
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing Ready Progressing? Ready? Progressing Ready", writes=20, seconds=90)
def source_hydrator(scene: Scene) -> None:
    scene.begin(ONE, thresholds={"degradedAfterSeconds": 60})
    dry = source(scene.repository.url)
    hydrator = {"drySource": dry, "syncSource": {"targetBranch": "hydrated", "path": "app"}}
    scene.deploy(source=None, sourceHydrator=hydrator)
    scene.becomes_ready()
    scene.record("source-hydrator-hydrated")
    scene.commit(BOTH)
    scene.argo_says(lambda app: len(app["status"].get("resources", [])) == 2, "both are there")
    scene.becomes_ready()
    scene.commit({"a.yaml": BAD})
    scene.argo_says(lambda app: _hydration(app) == "Failed", "hydration failed")
    scene.becomes("Progressing", "SpecChanged", "Argo CD has not yet compared Application argocd/source-hydrator")
    scene.record("source-hydrator-failed")
    scene.commit(ONE)
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=9, seconds=60)
def another_namespace(scene: Scene) -> None:
    scene.make_namespace("applications")
    scene.begin(ONE, "applications")
    scene.deploy(namespace="applications")
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=16, seconds=60)
def deleted(scene: Scene) -> None:
    scene.begin(ONE)
    scene.deploy(finalizers=[CASCADE])
    scene.becomes_ready()
    scene.delete()
    scene.is_gone()
    assert scene.admin.find("v1", "ConfigMap", "a", namespace=scene.name) is None
    scene.becomes("Degraded", "ApplicationMissing", "Application argocd/deleted does not exist")
    scene.deploy()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded", writes=14, seconds=60)
def deletion_stuck(scene: Scene) -> None:
    scene.begin({"a.yaml": config_map("a", finalizers=["example.org/hold"])})
    scene.deploy(finalizers=[CASCADE])
    scene.becomes_ready()
    scene.delete()
    scene.becomes("Degraded", "BeingDeleted", "Application argocd/deletion-stuck is being deleted since")
    scene.admin.patch("v1", "ConfigMap", "a", {"metadata": {"finalizers": None}}, namespace=scene.name)
    scene.is_gone()
    scene.becomes("Degraded", "ApplicationMissing", "does not exist")


@life("Scheduled Progressing Ready Degraded Ready", writes=18, seconds=90)
def sub_applications(scene: Scene) -> None:
    server = scene.register("127.0.0.1")
    destination = {"names": [scene.name], "server": server}
    observed = {"namespace": "argocd", "destination": destination, "minimum": 2}
    scene.begin(ONE, subApplications=observed, thresholds={"progressDeadlineSeconds": 30})
    scene.repository.commit({"dns/a.yaml": config_map("dns"), "web/a.yaml": deployment("web", deadline=5)})
    scene.deploy()
    scene.becomes("Progressing", "SubAppsMissing", "0 of at least 2 sub-applications")
    by_name = {"name": scene.name, "namespace": scene.name}
    by_server = {"server": f"{server}/", "namespace": scene.name}
    scene.deploy("inner-dns", source=source(scene.repository.url, "dns"), destination=by_name)
    scene.deploy("inner-web", source=source(scene.repository.url, "web"), destination=by_server)
    scene.becomes("Progressing", "SubAppsProgressing", "inner-web")
    scene.run_pods()
    scene.becomes_ready()
    scene.admin.delete("v1", "ConfigMap", "dns", namespace=scene.name)
    scene.becomes("Degraded", "SubAppsUnhealthy", "inner-dns")
    scene.sync("inner-dns")
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=90)
def destination_refuses(scene: Scene) -> None:
    server = scene.register("localhost", token="wrong")  # noqa: S106 - it opens nothing
    scene.begin(ONE)
    scene.deploy(destination={"server": server, "namespace": scene.name}, syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "ComparisonError", "failed to get cluster info", "the server has asked")
    scene.register("localhost")
    scene.refresh(hard=True)
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=13, seconds=60, alone=True)
def controller_restarts(scene: Scene) -> None:
    scene.begin(ONE)
    scene.deploy()
    scene.becomes_ready()
    scene.argocd.stop_controller()
    scene.admin.delete("v1", "ConfigMap", "a", namespace=scene.name)
    scene.argocd.start_controller()
    scene.refresh()
    scene.becomes("Degraded", "OutOfSync", "is out of sync")
    scene.sync()
    scene.becomes_ready()


def _hydration(app: Json) -> str:
    phase: str = app["status"]["sourceHydrator"]["currentOperation"]["phase"]
    return phase
