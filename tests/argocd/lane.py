"""The lane of Argo CD."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localargocd.argocd import LocalArgoCD
from localplane.versions import ARGO_CD
from platform_status_contract.sources.objects.declared import declared_objects
from platform_status_pipeline.promise.watches import told
from tests.cluster.rights import grant
from tests.cluster.sidecar import world
from tests.gitops.audit import Audited
from tests.gitops.lane import Lane
from tests.gitops.scene import REQUESTS

from .manifests import SET
from .scene import ArgoScene

__all__ = ["LANE", "SILENT_AFTER", "life"]

SILENT_AFTER = 60
"""Seconds without a sign of life of Argo CD after which its word counts no more, where long lives are lived."""

_SIDECAR = "sidecar"
_LEASE = f"{REQUESTS}/argocd"
_SETS_RULE = {"apiGroups": ["argoproj.io"], "resources": ["applicationsets"], "verbs": ["list", "watch"]}


@contextmanager
def _stage(argocd: LocalArgoCD, folder: Path, flags: tuple[str, ...]) -> Iterator[type[ArgoScene]]:
    """The sidecar as a process of its own, with rights of its own."""
    admin = argocd.admin
    world.install_requests(admin)
    argocd.serve_application_sets()
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": REQUESTS}})
    grant(admin, _SIDECAR, [*world.RULES, world.PODS_RULE, world.LEASE_RULE, _SETS_RULE])
    kinds = told(declared_objects([{**SET, "object": "x"}]))
    with world.running(argocd.plane.kubeconfig_for(_SIDECAR), folder, "--lease", _LEASE, "--objects", kinds, *flags):
        yield ArgoScene


LANE = Lane(
    LocalArgoCD,
    f"Argo CD {ARGO_CD.version}",
    Audited(
        _SIDECAR,
        "platform.integratn.tech",
        "vclusterorchestratorv2s",
        {"argoproj.io": ("applications", "applicationsets")},
    ),
    _stage,
    # it looks at each Application so often that it is never silent by chance
    long_engine=("--app-resync=20", "--app-resync-jitter=0"),
    long_sidecar=("--argocd-silent-after", str(SILENT_AFTER)),
)
life = LANE.life
