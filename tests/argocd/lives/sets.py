"""ApplicationSets as objects: they make Applications, roll out, cannot be rendered, and go."""

from typing import Any

from localargocd.configuration import NAMESPACE
from tests.argocd import manifests
from tests.argocd.lane import life
from tests.argocd.manifests import SET
from tests.argocd.scene import ArgoScene
from tests.gitops.manifests import ONE, Json

__all__: list[str] = []

_KIND = (SET["apiVersion"], SET["kind"])
_HELD = "example.org/held"


@life("Progressing Ready Degraded Ready Degraded", writes=20, seconds=120)
def application_set(scene: ArgoScene) -> None:
    _begin(scene)
    _record(scene, "applicationset-just-created", _make(scene))
    scene.becomes_ready()
    scene.becomes("Ready", "ObjectsReady", "nothing looks at their health", condition="SetReady")
    _record(scene, "applicationset-ready")
    _label(scene, "{{ .nothing }}")
    scene.becomes("Degraded", "ObjectFailed", "RenderTemplateParamsError")
    _record(scene, "applicationset-edited-and-broken")
    _label(scene, "{{ .team }}")
    scene.becomes_ready()
    _change(scene, {"metadata": {"finalizers": [_HELD]}})
    scene.admin.delete(*_KIND, scene.name, namespace=NAMESPACE)
    scene.becomes("Degraded", "BeingDeleted", "ApplicationSet application-set")
    _record(scene, "applicationset-deletion-held")
    _change(scene, {"metadata": {"finalizers": None}})
    scene.becomes("Degraded", "ObjectMissing", "ApplicationSet argocd/application-set does not exist")


@life("Progressing Ready", writes=20, seconds=120)
def application_set_rolling(scene: ArgoScene) -> None:
    """Its Applications are written, which is all that Ready means, some seconds before the rollout begins."""
    _begin(scene)
    steps = [{"matchExpressions": [{"key": "team", "operator": "In", "values": [team]}]} for team in "ab"]
    made = _make(scene, strategy={"type": "RollingSync", "rollingSync": {"steps": steps}})
    scene.becomes_ready()
    _record(scene, "applicationset-rolling", scene.after(made, _rolls_out, "it rolls out"))
    scene.becomes_ready()


@life("Progressing", writes=20, seconds=120)
def application_set_broken(scene: ArgoScene) -> None:
    _begin(scene, "template", "generator", "project")
    scene.repository.hide()
    directories = {"repoURL": scene.repository.url, "revision": "main", "directories": [{"path": "*"}]}
    for name, spec, says, case in (
        ("template", {"label": "{{ .nothing }}"}, "RenderTemplateParamsError", "applicationset-template-error"),
        ("generator", {"generators": [{"git": directories}]}, "repository not found", "applicationset-generator-error"),
        ("project", {"project": "nobody"}, "references project nobody", "applicationset-project-missing"),
    ):
        _make(scene, name, **spec)
        scene.becomes("Progressing", "ObjectFailed", says, condition=f"{name.capitalize()}Ready")
        _record(scene, case, _get(scene, name))


def _begin(scene: ArgoScene, *names: str) -> None:
    """Make the namespace, what lies in Git, and a request that observes ApplicationSets.

    Args:
        scene: The scene of the life.
        names: Names of the entries, and what follows the name of the life in those of the ApplicationSets; none is one
            ApplicationSet of the life's own name.
    """
    scene.make_namespace()
    scene.commit(ONE, refresh=False)
    entries = [{**SET, "name": name, "object": _name(scene, name)} for name in names]
    contract = {"version": "v1", "displayName": "Apps", "name": scene.name}
    scene.settle({**contract, "objects": entries or [{**SET, "object": scene.name}]}, {"name": scene.name})
    scene.becomes("Progressing", "ObjectMissing", "does not exist")


def _name(scene: ArgoScene, name: str) -> str:
    return f"{scene.name}-{name}" if name else scene.name


def _make(scene: ArgoScene, name: str = "", **spec: Any) -> Json:  # noqa: ANN401 - see `manifests.application_set`
    """Create an ApplicationSet, and return it as it is before anybody has looked at it."""
    made = manifests.application_set(_name(scene, name), scene.repository.url, namespace=scene.name, **spec)
    return scene.admin.create(made)


def _get(scene: ArgoScene, name: str = "") -> Json:
    return scene.admin.get(*_KIND, _name(scene, name), namespace=NAMESPACE)


def _rolls_out(found: Json) -> bool:
    conditions = found.get("status", {}).get("conditions", [])
    return any(item["type"] == "RolloutProgressing" and item["status"] == "True" for item in conditions)


def _change(scene: ArgoScene, patch: object) -> None:
    scene.admin.patch(*_KIND, scene.name, patch, namespace=NAMESPACE)


def _label(scene: ArgoScene, text: str) -> None:
    """Change the label that the Applications get."""
    _change(scene, {"spec": {"template": {"metadata": {"labels": {"team": text}}}}})


def _record(scene: ArgoScene, case: str, found: Json | None = None) -> None:
    scene.keep(f"objects/argocd/{case}", found or _get(scene))
