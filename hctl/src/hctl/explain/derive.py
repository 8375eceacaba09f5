"""The derivation: observe, conclude, and what stands between the two."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import Struct

from hctl import __version__
from hctl.dump.case import CONFIG_MAPS, LEASES, Case
from hctl.dump.scopes import scope_in
from hctl.errors import ExitCode, UsageError
from hctl.reading.freshness import Freshness, State, judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.read import read_request
from hctl.texts import inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.facts import facts_of, is_dry_run
from platform_status_contract.observing.observe import NotYet, observe
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.assessment import Assessment, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.conclude import conclude, tabulate
from platform_status_contract.rules.history import History, recall
from platform_status_contract.rules.observation import ContractProblem, Facts, Observation
from platform_status_contract.rules.projection import Projection
from platform_status_contract.rules.situate import adopt
from platform_status_contract.rules.table import Table
from platform_status_contract.rules.timers import SourceName
from platform_status_contract.sources.workloads.kinds import CONTROLLERS

from .forecast import Step, foresee
from .inputs import Input, inputs_of
from .rows import RowVerdict, walk
from .world import World

__all__ = ["Explained", "Explanation", "StatusDifference", "derive", "explain"]


class Explained(Struct, frozen=True):
    """One source: what was judged, and by what."""

    assessment: Assessment
    inputs: tuple[Input, ...] = ()

    @property
    def culprits(self) -> tuple[Input, ...]:
        """The objects that keep it from being good; none if it is."""
        return tuple(entry for entry in self.inputs if entry.culprit and self.assessment.verdict is not Verdict.GOOD)

    @property
    def hidden(self) -> str:
        """What this reader could not see, so that the assessment only repeats the status; empty if it was seen."""
        # Only controllers are paused; what is bad and seen, of pods or of controllers, decides whatever else there is.
        paused = self.assessment.source is SourceName.PODS and self.assessment.reason is Reason.PAUSED
        if any(not paused or entry.kind in CONTROLLERS for entry in self.culprits):
            return ""
        return next((f"{entry.hidden} {entry.called}" for entry in self.inputs if entry.hidden), "")

    @property
    def says(self) -> str:
        """The assessment in a sentence."""
        if not self.hidden:
            return self.assessment.message
        unknown = self.assessment.verdict is Verdict.UNREADABLE
        return self.hidden if unknown else f"{self.hidden}; the status says: {self.assessment.message}"

    @property
    def is_evident(self) -> bool:
        """Whether it is seen to be bad or paused."""
        return not self.hidden and self.assessment.verdict in (Verdict.BAD, Verdict.PAUSED)


class StatusDifference(Struct, frozen=True):
    """Something that the status says otherwise than the rules."""

    field: str
    stored: str
    concluded: str


class Explanation(Struct, frozen=True):
    """The sidecar's verdict on a request, and how it comes about.

    Attributes:
        now: The moment of the verdict.
        judged: The request as its status tells it, with how far that can be believed.
        facts: What the request says about itself.
        projection: The verdict.
        rows: The phase table, down to the row that matched.
        sources: What was observed; empty if a row matched that looks at nothing.
        forecast: What the verdict becomes if nothing changes; empty if something that it depends on is hidden.
        differences: Where the status says something else.
        blocking: The sources that are not good, worst first.
        remarks: What limits this explanation.
    """

    now: datetime
    judged: Judged
    facts: Facts
    projection: Projection
    rows: tuple[RowVerdict, ...]
    sources: tuple[Explained, ...]
    forecast: tuple[Step, ...]
    differences: tuple[StatusDifference, ...]
    blocking: tuple[Assessment, ...]
    remarks: tuple[str, ...]

    @property
    def freshness(self) -> Freshness:
        """How fresh the status is."""
        return self.judged.freshness

    @property
    def hidden(self) -> str:
        """What this reader may not see, where the verdict depends on it; empty if it is a verdict of its own.

        What is bad before everybody's eyes decides, whatever else there is. Otherwise a source that was not seen only
        repeats the status, and nothing may be predicted from it.
        """
        if self.too_new:
            return self.too_new
        unseen = [found.hidden for found in self.sources if found.hidden]
        evident = any(found.is_evident for found in self.sources)
        if not unseen or (evident and self.projection.phase in (Phase.DEGRADED, Phase.FAILED)):
            return ""
        return unseen[0]

    @property
    def too_new(self) -> str:
        """Why this hctl may be too old for the contract, so that it judges nothing; empty if it knows every key."""
        contract = self.facts.contract
        if not isinstance(contract, ContractProblem) or not contract.unknown_key:
            return ""
        return f"{contract.message} (this is hctl {__version__})"

    @property
    def exit_code(self) -> ExitCode:
        """Of the verdict, or of the status if nothing is judged; a silent sidecar goes before it, as everywhere."""
        if self.too_new:
            return self.judged.exit_code
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
    scope = scope_in(case.objects, case.resource)
    facts = facts_of(
        record,
        status,
        lease=view.lease,
        version=view.reporter_version,
        out_of_reach=lambda contract: scope.beyond(contract, record.key),
    )
    world = World(case, view.lease).at(moment)
    remarks = [f"{entry.source} could not be read from here: {entry.message}" for entry in case.unread]
    if any(entry.hidden and entry.source not in (LEASES, CONFIG_MAPS) for entry in case.unread):
        remarks.append("what you may not read is taken from the status, and nothing is predicted from it")
    if is_dry_run(record):
        remarks.append("the request is a dry run of Kratix's: the sidecar leaves it alone")

    def inputs(found: Assessment) -> tuple[Input, ...]:
        contract = facts.contract
        return inputs_of(found, world, contract, record.key, moment) if isinstance(contract, Contract) else ()

    return derive(
        judge(view, judge_freshness(view, world.lease(view.lease), moment)),
        status,
        facts,
        lambda at: _observe(world.at(at), record.key, facts),
        moment,
        inputs,
        tuple(remarks),
    )


def derive(
    judged: Judged,
    status: object,
    facts: Facts,
    observe_at: Callable[[datetime], Observation],
    moment: datetime,
    inputs: Callable[[Assessment], tuple[Input, ...]] = lambda _: (),
    remarks: tuple[str, ...] = (),
) -> Explanation:
    """Derive the verdict from what was observed.

    Args:
        judged: The request as its status tells it.
        status: `.status` as it is stored, any JSON: the rules' memory.
        facts: What the request says about itself.
        observe_at: What is seen at a moment, if nothing changes.
        moment: The moment of the verdict.
        inputs: The objects that an assessment rests on.
        remarks: What limits the explanation.
    """
    history, observation = recall(status), observe_at(moment)
    projection = conclude(history, observation, facts, moment)
    table = _table(history, observation, facts, moment)
    found = Explanation(
        now=moment,
        judged=judged,
        facts=facts,
        projection=projection,
        rows=walk(table, projection.row),
        sources=tuple(Explained(found, inputs(found)) for found in (table.assessments if table is not None else ())),
        forecast=(),
        differences=_differences(status, history, projection),
        blocking=table.summary.blocking if table is not None else (),
        remarks=remarks,
    )
    if found.too_new:
        return msgspec.structs.replace(found, differences=())
    if found.hidden:
        return found
    return msgspec.structs.replace(found, forecast=foresee(status, projection, observe_at, facts, moment))


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


def _differences(status: object, history: History, projection: Projection) -> tuple[StatusDifference, ...]:
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
    return tuple(StatusDifference(*pair) for pair in pairs if pair[1] != pair[2])
