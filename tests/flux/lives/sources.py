"""Sources of every kind: fetched, refused, suspended, held, and not looked at yet."""

from collections.abc import Callable

from tests.flux.lane import life
from tests.flux.scene import SOURCE, FluxScene, web
from tests.gitops.manifests import Json

__all__: list[str] = []

_NOBODY = "127.0.0.1:1"
"""Where nothing listens."""

_CHART = "apiVersion: v2\nname: web\nversion: 0.1.0\n"
_INDEX = "apiVersion: v1\nentries: {}\n"
_FLUX, _HELD = "finalizers.fluxcd.io", "example.org/held"


@life("Progressing", writes=20, seconds=120)
def git_repository(scene: FluxScene) -> None:
    scene.begin(web())
    made = scene.make_git_repository()
    _record(scene, "gitrepository-just-created", made)
    _record(scene, "gitrepository-fetching", scene.after(made, _says("Unknown", "Progressing"), "it fetches"))
    scene.becomes("Progressing", "ObjectsReady", condition="SourceReady")
    scene.record("gitrepository-ready")
    scene.change({"suspend": True}, SOURCE)
    scene.becomes("Progressing", "Paused", condition="SourceReady")
    scene.record("gitrepository-suspended")
    scene.change({"suspend": False}, SOURCE)
    scene.becomes("Progressing", "ObjectsReady", condition="SourceReady")
    _set_finalizers(scene, [_FLUX, _HELD])
    scene.delete(SOURCE)
    scene.becomes("Progressing", "BeingDeleted", condition="SourceReady")
    scene.record("gitrepository-deletion-held")
    _set_finalizers(scene, None)
    scene.becomes("Progressing", "ObjectMissing", condition="SourceReady")


@life("Progressing", writes=20, seconds=120)
def made_of_another(scene: FluxScene) -> None:
    """A chart and a repository, made before the repository that they are made of."""
    scene.begin(web())
    scene.repository.commit({"chart/Chart.yaml": _CHART})
    scene.repository.hide()
    chart = scene.make_source("HelmChart", chart="./chart", sourceRef={"kind": SOURCE[1], "name": scene.name})
    whole = scene.engine.repository(f"{scene.name}-whole")
    whole.commit({"README.md": "the rest is in another"})
    included = {"url": whole.url, "ref": {"branch": "main"}, "include": [{"repository": {"name": scene.name}}]}
    repository = scene.make_source(SOURCE[1], f"{scene.name}-whole", **included)
    _record(scene, "helmchart-source-missing", scene.after(chart, _says("False", "SourceUnavailable"), "no source"))
    _record(scene, "gitrepository-include-missing", scene.after(repository, _says("False", "NotFound"), "no source"))
    scene.make_git_repository()
    _record(scene, "helmchart-no-artifact", scene.after(chart, _says("False", "NoSourceArtifact"), "no artifact"))
    no_artifact = scene.after(repository, _says("False", "NoArtifact"), "no artifact")
    _record(scene, "gitrepository-include-no-artifact", no_artifact)
    scene.repository.show()
    _record(scene, "helmchart-ready", scene.after(chart, _says("True", "ChartPackageSucceeded"), "it is built"))
    _record(scene, "gitrepository-include-ready", scene.after(repository, _says("True", "Succeeded"), "it is whole"))


@life("Progressing", writes=20, seconds=120)
def further_sources(scene: FluxScene) -> None:
    scene.begin(web())
    scene.repository.commit({"charts/index.yaml": _INDEX})
    oci = scene.make_source("HelmRepository", f"{scene.name}-oci", type="oci", url=f"oci://{_NOBODY}/charts")
    index = scene.make_source("HelmRepository", url=f"{scene.repository.tree}/charts")
    bucket = scene.make_source("Bucket", endpoint=_NOBODY, bucketName="app", insecure=True, timeout="2s")
    image = scene.make_source("OCIRepository", url=f"oci://{_NOBODY}/app", insecure=True, timeout="2s")
    _record(scene, "helmrepository-ready", scene.after(index, _says("True", "Succeeded"), "it has an index"))
    scene.repository.commit({"charts/index.yaml": None})
    for case, made, reason in (
        ("helmrepository-index-gone", index, "Failed"),
        ("bucket-connection-refused", bucket, "BucketOperationFailed"),
        ("ocirepository-connection-refused", image, "OCIArtifactPullFailed"),
    ):
        _record(scene, case, scene.after(made, _says("False", reason), reason))
    # of this one Flux never says anything
    found = scene.admin.get(*_kind(oci), oci["metadata"]["name"], namespace=scene.name)
    _record(scene, "helmrepository-oci", found)


def _says(status: str, reason: str) -> Callable[[Json], bool]:
    """Whether the condition Ready of an object is as given."""

    def holds(found: Json) -> bool:
        conditions = found.get("status", {}).get("conditions", [])
        return any((item["type"], item["status"], item["reason"]) == ("Ready", status, reason) for item in conditions)

    return holds


def _record(scene: FluxScene, case: str, found: Json) -> None:
    scene.keep(f"objects/flux/{case}", found)


def _kind(made: Json) -> tuple[str, str]:
    return made["apiVersion"], made["kind"]


def _set_finalizers(scene: FluxScene, finalizers: list[str] | None) -> None:
    scene.admin.patch(*SOURCE, scene.name, {"metadata": {"finalizers": finalizers}}, namespace=scene.name)
