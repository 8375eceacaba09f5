"""The lane of Argo CD."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localargocd.argocd import LocalArgoCD
from localplane.versions import ARGO_CD
from tests.cluster.sidecar import world
from tests.gitops.audit import Audited
from tests.gitops.lane import Lane
from tests.gitops.scene import REQUESTS

from .scene import ArgoScene

__all__ = ["LANE", "SILENT_AFTER", "life"]

SILENT_AFTER = 60
"""Seconds without a sign of life of Argo CD after which its word counts no more, where long lives are lived."""

_SIDECAR = "sidecar"
_LEASE = f"{REQUESTS}/argocd"


@contextmanager
def _stage(argocd: LocalArgoCD, folder: Path, flags: tuple[str, ...]) -> Iterator[type[ArgoScene]]:
    """The sidecar as a process of its own, with rights of its own."""
    admin = argocd.admin
    world.install_requests(admin)
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": REQUESTS}})
    world.allow(admin, _SIDECAR, [*world.RULES, world.PODS_RULE, world.LEASE_RULE], _SIDECAR)
    with world.running(argocd.plane.kubeconfig_for(_SIDECAR), folder, "--lease", _LEASE, *flags):
        yield ArgoScene


LANE = Lane(
    LocalArgoCD,
    f"Argo CD {ARGO_CD.version}",
    Audited(_SIDECAR, "platform.integratn.tech", "vclusterorchestratorv2s", {"argoproj.io": ("applications",)}),
    _stage,
    # it looks at each Application so often that it is never silent by chance
    long_engine=("--app-resync=20", "--app-resync-jitter=0"),
    long_sidecar=("--argocd-silent-after", str(SILENT_AFTER)),
)
life = LANE.life
