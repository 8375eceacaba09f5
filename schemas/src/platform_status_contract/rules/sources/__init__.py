"""One module per source; each offers one total function (observation, situation, clock) -> Assessment or None.

None means that the contract does not name the source: no condition, and it never blocks Ready. A new source is one
module here, one line in `SOURCES`, one golden folder, one row in the contract's reference, and RBAC.
"""

from collections.abc import Callable
from typing import Final

from platform_status_contract.rules.assessment import Assessment, Situation
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Observation

from .argo_health import assess_argo_health
from .argo_sync import assess_argo_sync
from .pods import assess_pods
from .secrets import assess_secrets
from .sub_apps import assess_sub_apps
from .works import assess_works

__all__ = ["SOURCES", "Assess", "assess"]

Assess = Callable[[Observation, Situation, Clock], Assessment | None]

SOURCES: Final[tuple[Assess, ...]] = (
    assess_works,
    assess_argo_sync,
    assess_argo_health,
    assess_pods,
    assess_secrets,
    assess_sub_apps,
)
"""In the order in which a source is named first (design.md section 5)."""


def assess(observation: Observation, situation: Situation, clock: Clock) -> tuple[Assessment, ...]:
    """Assess every source that the contract names, in source order."""
    found = (source(observation, situation, clock) for source in SOURCES)
    return tuple(assessment for assessment in found if assessment is not None)
