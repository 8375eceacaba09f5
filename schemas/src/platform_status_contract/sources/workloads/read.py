"""What a contract makes of interest about workloads, and the reading of them."""

from collections.abc import Iterator

import msgspec

from platform_status_contract.model.contract import Contract, Controller, Workloads
from platform_status_contract.observing.interest import Interest, about_object
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.selectors import matches
from platform_status_contract.observing.view import View, reading
from platform_status_contract.rules.observation import ControllerSeen, Observation, PodSeen, Present

from .controller_record import ControllerRecord
from .kinds import CONTROLLERS, POD
from .pod_record import PodRecord
from .pods import belongs

__all__ = ["controllers_of", "interest_in_workloads", "is_observed", "pods_of", "read_workloads"]


def interest_in_workloads(contract: Contract, _request: Key) -> Interest:
    """The pods of each namespace, and the controllers that are named."""
    parts = contract.workload_parts
    named = [(CONTROLLERS[item.kind].source, (part.namespace, item.name)) for part, item in _controllers(contract)]
    return Interest(
        tuple(about_object(*each) for each in named),
        (*((POD.source,) if parts else ()), *(source for source, _ in named)),
        tuple((POD.source, part.namespace, "") for part in parts),
    )


def read_workloads(observation: Observation, view: View, contract: Contract, _request: Key) -> Observation:
    """Read the pods that are observed, and the controllers that exist."""
    if not contract.workload_parts:
        return observation
    pods = reading(view, [POD.source], lambda: Present(_all_pods(view, contract)))
    sources = sorted({CONTROLLERS[item.kind].source for _, item in _controllers(contract)})
    if not sources:
        return msgspec.structs.replace(observation, pods=pods)
    controllers = reading(view, sources, lambda: Present(_all_controllers(view, contract)))
    return msgspec.structs.replace(observation, pods=pods, controllers=controllers)


def _controllers(contract: Contract) -> list[tuple[Workloads, Controller]]:
    return [(part, item) for part in contract.workload_parts for item in part.controllers or ()]


def _where(contract: Contract, part: Workloads) -> str:
    """The namespace to tell; none where there is only one, because a record does not hold it twice."""
    return part.namespace if len(contract.workload_parts) > 1 else ""


def _all_pods(view: View, contract: Contract) -> tuple[PodSeen, ...]:
    found = (
        (record.seen, _where(contract, part)) for part in contract.workload_parts for record in pods_of(view, part)
    )
    return tuple(msgspec.structs.replace(seen, namespace=where) if where else seen for seen, where in found)


def _all_controllers(view: View, contract: Contract) -> tuple[ControllerSeen, ...]:
    found = (
        (record.seen, _where(contract, part))
        for part in contract.workload_parts
        for _, record in controllers_of(view, part)
        if record is not None
    )
    return tuple(msgspec.structs.replace(seen, namespace=where) if where else seen for seen, where in found)


def pods_of(view: View, wanted: Workloads) -> list[PodRecord]:
    """Find the pods that are observed in one namespace, by name."""
    found = view.within(POD.source, wanted.namespace)
    return [record for record in found if isinstance(record, PodRecord) and is_observed(record, wanted)]


def is_observed(pod: PodRecord, wanted: Workloads) -> bool:
    """Whether a pod matches, or is one of a named controller: that one counts it, whatever its labels are."""
    named = wanted.controllers or ()
    return matches(wanted.selector, pod.labels) or any(belongs(pod.seen, item.kind, item.name) for item in named)


def controllers_of(view: View, wanted: Workloads) -> Iterator[tuple[Controller, ControllerRecord | None]]:
    """Find the controllers that are named in one namespace, in the order of the contract; None for one that is not."""
    for item in wanted.controllers or ():
        found = view.record(CONTROLLERS[item.kind].source, (wanted.namespace, item.name))
        yield item, found if isinstance(found, ControllerRecord) else None
