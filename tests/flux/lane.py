"""The lane of Flux: its golden path installed, with its sidecar, and a state store that Flux reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kratix_double.widget import CRDS
from kratix_double.works import Destination
from localflux.flux import LocalFlux
from localplane.crds import install_crds
from localplane.versions import FLUX
from tests.cluster.golden_paths import install
from tests.gitops.audit import Audited
from tests.gitops.lane import Lane
from tests.gitops.scene import REQUESTS

from .golden_path import assembled
from .scene import KRATIX, KUSTOMIZATION, PLATFORM, SOURCE, FluxScene
from .store import GitStore

__all__ = ["LANE", "life"]


@contextmanager
def _stage(flux: LocalFlux, folder: Path, flags: tuple[str, ...]) -> Iterator[type[FluxScene]]:
    admin = flux.admin
    install_crds(admin, [CRDS])
    for namespace in (REQUESTS, KRATIX):
        admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    promise = install(flux.plane, folder / "promise", assembled(folder))
    store = GitStore(flux.repository("state-store"))
    _apply_from(flux, store.url)
    # no pods: kube-controller-manager collects those whose Job does not exist
    kratix = promise.kratix(folder / "kratix", KRATIX, Destination(store=store), pods=False)
    with kratix as double, promise.sidecar(folder / "sidecar", *flags):
        yield FluxScene
        (flux.logs / "kratix.log").write_text("\n".join(double.complaints))


def _apply_from(flux: LocalFlux, url: str) -> None:
    """Have Flux apply what Kratix writes, as Kratix' own quick start does."""
    namespace, name = PLATFORM
    metadata = {"namespace": namespace, "name": name}
    for (api_version, kind), spec in (
        (SOURCE, {"url": url, "ref": {"branch": "main"}, "interval": "1s"}),
        (KUSTOMIZATION, {"sourceRef": {"kind": SOURCE[1], "name": name}, "prune": True, "interval": "10s"}),
    ):
        flux.admin.create({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})


LANE = Lane(
    LocalFlux,
    f"kustomize-controller and source-controller {FLUX[0].version}",
    Audited(
        "system:serviceaccount:platform-status-system:fluxapp-status",
        "platform.integratn.tech",
        "fluxapps",
        {
            "kustomize.toolkit.fluxcd.io": ("kustomizations",),
            "source.toolkit.fluxcd.io": (
                "buckets",
                "gitrepositories",
                "helmcharts",
                "helmrepositories",
                "ocirepositories",
            ),
        },
    ),
    _stage,
)
life = LANE.life
