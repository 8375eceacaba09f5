"""What is known of kinds that others define: data, one file for each project, no code (see `standard.KindPreset`).

Modules: `argo_cd`, `cert_manager`, `cloudnative_pg`, `cluster_api`, `crossplane`, `external_secrets`, `flux`, `kro`,
`request`.
"""

from typing import Final

from platform_status_contract.sources.objects.standard import KindPreset

from .argo_cd import APPLICATION_SET
from .cert_manager import CERT_MANAGER
from .cloudnative_pg import CLOUDNATIVE_PG
from .cluster_api import CLUSTER_API
from .crossplane import PACKAGE, RESOURCE
from .external_secrets import EXTERNAL_SECRETS
from .flux import HELM_RELEASE, KUSTOMIZATION, SOURCE
from .kro import KRO
from .request import REQUEST

__all__ = ["PRESETS"]

PRESETS: Final[tuple[KindPreset, ...]] = (
    KUSTOMIZATION,
    HELM_RELEASE,
    SOURCE,
    PACKAGE,
    RESOURCE,
    CLUSTER_API,
    CERT_MANAGER,
    EXTERNAL_SECRETS,
    CLOUDNATIVE_PG,
    APPLICATION_SET,
    KRO,
    REQUEST,
)
"""The first that fits a kind is its preset."""
