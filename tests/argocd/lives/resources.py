"""What happens to what was delivered: rollouts, deletions, sub-applications, and a controller that is away."""

from localargocd.configuration import CONTROLLER
from tests.argocd.lane import life
from tests.argocd.manifests import CASCADE, source
from tests.argocd.scene import ArgoScene
from tests.gitops.manifests import BOTH, ONE, config_map, cron_job, deployment

__all__: list[str] = []


@life("Scheduled Progressing Ready Degraded Ready", writes=17, seconds=120)
def rollout(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web")})
    scene.deploy()
    scene.progresses()
    scene.run_pods()
    scene.becomes_ready()
    scene.commit({"a.yaml": deployment("web", image="x.invalid/web:2", deadline=5)})
    scene.becomes("Degraded", "ApplicationProgressing", "is progressing")
    scene.becomes("Degraded", "ApplicationDegraded", "Caused by apps/Deployment:rollout/web")
    scene.run_pods()
    scene.becomes_ready()


@life("Scheduled Progressing Ready Degraded Ready", writes=28, seconds=120)
def broken_pod(scene: ArgoScene) -> None:
    controllers = [{"kind": "Deployment", "name": "web"}]
    scene.begin({"a.yaml": deployment("web")}, workloads={"namespace": scene.name, "controllers": controllers})
    scene.deploy()
    scene.progresses()
    scene.run_pods()
    scene.becomes_ready()
    scene.crash_pods()
    scene.becomes("Degraded", "ApplicationProgressing", condition="ArgoHealthy")
    scene.becomes("Degraded", "PodsRestarting", "restarting: web-")
    scene.commit({"a.yaml": deployment("web", image="x.invalid/web:2", deadline=5)})
    scene.becomes("Degraded", "ApplicationDegraded", condition="ArgoHealthy")
    scene.becomes("Degraded", "PodsRestarting", "restarting: web-")
    scene.run_pods(2)
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=15, seconds=120)
def resources_deleted(scene: ArgoScene) -> None:
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


@life("Scheduled Progressing Ready Degraded Ready", writes=17, seconds=120)
def paused_deployment(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web")})
    scene.deploy()
    scene.progresses()
    scene.run_pods()
    scene.becomes_ready()
    scene.commit({"a.yaml": deployment("web", paused=True)})
    scene.becomes("Degraded", "Paused", "is suspended")
    scene.record("paused-deployment")
    scene.commit({"a.yaml": deployment("web", paused=False)})
    scene.becomes_ready()


@life("Scheduled Progressing? Ready", writes=9, seconds=120)
def suspended_cron_job(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": cron_job("nightly")})
    scene.deploy()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=16, seconds=120)
def deleted(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.deploy(finalizers=[CASCADE])
    scene.becomes_ready()
    scene.delete()
    scene.is_gone()
    assert scene.admin.find("v1", "ConfigMap", "a", namespace=scene.name) is None
    scene.becomes("Degraded", "ApplicationMissing", "Application argocd/deleted does not exist")
    scene.deploy()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded", writes=14, seconds=120)
def deletion_stuck(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": config_map("a", finalizers=["example.org/hold"])})
    scene.deploy(finalizers=[CASCADE])
    scene.becomes_ready()
    scene.delete()
    scene.becomes("Degraded", "BeingDeleted", "Application argocd/deletion-stuck is being deleted since")
    scene.admin.patch("v1", "ConfigMap", "a", {"metadata": {"finalizers": None}}, namespace=scene.name)
    scene.is_gone()
    scene.becomes("Degraded", "ApplicationMissing", "does not exist")


@life("Scheduled Progressing Ready Degraded Ready", writes=18, seconds=120)
def sub_applications(scene: ArgoScene) -> None:
    server = scene.register("127.0.0.1")
    destination = {"names": [scene.name], "server": server}
    observed = {"namespace": "argocd", "destination": destination, "minimum": 2}
    scene.begin(ONE, subApplications=observed, thresholds={"progressDeadlineSeconds": 60})
    scene.repository.commit({"dns/a.yaml": config_map("dns"), "web/a.yaml": deployment("web")})
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


@life("Scheduled Progressing? Ready Degraded Ready", writes=13, seconds=120, alone=True)
def controller_restarts(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.deploy()
    scene.becomes_ready()
    scene.engine.stop_controller(CONTROLLER)
    scene.admin.delete("v1", "ConfigMap", "a", namespace=scene.name)
    scene.engine.start_controller(CONTROLLER)
    scene.refresh()
    scene.becomes("Degraded", "OutOfSync", "is out of sync")
    scene.sync()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=13, seconds=120)
def skip_reconcile(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.deploy()
    scene.becomes_ready()
    scene.change({"metadata": {"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}})
    scene.becomes("Degraded", "Paused", "Argo CD is told to leave Application argocd/skip-reconcile")
    scene.change({"metadata": {"annotations": {"argocd.argoproj.io/skip-reconcile": None}}})
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=20, seconds=120)
def rollout_with_workloads(scene: ArgoScene) -> None:
    workloads = {"namespace": scene.name, "controllers": [{"kind": "Deployment", "name": "web"}]}
    scene.begin({"a.yaml": deployment("web")}, workloads=workloads)
    scene.deploy()
    scene.progresses()
    scene.run_pods()
    scene.becomes_ready()
    scene.commit({"a.yaml": deployment("web", image="x.invalid/web:2")})
    scene.argo_says(lambda app: app["status"]["health"]["status"] == "Progressing", "the rollout began")
    scene.becomes_ready("is progressing")
    scene.run_pods(2)
    scene.argo_says(lambda app: app["status"]["health"]["status"] == "Healthy", "the rollout is over")
    scene.becomes_ready()
