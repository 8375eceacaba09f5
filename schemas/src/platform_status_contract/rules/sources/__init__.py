"""One module per source; each offers one total function (observation, situation, clock) -> Assessment or None.

None means that the contract does not name the source: no condition, and it never blocks Ready. A new source is one
module here, one line in `SOURCES`, one golden folder, one row in the contract's reference, and RBAC.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Observation
from platform_status_contract.rules.timers import SourceName, Timer

from .argo_health import assess_argo_health
from .argo_sync import assess_argo_sync
from .secrets import assess_secrets
from .sub_apps import assess_sub_apps
from .workloads import assess_workloads
from .works import assess_works

__all__ = ["SOURCES", "Assess", "assess"]

Assess = Callable[[Observation, Situation, Clock], Assessment | None]

SOURCES: Final[tuple[Assess, ...]] = (
    assess_works,
    assess_argo_sync,
    assess_argo_health,
    assess_workloads,
    assess_secrets,
    assess_sub_apps,
)
"""In the order in which a source is named first (design.md section 5)."""


def assess(
    observation: Observation, situation: Situation, clock: Clock, objects: tuple[Assessment, ...] = ()
) -> tuple[Assessment, ...]:
    """Assess every source that the contract names, in source order; the objects come last."""
    found = [source(observation, situation, clock) for source in SOURCES]
    assessments = [*(assessment for assessment in found if assessment is not None), *objects]
    workers = [item for item in assessments if item.source in (SourceName.PODS, SourceName.OBJECTS)]
    runs = bool(workers) and all(item.verdict is Verdict.GOOD for item in workers)
    deadline = situation.contract.thresholds.progress_deadline_seconds
    return tuple(_tolerated(item, deadline, clock) if runs and situation.once_ready else item for item in assessments)


def _tolerated(found: Assessment, deadline: float, clock: Clock) -> Assessment:
    """Make of Progressing beside workloads that run a note, for as long as progress may take.

    Argo CD calls an Application Progressing while a new pod starts beside enough old ones: the workloads know better.
    """
    if found.reason is not Reason.APPLICATION_PROGRESSING or found.verdict is not Verdict.BAD:
        return found
    if clock.older_than(found.timers.get(Timer.ARGO_PROGRESSING), deadline):
        return found
    return msgspec.structs.replace(found, verdict=Verdict.GOOD, note=found.message, on_its_way=False)
