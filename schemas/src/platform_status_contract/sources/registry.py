"""The list of the sources; all code that iterates over sources or kinds of object uses it."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.interest import Interest, union
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.selectors import label_keys
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import Observation
from platform_status_contract.rules.timers import SourceName, Timer

from .argo.assess import assess_argo
from .argo.describe import collect_application, describe_application
from .argo.kinds import APPLICATION
from .argo.read import interest_in_application, read_application
from .objects.assess import assess_objects
from .objects.describe import collect_objects, describe_objects, kinds_of_objects
from .objects.health import objects_health
from .objects.kinds import ObjectKind, kind_of
from .objects.read import interest_in_objects, read_objects
from .secrets.assess import assess_secrets
from .secrets.describe import collect_secrets, describe_secrets
from .secrets.read import SECRET, interest_in_secrets, read_secrets
from .source import ContractSource, ObservedKind
from .sub_applications.assess import assess_sub_apps
from .sub_applications.describe import (
    collect_sub_applications,
    describe_sub_applications,
    select_sub_applications,
)
from .sub_applications.read import interest_in_sub_applications, read_sub_applications
from .workloads.assess import assess_workloads
from .workloads.describe import collect_workloads, describe_workloads, select_pods
from .workloads.kinds import CONTROLLERS, POD
from .workloads.read import interest_in_workloads, read_workloads
from .works.assess import assess_works
from .works.describe import collect_works, describe_works
from .works.kinds import PLACEMENT, WORK
from .works.read import interest_in_works, read_works

__all__ = [
    "KINDS",
    "SOURCES",
    "assess",
    "declared_kinds",
    "interest_in",
    "kinds_for",
    "numbers_of",
    "out_of_reach",
    "source_of",
]

SOURCES: Final[tuple[ContractSource, ...]] = (
    ContractSource(
        names=(SourceName.WORKS,),
        kinds=(WORK, PLACEMENT),
        interest=interest_in_works,
        read=read_works,
        assess=assess_works,
        describe=describe_works,
        collect=collect_works,
    ),
    ContractSource(
        names=(SourceName.ARGO_SYNC, SourceName.ARGO_HEALTH),
        kinds=(APPLICATION,),
        interest=interest_in_application,
        read=read_application,
        assess=assess_argo,
        describe=describe_application,
        collect=collect_application,
    ),
    ContractSource(
        names=(SourceName.PODS,),
        kinds=(POD, *CONTROLLERS.values()),
        interest=interest_in_workloads,
        read=read_workloads,
        assess=assess_workloads,
        describe=describe_workloads,
        collect=collect_workloads,
        selects=select_pods,
    ),
    ContractSource(
        names=(SourceName.SECRET,),
        kinds=(SECRET,),
        interest=interest_in_secrets,
        read=read_secrets,
        assess=assess_secrets,
        describe=describe_secrets,
        collect=collect_secrets,
    ),
    ContractSource(
        names=(SourceName.SUB_APPS,),
        kinds=(),
        interest=interest_in_sub_applications,
        read=read_sub_applications,
        assess=assess_sub_apps,
        describe=describe_sub_applications,
        collect=collect_sub_applications,
        selects=select_sub_applications,
    ),
    ContractSource(
        names=(SourceName.OBJECTS,),
        kinds=(),
        interest=interest_in_objects,
        read=read_objects,
        assess=assess_objects,
        describe=describe_objects,
        collect=collect_objects,
        kinds_in=kinds_of_objects,
    ),
)
"""In the order in which messages name the sources (design.md section 5)."""

KINDS: Final[Mapping[str, ObservedKind]] = {kind.source: kind for source in SOURCES for kind in source.kinds}
"""Every kind that a source reads, by its identity."""


def kinds_for(contract: Contract | None) -> dict[str, ObservedKind]:
    """List every kind that a contract may observe, including those that only the contract names."""
    named = (kind for source in SOURCES for kind in source.kinds_in(contract)) if contract else ()
    return {**KINDS, **{kind.source: kind for kind in named}}


def declared_kinds(text: str) -> dict[str, ObservedKind]:
    """Read the kinds that the contracts of a Promise name, from the sidecar's setting.

    Args:
        text: JSON, a list of `objects.kinds.ObjectKind`.

    Raises:
        msgspec.MsgspecError: It is not.
    """
    found = msgspec.json.decode(text, type=tuple[ObjectKind, ...])
    return {kind.source: kind for kind in map(kind_of, found)}


def out_of_reach(contract: Contract, kinds: Mapping[str, ObservedKind]) -> str:
    """Return what a contract names that is not watched; empty if there is nothing.

    Args:
        contract: The contract; untrusted, because any user who can write a status can write it.
        kinds: The watched kinds with the fields that are read; the reader has no RBAC rules for others.
    """
    for wanted in (kind for source in SOURCES for kind in source.kinds_in(contract)):
        known, called = kinds.get(wanted.source), f"{wanted.kind} ({wanted.source})"
        if known is None or (known.kind, known.namespaced) != (wanted.kind, wanted.namespaced):
            return f"it names {called}, which this Promise's template does not"
        unread = (wanted.reads or frozenset()) - (known.reads or frozenset())
        if unread:
            return f"of {called} it reads {min(unread)}, which this Promise's template does not"
        if known.watch_selector not in ("", wanted.watch_selector):
            return f"of {called} it looks beyond the watchSelector {known.watch_selector} of this Promise's template"
    return ""


def interest_in(contract: Contract, request: Key) -> Interest:
    """Return the interest of a request by its contract."""
    selections = (found for source in SOURCES for found in source.selects(contract))
    labels = tuple((kind, key) for kind, selector in selections for key in label_keys(selector))
    return union(Interest(labels=labels), *(source.interest(contract, request) for source in SOURCES))


def source_of(assessment: Assessment) -> ContractSource:
    """Return the source of an assessment."""
    return next(source for source in SOURCES if assessment.source in source.names)


def assess(observation: Observation, situation: Situation, clock: Clock) -> tuple[Assessment, ...]:
    """Assess every source that the contract names, in source order."""
    assessments: list[Assessment] = []
    for source in SOURCES:
        found = source.assess(observation, situation, clock)
        assessments += found if isinstance(found, tuple) else [found] if found is not None else []
    workers = [item for item in assessments if item.source in (SourceName.PODS, SourceName.OBJECTS)]
    runs = bool(workers) and all(item.verdict is Verdict.GOOD for item in workers)
    deadline = situation.contract.thresholds.progress_deadline_seconds
    return tuple(_tolerated(item, deadline, clock) if runs and situation.once_ready else item for item in assessments)


def numbers_of(assessments: Sequence[Assessment], history: History) -> dict[str, object]:
    """Combine the keys that the sources add to `status.health`."""
    numbers: dict[str, object] = {}
    for found in assessments:
        # Each entry of `objects` holds only its own part.
        numbers |= found.health if found.source is not SourceName.OBJECTS else {}
    return numbers | objects_health(assessments, history)


def _tolerated(found: Assessment, deadline: float, clock: Clock) -> Assessment:
    """Turn Progressing into a note while the workloads are good, until the progress deadline.

    Argo CD reports an Application as Progressing while a new pod starts beside enough old ones; the workloads are the
    better evidence.
    """
    if found.reason is not Reason.APPLICATION_PROGRESSING or found.verdict is not Verdict.BAD:
        return found
    if clock.older_than(found.timers.get(Timer.ARGO_PROGRESSING), deadline):
        return found
    return msgspec.structs.replace(found, verdict=Verdict.GOOD, note=found.message, on_its_way=False)
