"""Where it comes from and where it goes: what Argo CD cannot read, compare or reach."""

from localargocd import configuration
from tests.argocd.lane import life
from tests.argocd.manifests import HERE, source
from tests.argocd.scene import ArgoScene
from tests.gitops.manifests import BAD, BOTH, ONE, Json, config_map

__all__: list[str] = []


@life("Scheduled Progressing? Ready Unknown Ready", writes=12, seconds=180)
def repository_gone(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.deploy()
    scene.becomes_ready()
    scene.repository.hide()
    scene.refresh(hard=True)
    scene.becomes("Unknown", "SourceUnreadable", "ComparisonError: Failed to load target state")
    scene.repository.show()
    scene.refresh(hard=True)
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=120)
def bad_yaml(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": BAD})
    scene.deploy(syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "ComparisonError: Failed to load target state")
    scene.commit(ONE)
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=120)
def nothing_to_deploy(scene: ArgoScene) -> None:
    scene.begin({"README.md": "nothing yet"})
    scene.deploy()
    scene.becomes("Progressing", "NoResources", "holds no resources")
    scene.record("nothing-to-deploy")
    scene.commit(ONE)
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=120)
def unknown_project(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.deploy(project=scene.name, syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "InvalidSpecError", "which does not exist")
    scene.admin.create(configuration.project(scene.name))
    scene.refresh()
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=120)
def destination_not_permitted(scene: ArgoScene) -> None:
    elsewhere = [{"namespace": "elsewhere", "server": HERE}]
    scene.admin.create(configuration.project(scene.name, destinations=elsewhere))
    scene.begin(ONE)
    scene.deploy(project=scene.name, syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "InvalidSpecError", "do not match any of the allowed destinations")
    scene.record("destination-not-permitted")
    scene.change({"spec": {"project": "default"}})
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=120)
def cluster_not_registered(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.deploy(destination={"name": "nobody", "namespace": scene.name}, syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "InvalidSpecError", "there are no clusters with this name: nobody")
    scene.change({"spec": {"destination": {"name": None, "server": HERE}}})
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=10, seconds=120)
def destination_refuses(scene: ArgoScene) -> None:
    server = scene.register("localhost", token="wrong")  # noqa: S106 - it opens nothing
    scene.begin(ONE)
    scene.deploy(destination={"server": server, "namespace": scene.name}, syncPolicy=None)
    scene.becomes("Progressing", "SyncUnknown", "ComparisonError", "failed to get cluster info", "the server has asked")
    scene.register("localhost")
    scene.refresh(hard=True)
    scene.sync_once_compared()
    scene.becomes_ready()


@life("Scheduled Progressing? Ready Degraded Ready", writes=13, seconds=120)
def several_sources(scene: ArgoScene) -> None:
    scene.begin(ONE)
    scene.repository.commit({"more/b.yaml": config_map("b")})
    scene.deploy(source=None, sources=[source(scene.repository.url), source(scene.repository.url, "more")])
    scene.becomes_ready()
    scene.admin.delete("v1", "ConfigMap", "b", namespace=scene.name)
    scene.becomes("Degraded", "OutOfSync", "is out of sync")
    scene.sync()
    scene.becomes_ready()


@life(
    "Scheduled Progressing Ready Progressing? Degraded? Ready? Degraded? Progressing Degraded? Ready",
    writes=20,
    seconds=120,
)
def source_hydrator(scene: ArgoScene) -> None:
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


@life("Scheduled Progressing? Ready", writes=9, seconds=120)
def another_namespace(scene: ArgoScene) -> None:
    scene.make_namespace("applications")
    scene.begin(ONE, "applications")
    scene.deploy(namespace="applications")
    scene.becomes_ready()


def _hydration(app: Json) -> str:
    phase: str = app["status"]["sourceHydrator"]["currentOperation"]["phase"]
    return phase
