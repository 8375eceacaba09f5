"""What to say of pods and controllers, and what a dump needs of them."""

from collections.abc import Iterator, Sequence

import msgspec

from platform_status_contract.model.contract import Contract, Selector, Workloads
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.selectors import label_query
from platform_status_contract.observing.view import View
from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ControllerSeen
from platform_status_contract.rules.texts import count_of
from platform_status_contract.sources.source import Basis, Fetch, Json, unreadable_kind

from .groups import Group, grouped
from .kinds import CONTROLLERS, POD
from .pod_record import PodRecord, decode_pod
from .pods import counts, hangs, is_ready
from .read import controllers_of, is_observed, pods_of

__all__ = ["collect_workloads", "controller_words", "describe_workloads", "select_pods"]


def describe_workloads(
    _assessment: Assessment, view: View, contract: Contract, _request: Key, clock: Clock
) -> Iterator[Basis]:
    """Name the pods that match and the controllers, each with what it says of itself."""
    for part in contract.workload_parts:
        yield from _describe(view, part, clock)


def _describe(view: View, wanted: Workloads, clock: Clock) -> Iterator[Basis]:
    yield from unreadable_kind(view, POD, wanted.namespace)
    pods, named = pods_of(view, wanted), list(controllers_of(view, wanted))
    controllers = [record.seen for _, record in named if record is not None]
    asleep = [item for item in controllers if item.paused or item.wanted == 0]
    groups = grouped([pod.seen for pod in pods], controllers, asleep, clock)
    culprits = {pod.name for group in groups for pod in (*group.down, *group.hanging, *group.ended)}
    for pod in pods:
        yield Basis(POD, pod.key, _pod(pod, clock), culprit=pod.name in culprits)
    for item, record in named:
        seen = record.seen if record else None
        culprit = _is_culprit(seen, groups, zero_is_fine=item.zero == "allowed")
        key = (wanted.namespace, item.name)
        yield Basis(
            CONTROLLERS[item.kind], key, controller_words(seen) if seen else "", absent=seen is None, culprit=culprit
        )


def _is_culprit(seen: ControllerSeen | None, groups: Sequence[Group], *, zero_is_fine: bool) -> bool:
    if seen is None or seen.paused or seen.deleted is not None or seen.failure:
        return True
    if seen.wanted == 0:
        return not zero_is_fine
    return any(group.controller is seen and not group.is_complete for group in groups)


def controller_words(seen: ControllerSeen) -> str:
    """Say what a controller wants and has; only what prevents more stands behind a colon."""
    parts = ["paused"] if seen.paused else ["not paused"] if seen.wanted is None else []
    if seen.wanted is not None:
        wanted = f"wants {count_of(seen.wanted, 'pod')}, has {seen.made}"
        parts += [f"{wanted}, {seen.ready} ready, {seen.updated} of the newest revision"]
        parts += [] if seen.current else ["changed since its controller last looked"]
    parts += ["rollout paused"] if seen.held else []
    parts += ["being deleted"] if seen.deleted else []
    return ", ".join(parts) + (f": {seen.failure}" if seen.failure else "")


def _pod(record: PodRecord, clock: Clock) -> str:
    seen = record.seen
    parts = [seen.phase or "no phase"]
    if hangs(seen, clock):
        parts.append("should be gone, and hangs in Terminating")
    elif not counts(seen):
        parts.append("does not count" + (", terminating" if seen.deleted else ""))
    elif is_ready(seen, clock):
        parts.append("ready")
    else:
        is_up = seen.ready and seen.phase != "Failed"
        parts.append("ready, but not for long enough since it restarted" if is_up else "not ready")
    parts += [count_of(seen.restarts, "restart")] if seen.restarts else []
    parts += [f"last failed: {seen.failed}"] if seen.failed else []
    parts += [seen.waiting] if seen.waiting else []
    return ", ".join(parts)


def select_pods(contract: Contract) -> tuple[tuple[str, Selector | None], ...]:
    """Return the selectors of the pods."""
    return tuple((POD.source, part.selector) for part in contract.workload_parts)


def collect_workloads(fetch: Fetch, contract: Contract, _request: Json) -> None:
    """Read the pods that are observed, and the controllers."""
    for part in contract.workload_parts:
        _collect(fetch, part)


def _collect(fetch: Fetch, wanted: Workloads) -> None:
    # Pods of a named controller count whatever their labels are, and no query finds pods by their owner.
    query = "" if wanted.controllers else label_query(wanted.selector)
    pods = ((item, decode_pod(msgspec.json.encode(item))) for item in fetch.list(POD, wanted.namespace, labels=query))
    fetch.keep(item for item, pod in pods if pod is not None and is_observed(pod, wanted))
    for item in wanted.controllers or ():
        fetch.one(CONTROLLERS[item.kind], (wanted.namespace, item.name))
