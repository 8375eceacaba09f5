"""The derivation: observe, conclude, and what stands between the two."""

from datetime import datetime

import msgspec
from msgspec import Struct

from hctl.dump.case import LEASES, Case
from hctl.errors import ExitCode, UsageError
from hctl.reading.freshness import Freshness, State, judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.read import mapping, read_request
from hctl.texts import inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.facts import facts_of, is_dry_run
from platform_status_contract.observing.observe import NotYet, observe
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.conclude import conclude, tabulate
from platform_status_contract.rules.history import History, recall
from platform_status_contract.rules.observation import Facts, Observation
from platform_status_contract.rules.project import Table
from platform_status_contract.rules.projection import Projection
from platform_status_contract.rules.situate import adopt

from .forecast import Step, foresee
from .inputs import Input, inputs_of
from .rows import RowVerdict, walk
from .world import World

__all__ = ["Difference", "Explained", "Explanation", "explain"]


class Explained(Struct, frozen=True):
    """One source: what was judged, and by what."""

    assessment: Assessment
    inputs: tuple[Input, ...]


class Difference(Struct, frozen=True):
    """Something that the status says otherwise than the rules."""

    field: str
    stored: str
    concluded: str


class Explanation(Struct, frozen=True):
    """The sidecar's verdict on a request, and how it comes about.

    Attributes:
        now: The moment of the verdict.
        judged: The request as its status tells it, with how far that can be believed.
        projection: The verdict.
        rows: The phase table, down to the row that matched.
        sources: What was observed; empty if a row matched that looks at nothing.
        forecast: What the verdict becomes if nothing changes.
        differences: Where the status says something else.
        blocking: The sources that are not good, worst first.
        remarks: What limits this explanation.
    """

    now: datetime
    judged: Judged
    projection: Projection
    rows: tuple[RowVerdict, ...]
    sources: tuple[Explained, ...]
    forecast: tuple[Step, ...]
    differences: tuple[Difference, ...]
    blocking: tuple[Assessment, ...]
    remarks: tuple[str, ...]

    @property
    def freshness(self) -> Freshness:
        """How fresh the status is."""
        return self.judged.freshness

    @property
    def exit_code(self) -> ExitCode:
        """Of the verdict, not of the status; a silent sidecar goes before it, as everywhere."""
        if self.freshness.state is State.SILENT:
            return ExitCode.STALE
        return ExitCode.READY if self.projection.phase is Phase.READY else ExitCode.NOT_READY


def explain(case: Case, now: datetime | None = None) -> Explanation:
    """Explain the verdict on a request.

    Args:
        case: The request and what surrounds it.
        now: The moment of the verdict; by default the one at which the case was collected.

    Raises:
        UsageError: The case holds no request that could be read.
    """
    moment = (now or case.time).replace(microsecond=0)
    record = decode_request(msgspec.json.encode(case.request))
    if record is None:
        raise UsageError("request: has no metadata.name, expected the request as the cluster holds it")
    view = read_request(case.request, resource=case.resource)
    status: object = msgspec.json.decode(record.status)
    facts = facts_of(record, status, lease=view.lease, version=view.reporter_version)
    world = World(case, view.lease)
    observation = _observe(world, record.key, facts)
    history = recall(status)
    projection = conclude(history, observation, facts, moment)
    table = _table(history, observation, facts, moment)
    judged = judge(view, judge_freshness(view, world.lease(view.lease), moment))
    contract = facts.contract
    sources = tuple(
        Explained(found, inputs_of(found.source, world, contract, record.key, moment))
        for found in (table.assessments if table is not None else ())
        if isinstance(contract, Contract)
    )
    remarks = [f"{entry.source} could not be read from here: {entry.message}" for entry in case.unread]
    if any(entry.source != LEASES for entry in case.unread):
        remarks.append("what could not be read is judged as the sidecar judges it: by the status, for a minute")
    if is_dry_run(record):
        remarks.append("the request is a dry run of Kratix's: the sidecar leaves it alone")
    return Explanation(
        now=moment,
        judged=judged,
        projection=projection,
        rows=walk(table, projection.row),
        sources=sources,
        forecast=foresee(status, projection, observation, facts, moment),
        differences=_differences(status, history, projection),
        blocking=table.summary.blocking if table is not None else (),
        remarks=tuple(remarks),
    )


def _observe(world: World, key: Key, facts: Facts) -> Observation:
    """Rows 1 and 2 of the phase table look at no source, so none is looked at, as the sidecar does."""
    if facts.deleting or not isinstance(facts.contract, Contract):
        return Observation()
    seen = observe(world, key, facts.contract)
    assert not isinstance(seen, NotYet), "a dump is complete: what it does not hold is absent or unread"  # noqa: S101
    return seen


def _table(history: History, observation: Observation, facts: Facts, now: datetime) -> Table | None:
    """Lay out what the rows look at, as `conclude` does; None where it does not."""
    contract = facts.contract
    if facts.deleting or not isinstance(contract, Contract):
        return None
    return tabulate(adopt(history, contract, now), contract, observation, facts, Clock(now))


def _differences(status: object, history: History, projection: Projection) -> tuple[Difference, ...]:
    """Compare what the status says with what it should say; numbers and times of it are left out."""
    fields = mapping(status)
    pairs = [("phase", inert(fields.get("phase"), 40), str(projection.phase))]
    if projection.message is not None:
        pairs.append(("message", inert(fields.get("message")), projection.message))
    wanted = {entry.type: f"{entry.status} {entry.reason}" for entry in projection.conditions}
    found = {
        str(kind): f"{entry.status} {entry.reason or 'for no reason that we know'}"
        for kind, entry in history.conditions.items()
    }
    pairs += [
        (f"condition {kind}", found.get(kind, ""), wanted.get(kind, "")) for kind in dict.fromkeys([*wanted, *found])
    ]
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])
