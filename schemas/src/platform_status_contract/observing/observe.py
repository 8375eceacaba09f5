"""Store and contract -> Observation: one reading per source, and absent is not unreadable (design.md section 3).

Pure: the store is read through `View`, nothing is waited for. Selectors are evaluated here, with the semantics of
Kubernetes label selectors.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from platform_status_contract.model.contract import Contract, MatchExpression, Selector, SubApplications
from platform_status_contract.observing.records import (
    ApplicationRecord,
    ControllerRecord,
    Key,
    Labels,
    PlacementRecord,
    PodRecord,
    WorkRecord,
)
from platform_status_contract.observing.sources import KIND_OF_CONTROLLER, Source, SourceState
from platform_status_contract.rules.observation import (
    Absent,
    ApplicationSeen,
    ControllerSeen,
    Observation,
    PodSeen,
    Present,
    Reading,
    SecretSeen,
    Silence,
    SubApplicationSeen,
    Unreadable,
    WorkPlacementSeen,
    WorkSeen,
)

__all__ = ["NotYet", "View", "matches", "observe"]

T = TypeVar("T")


class NotYet(Struct, frozen=True):
    """Nothing may be projected yet: these sources have not finished their first reading."""

    waiting_for: tuple[str, ...]


class View(Protocol):
    """What observing needs of the store; see `store.store.Store`."""

    def state(self, source: Source) -> SourceState:
        """Return what is known about a kind as a whole."""
        ...

    def application(self, key: Key) -> ApplicationRecord | None:
        """Return an Application."""
        ...

    def applications_at(self, namespace: str, servers: Iterable[str], names: Iterable[str]) -> list[ApplicationRecord]:
        """Return the Applications of a namespace whose destination is one of the servers or of the names."""
        ...

    def silence(self, record: ApplicationRecord) -> Silence | None:
        """Return when the Argo CD of an Application counts as silent, unless it shows a sign of life before."""
        ...

    def is_pods_known(self, namespace: str) -> bool:
        """Say whether a pod that is not there is absent, and not only unknown yet."""
        ...

    def pods(self, namespace: str) -> list[PodRecord]:
        """Return the pods of a namespace."""
        ...

    def controller(self, source: Source, key: Key) -> ControllerRecord | None:
        """Return a controller."""
        ...

    def works(self, request: Key) -> list[tuple[WorkRecord, list[PlacementRecord]]]:
        """Return the Works of a request with their placements."""
        ...

    def secret(self, key: Key) -> Reading[SecretSeen] | None:
        """Return the last reading of a Secret, None before the first."""
        ...


def observe(view: View, request: Key, contract: Contract) -> Observation | NotYet:
    """Read everything that a contract names.

    Args:
        view: The store, held still by the caller.
        request: Namespace and name of the request.
        contract: Its contract.

    Returns:
        One reading per source that the contract names; or what is still waited for, because half a list is not
        absence.
    """
    states = {source: view.state(source) for source in _sources(contract)}
    waiting = [source.value for source, state in states.items() if not state.synced and state.failure is None]
    if contract.workloads and not waiting and not states[Source.PODS].failure:
        # A namespace that came into view after the pods were listed is listed on its own.
        waiting += [] if view.is_pods_known(contract.workloads.namespace) else [Source.PODS.value]
    secrets = tuple(view.secret((item.namespace, item.name)) for item in contract.secrets or ())
    if None in secrets:
        waiting.append("secrets")
    if waiting:
        return NotYet(tuple(waiting))

    def read(sources: Iterable[Source], look: Callable[[], Present[T] | Absent]) -> Reading[T]:
        return _reading([states[source] for source in sources], look)

    works_kinds = (Source.WORKS, Source.WORK_PLACEMENTS)
    controllers = _controller_sources(contract)
    return Observation(
        works=read(works_kinds, lambda: _works(view, request)) if contract.works else None,
        application=read([Source.APPLICATIONS], lambda: _application(view, contract)) if contract.application else None,
        pods=read([Source.PODS], lambda: _pods(view, contract)) if contract.workloads else None,
        controllers=read(controllers, lambda: _controllers(view, contract)) if controllers else None,
        secrets=tuple(secret for secret in secrets if secret is not None) if contract.secrets else None,
        sub_applications=(
            read([Source.APPLICATIONS], partial(_sub_applications, view, contract, contract.sub_applications))
            if contract.sub_applications
            else None
        ),
    )


def matches(selector: Selector | None, labels: Labels) -> bool:
    """Evaluate a label selector as Kubernetes does; no selector, or an empty one, selects everything."""
    if selector is None:
        return True
    found = dict(labels)
    wanted = selector.match_labels or {}
    if any(found.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(expression, found) for expression in selector.match_expressions or ())


def _holds(expression: MatchExpression, labels: Mapping[str, str]) -> bool:
    values = expression.values or ()
    match expression.operator:
        case "In":
            return expression.key in labels and labels[expression.key] in values
        case "NotIn":
            return expression.key not in labels or labels[expression.key] not in values
        case "Exists":
            return expression.key in labels
        case _:  # DoesNotExist, the last of a closed set
            return expression.key not in labels


def _sources(contract: Contract) -> list[Source]:
    sources: list[Source] = []
    if contract.application or contract.sub_applications:
        sources.append(Source.APPLICATIONS)
    if contract.workloads:
        sources.append(Source.PODS)
    if contract.works:
        sources += [Source.WORKS, Source.WORK_PLACEMENTS]
    return sources + _controller_sources(contract)


def _controller_sources(contract: Contract) -> list[Source]:
    controllers = contract.workloads.controllers if contract.workloads else None
    return sorted({KIND_OF_CONTROLLER[item.kind] for item in controllers or ()})


def _reading(states: list[SourceState], look: Callable[[], Present[T] | Absent]) -> Reading[T]:
    failures = [state.failure for state in states if state.failure]
    if not failures:
        return look()
    first = min(failures, key=lambda failure: failure.since)
    # What was read before is the last known value only if every part of it was ever read as a whole.
    last = look() if all(state.synced for state in states) else None
    return Unreadable(first.reason, first.since, last)


def _application(view: View, contract: Contract) -> Present[ApplicationSeen] | Absent:
    named = contract.application
    found = view.application((named.namespace, named.name)) if named else None
    if named is None or found is None:
        return Absent()
    written_for = dict(found.numbers).get(named.generation_annotation) if named.generation_annotation else None
    return Present(msgspec.structs.replace(found.seen, written_for=written_for, silence=view.silence(found)))


def _sub_applications(
    view: View, contract: Contract, wanted: SubApplications
) -> Present[tuple[SubApplicationSeen, ...]]:
    own = (contract.application.namespace, contract.application.name) if contract.application else None
    found = view.applications_at(wanted.namespace, wanted.destination.servers, wanted.destination.all_names)
    return Present(
        tuple(
            SubApplicationSeen(
                record.name, msgspec.structs.replace(record.seen, silence=view.silence(record)), record.created
            )
            for record in found
            if record.key != own and matches(wanted.selector, record.labels)
        )
    )


def _pods(view: View, contract: Contract) -> Present[tuple[PodSeen, ...]]:
    wanted = contract.workloads
    found = view.pods(wanted.namespace) if wanted else []
    selector = wanted.selector if wanted else None
    seen = (record.seen for record in found if matches(selector, record.labels))
    return Present(tuple(sorted(seen, key=lambda pod: pod.name)))


def _controllers(view: View, contract: Contract) -> Present[tuple[ControllerSeen, ...]]:
    wanted = contract.workloads
    seen = []
    for item in (wanted.controllers if wanted else None) or ():
        found = view.controller(KIND_OF_CONTROLLER[item.kind], (wanted.namespace if wanted else "", item.name))
        if found:
            seen.append(found.seen)
    return Present(tuple(seen))


def _works(view: View, request: Key) -> Present[tuple[WorkSeen, ...]]:
    return Present(
        tuple(
            WorkSeen(
                name=work.name,
                empty=work.empty,
                placements=tuple(
                    WorkPlacementSeen(item.name, item.destination, item.written, item.misplaced, item.message)
                    for item in placements
                ),
                message=work.message,
            )
            for work, placements in view.works(request)
        )
    )
