"""What the real kube-controller-manager does with pods: rollouts, quotas, scaling, and a node that is lost."""

from tests.argocd.lane import life
from tests.argocd.scene import ArgoScene
from tests.gitops.manifests import Json, daemon_set, deployment, stateful_set

__all__: list[str] = []

_NEW = "x.invalid/web:2"
_UNREACHABLE = [
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 3}
    for key in ("unreachable", "not-ready")
]


def _begin(scene: ArgoScene, kind: str, manifest: str) -> None:
    """Let a controller be delivered that the contract names."""
    scene.begin({"a.yaml": manifest}, workloads=_named(scene, kind))
    scene.deploy()
    scene.progresses()


def _named(scene: ArgoScene, kind: str) -> Json:
    return {"namespace": scene.name, "controllers": [{"kind": kind, "name": "web"}]}


@life("Scheduled Progressing Ready", writes=40, seconds=120)
def surge(scene: ArgoScene) -> None:
    _begin(scene, "Deployment", deployment("web", replicas=4))
    scene.roll_out("Deployment", "web")
    scene.becomes_ready()
    scene.commit({"a.yaml": deployment("web", image=_NEW, replicas=4)})
    scene.becomes_ready("Deployment web has 3 of 4 pods ready")
    scene.roll_out("Deployment", "web")
    scene.becomes_ready("is fully operational")


@life("Scheduled Progressing Ready", writes=40, seconds=120)
def one_by_one(scene: ArgoScene) -> None:
    _begin(scene, "StatefulSet", stateful_set("web", replicas=3))
    scene.run_pods(1)
    scene.becomes("Progressing", "PodsNotReady", "1/3 pods are ready")
    scene.roll_out("StatefulSet", "web")
    scene.becomes_ready()
    scene.commit({"a.yaml": stateful_set("web", image=_NEW, replicas=3)})
    scene.becomes_ready("StatefulSet web has 2 of 3 pods ready")
    scene.roll_out("StatefulSet", "web")
    scene.becomes_ready("is fully operational")


@life("Scheduled Progressing Ready", writes=24, seconds=120)
def quota(scene: ArgoScene) -> None:
    scene.begin({"a.yaml": deployment("web", replicas=3)}, workloads=_named(scene, "Deployment"))
    scene.limit_pods(1)
    scene.deploy()
    scene.run_pods(1)
    scene.becomes("Progressing", "PodsNotReady", "exceeded quota")
    scene.limit_pods(10)
    scene.roll_out("Deployment", "web")
    scene.becomes_ready()


@life("Scheduled Progressing Ready Degraded Ready", writes=26, seconds=120)
def scaled_to_zero(scene: ArgoScene) -> None:
    _begin(scene, "Deployment", deployment("web"))
    scene.roll_out("Deployment", "web")
    scene.becomes_ready()
    scene.scale("web", 0)
    scene.becomes("Degraded", "Paused", "Deployment web")
    scene.has_pods(0)
    scene.scale("web", 1)
    scene.roll_out("Deployment", "web")
    scene.becomes_ready()


@life("Scheduled Progressing Ready", writes=24, seconds=120)
def autoscaler(scene: ArgoScene) -> None:
    _begin(scene, "Deployment", deployment("web"))
    scene.run_pods(1)
    scene.scale("web", 2)
    scene.roll_out("Deployment", "web")
    scene.becomes_ready()
    scene.scale("web", 3)
    scene.becomes_ready("Deployment web has 2 of 3 pods ready")
    scene.roll_out("Deployment", "web")
    scene.becomes_ready("is fully operational")


@life("Scheduled Progressing Ready", writes=40, seconds=120)
def on_delete(scene: ArgoScene) -> None:
    spec: Json = {"replicas": 2, "updateStrategy": {"type": "OnDelete"}}
    _begin(scene, "StatefulSet", stateful_set("web", **spec))
    scene.roll_out("StatefulSet", "web")
    scene.becomes_ready()
    scene.commit({"a.yaml": stateful_set("web", image=_NEW, **spec)})
    scene.becomes_ready("2 pods of StatefulSet web run an older revision")
    for number in (0, 1):
        scene.admin.delete("v1", "Pod", f"web-{number}", namespace=scene.name)
        scene.run_pods(2)
    scene.roll_out("StatefulSet", "web")
    scene.becomes_ready("is fully operational")


@life("Scheduled Progressing Ready", writes=40, seconds=120)
def partition(scene: ArgoScene) -> None:
    spec: Json = {"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}}
    _begin(scene, "StatefulSet", stateful_set("web", **spec))
    scene.roll_out("StatefulSet", "web")
    scene.becomes_ready()
    scene.commit({"a.yaml": stateful_set("web", image=_NEW, **spec)})
    scene.roll_out("StatefulSet", "web", updated=1)
    scene.becomes_ready("2 pods of StatefulSet web run an older revision")


@life("Scheduled Progressing Ready", writes=38, seconds=120)
def daemons(scene: ArgoScene) -> None:
    for number in (1, 2):
        scene.make_node(f"{scene.name}-{number}")
    _begin(scene, "DaemonSet", daemon_set("web", scene.name))
    scene.roll_out("DaemonSet", "web")
    scene.becomes_ready()
    scene.commit({"a.yaml": daemon_set("web", scene.name, image=_NEW)})
    scene.becomes_ready("DaemonSet web has 1 of 2 pods ready")
    scene.roll_out("DaemonSet", "web")
    scene.make_node(f"{scene.name}-3")
    scene.becomes_ready("of 3 pods ready")
    scene.roll_out("DaemonSet", "web")
    scene.becomes_ready("is fully operational")


@life("Scheduled Progressing Ready Degraded Ready", writes=28, seconds=240)
def node_lost(scene: ArgoScene) -> None:
    with scene.node_lives("node-kept"):
        scene.make_node(scene.name)
        _begin(scene, "Deployment", deployment("web", replicas=2, pod={"tolerations": _UNREACHABLE}))
        scene.bind_pods(scene.name, 2)
        scene.run_pods(2)
        scene.becomes_ready()
        # kube-controller-manager gives a node up after 50 s without a word
        scene.becomes("Degraded", "PodsNotReady", "0/2 pods are ready")
        scene.roll_out("Deployment", "web")
        scene.becomes_ready()
