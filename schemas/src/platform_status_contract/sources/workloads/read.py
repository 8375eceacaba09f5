"""What a contract makes of interest about workloads, and the reading of them."""

from collections.abc import Iterator

import msgspec

from platform_status_contract.model.contract import Contract, Controller, Workloads
from platform_status_contract.observing.interest import NOTHING, Interest, about_object
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.selectors import matches
from platform_status_contract.observing.view import View, reading
from platform_status_contract.rules.observation import Observation, Present

from .controller_record import ControllerRecord
from .kinds import CONTROLLERS, POD
from .pod_record import PodRecord
from .pods import belongs

__all__ = ["controllers_of", "interest_in_workloads", "is_observed", "pods_of", "read_workloads"]


def interest_in_workloads(contract: Contract, _request: Key) -> Interest:
    """The pods of a namespace, and the controllers that are named."""
    wanted = contract.workloads
    if wanted is None:
        return NOTHING
    named = [(CONTROLLERS[item.kind].source, (wanted.namespace, item.name)) for item in wanted.controllers or ()]
    return Interest(
        frozenset(about_object(*each) for each in named),
        frozenset({POD.source, *(source for source, _ in named)}),
        frozenset({(POD.source, wanted.namespace, "")}),
    )


def read_workloads(observation: Observation, view: View, contract: Contract, _request: Key) -> Observation:
    """Read the pods that are observed, and the controllers that exist."""
    if contract.workloads is None:
        return observation
    pods = reading(view, [POD.source], lambda: Present(tuple(pod.seen for pod in pods_of(view, contract))))
    sources = sorted({CONTROLLERS[item.kind].source for item in contract.workloads.controllers or ()})
    if not sources:
        return msgspec.structs.replace(observation, pods=pods)
    controllers = reading(
        view,
        sources,
        lambda: Present(tuple(found.seen for _, found in controllers_of(view, contract) if found is not None)),
    )
    return msgspec.structs.replace(observation, pods=pods, controllers=controllers)


def pods_of(view: View, contract: Contract) -> list[PodRecord]:
    """Find the pods that are observed, by name."""
    wanted = contract.workloads
    if wanted is None:
        return []
    found = view.within(POD.source, wanted.namespace)
    return [record for record in found if isinstance(record, PodRecord) and is_observed(record, wanted)]


def is_observed(pod: PodRecord, wanted: Workloads) -> bool:
    """Whether a pod matches, or is one of a named controller: that one counts it, whatever its labels are."""
    named = wanted.controllers or ()
    return matches(wanted.selector, pod.labels) or any(belongs(pod.seen, item.kind, item.name) for item in named)


def controllers_of(view: View, contract: Contract) -> Iterator[tuple[Controller, ControllerRecord | None]]:
    """Find the controllers that are named, in the order of the contract; None for one that does not exist."""
    wanted = contract.workloads
    for item in (wanted.controllers if wanted else None) or ():
        found = view.record(CONTROLLERS[item.kind].source, (wanted.namespace if wanted else "", item.name))
        yield item, found if isinstance(found, ControllerRecord) else None
