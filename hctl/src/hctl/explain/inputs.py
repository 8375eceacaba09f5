"""What each source rests on: the objects, by name and resourceVersion, and what was read in them."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from hctl.dump.case import Unread
from hctl.reading.read import items, mapping
from hctl.texts import count_of, inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.times import parse_time
from platform_status_contract.observing.observe import matches
from platform_status_contract.observing.records import ApplicationRecord, Key, PlacementRecord, PodRecord
from platform_status_contract.observing.sources import KIND_OF_CONTROLLER, Source
from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ApplicationSeen, ControllerSeen, Present
from platform_status_contract.rules.sources.groups import grouped
from platform_status_contract.rules.sources.pods import counts, hangs, is_ready
from platform_status_contract.rules.timers import SourceName

from .world import World

__all__ = ["Input", "inputs_of"]


class Input(Struct, frozen=True):
    """One object that a verdict rests on, or a collection that could not be read.

    Attributes:
        kind: Its kind.
        namespace: Its namespace.
        name: Its name; empty for a whole collection.
        version: metadata.resourceVersion; empty if it is not there.
        created: metadata.creationTimestamp; None if unknown.
        found: ``present``, ``absent`` or ``unread``.
        says: What was read in it.
        culprit: Whether it is one of those that keep its source from being good, by what the rules say of it.
        hidden: Why this reader alone could not see it: ``you may not read``, ``no answer about``; else empty.
    """

    kind: str
    namespace: str
    name: str
    version: str = ""
    created: datetime | None = None
    found: str = "present"
    says: str = ""
    culprit: bool = False
    hidden: str = ""

    @property
    def called(self) -> str:
        """What it is, in a sentence."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.name else f"{self.kind}s in {self.namespace}"


def inputs_of(
    assessment: Assessment, world: World, contract: Contract, request: Key, now: datetime
) -> tuple[Input, ...]:
    """List what an assessment rests on, by name."""
    match assessment.source:
        case SourceName.WORKS:
            found = _works(world, request)
        case SourceName.ARGO_SYNC | SourceName.ARGO_HEALTH:
            found = _application(world, contract, sync=assessment.source is SourceName.ARGO_SYNC)
        case SourceName.PODS:
            found = _pods(world, contract, Clock(now))
        case SourceName.SECRET:
            found = _secrets(world, contract)
        case _:  # sub-applications, the last of a closed set
            found = _sub_applications(world, contract, assessment)
    return tuple(found)


def _works(world: World, request: Key) -> Iterator[Input]:
    for source, kind in ((Source.WORKS, "Work"), (Source.WORK_PLACEMENTS, "WorkPlacement")):
        yield from _refused(world, source, kind, request[0])
    placed = world.unread(Source.WORK_PLACEMENTS) is None
    for work, placements in world.works(request):
        says = "nothing to write" if work.empty else count_of(len(placements), "placement")
        yield _seen(world, Source.WORKS, "Work", work.key, says, culprit=placed and not (work.empty or placements))
        for item in placements:
            culprit = item.misplaced or not item.written
            yield _seen(world, Source.WORK_PLACEMENTS, "WorkPlacement", item.key, _written(item), culprit=culprit)


def _written(item: PlacementRecord) -> str:
    where = f" to {item.destination}" if item.destination else ""
    if item.misplaced:
        return f"misplaced{where}"
    if item.written:
        return f"written{where}"
    return f"not yet written{where}" if item.written is None else f"not written{where}: {item.message}"


def _application(world: World, contract: Contract, *, sync: bool) -> Iterator[Input]:
    named = contract.application
    if named is None:
        return
    key = (named.namespace, named.name)
    if world.unread(Source.APPLICATIONS) is not None:
        yield from _refused(world, Source.APPLICATIONS, "Application", named.namespace)
        return
    record = world.application(key)
    says = ""
    if record is not None:
        seen = record.seen
        if sync:
            parts = [f"sync {seen.sync_status or 'not compared yet'}"]
            parts += [f"operation {seen.operation_phase}"] if seen.operation_phase else []
            parts += ["a try of it failed"] if seen.try_failed else []
            parts += [] if seen.compared_current else ["compared with another source than it has now"]
            annotation = named.generation_annotation
            if annotation is not None:
                parts.append(f"written for generation {dict(record.numbers).get(annotation, 'none')}")
            says = ", ".join(parts)
        else:
            says = _health(seen)
    yield _seen(world, Source.APPLICATIONS, "Application", key, says, absent=record is None, culprit=True)


def _health(seen: ApplicationSeen) -> str:
    parts = ["being deleted"] if seen.deleted else []
    parts += [f"health {seen.health_status or 'not assessed yet'}"]
    parts += ["no resources"] if seen.resources is False else []
    said = seen.health_message or seen.problems
    return ", ".join(parts) + (f": {said}" if said else "")


def _pods(world: World, contract: Contract, clock: Clock) -> Iterator[Input]:
    wanted = contract.workloads
    if wanted is None:
        return
    yield from _refused(world, Source.PODS, "Pod", wanted.namespace)
    named = [(KIND_OF_CONTROLLER[item.kind], (wanted.namespace, item.name)) for item in wanted.controllers or ()]
    controllers = [found.seen for found in (world.controller(*key) for key in named) if found is not None]
    records = [record for record in world.pods(wanted.namespace) if matches(wanted.selector, record.labels)]
    asleep = [item for item in controllers if item.paused or item.wanted == 0]
    seen_pods = [record.seen for record in records]
    groups = grouped(seen_pods, controllers, asleep, clock)
    culprits = {pod.name for group in groups for pod in (*group.down, *group.hanging)}
    for record in records:
        says = _pod(record, clock)
        yield _seen(world, Source.PODS, "Pod", record.key, says, culprit=record.name in culprits)
    for item in wanted.controllers or ():
        source, key = KIND_OF_CONTROLLER[item.kind], (wanted.namespace, item.name)
        refused = world.unread(source, key)
        if refused is not None:
            yield _unread(item.kind, key, refused)
            continue
        controller = world.controller(source, key)
        seen = controller.seen if controller else None
        culprit = seen is None or seen.paused or seen.deleted is not None or bool(seen.failure)
        if seen is not None and not culprit:
            short = any(group.controller is seen and not group.is_complete for group in groups)
            culprit = item.zero != "allowed" if seen.wanted == 0 else short
        says = _controller(seen) if seen else ""
        yield _seen(world, source, item.kind, key, says, absent=seen is None, culprit=culprit)


def _controller(seen: ControllerSeen) -> str:
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
        parts.append("ready, but not for long enough since it restarted" if seen.ready else "not ready")
    parts += [count_of(seen.restarts, "restart")] if seen.restarts else []
    parts += [seen.waiting] if seen.waiting else []
    return ", ".join(parts)


def _secrets(world: World, contract: Contract) -> Iterator[Input]:
    for item in contract.secrets or ():
        key = (item.namespace, item.name)
        refused = world.unread(Source.SECRETS, key)
        if refused is not None:
            yield _unread("Secret", key, refused)
        else:
            secret = world.secret(key)
            found = secret.value if isinstance(secret, Present) else None
            deleted = found is not None and bool(found.deleted)
            says = "exists, being deleted" if deleted else "exists"
            culprit = found is None or deleted
            yield _seen(world, Source.SECRETS, "Secret", key, says, absent=found is None, culprit=culprit)


def _sub_applications(world: World, contract: Contract, assessment: Assessment) -> Iterator[Input]:
    wanted = contract.sub_applications
    if wanted is None:
        return
    yield from _refused(world, Source.APPLICATIONS, "Application", wanted.namespace)
    own = (contract.application.namespace, contract.application.name) if contract.application else None
    culprits = items(mapping(assessment.health.get("subApps")).get("unhealthy"))
    record: ApplicationRecord
    for record in world.applications_at(wanted.namespace, wanted.destination.servers, wanted.destination.all_names):
        if record.key != own and matches(wanted.selector, record.labels):
            sync = f"sync {record.seen.sync_status or 'not compared yet'}"
            says = f"{sync}, {_health(record.seen)}"
            culprit = record.name in culprits
            yield _seen(world, Source.APPLICATIONS, "Application", record.key, says, culprit=culprit)


def _refused(world: World, source: Source, kind: str, namespace: str) -> Iterator[Input]:
    refused = world.unread(source)
    if refused is not None:
        yield _unread(kind, (namespace, ""), refused)


def _unread(kind: str, key: Key, refused: Unread) -> Input:
    namespace, name = (inert(part, 253) for part in key)
    return Input(kind, namespace, name, found="unread", says=refused.message, hidden=refused.hidden)


def _seen(
    world: World,
    source: Source,
    kind: str,
    key: Key,
    says: str,
    *,
    absent: bool = False,
    culprit: bool = False,
) -> Input:
    namespace, name = (inert(part, 253) for part in key)
    if absent:
        return Input(kind, namespace, name, found="absent", says="does not exist", culprit=culprit)
    metadata = mapping((world.object(source, key) or {}).get("metadata"))
    return Input(
        kind=kind,
        namespace=namespace,
        name=name,
        version=inert(metadata.get("resourceVersion"), 64),
        created=parse_time(metadata.get("creationTimestamp")),
        says=inert(says, 600),
        culprit=culprit,
    )
