"""The derivation: observe, conclude, and the intermediate steps, such as why a row of the phase table did not match."""

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
from platform_status_contract.rules.rows import ROWS
from platform_status_contract.rules.situate import adopt
from platform_status_contract.rules.table import Table
from platform_status_contract.rules.timers import SourceName
from platform_status_contract.rules.unobserved import TITLES
from platform_status_contract.sources.workloads.kinds import CONTROLLERS

from .forecast import Step, foresee
from .inputs import Input, inputs_of
from .world import World

__all__ = ["Explained", "Explanation", "StatusDifference", "derive", "explain", "walk"]


class RowVerdict(Struct, frozen=True):
    """One row of the table.

    Attributes:
        row: Its number; 2a, 2b or 2c if row 2 matched.
        title: Its title.
        matched: Whether it is the row that matched.
        why: One phrase for each requirement that is not met; empty for the row that matched.
    """

    row: str
    title: str
    matched: bool
    why: tuple[str, ...] = ()


def walk(table: Table | None, matched: str) -> tuple[RowVerdict, ...]:
    """Return the rows of the table down to the one that matched.

    Args:
        table: The input of the rows; None if row 1 or 2 matched, which need no source.
        matched: The row that matched.
    """
    found: list[RowVerdict] = []
    for row, (title, otherwise) in TITLES.items():
        if row == matched.rstrip("abc"):
            return (*found, RowVerdict(matched, title, matched=True))
        found.append(RowVerdict(row, title, matched=False, why=(otherwise,)))
    for entry in ROWS:
        if entry.number == matched or table is None:
            found.append(RowVerdict(matched, entry.title, matched=True))
            break
        found.append(RowVerdict(entry.number, entry.title, matched=False, why=entry.unmet(table)))
    return tuple(found)


class Explained(Struct, frozen=True):
    """The assessment of one source, with the objects behind it."""

    assessment: Assessment
    inputs: tuple[Input, ...] = ()

    @property
    def culprits(self) -> tuple[Input, ...]:
        """The objects that prevent it from being good; none if it is."""
        return tuple(entry for entry in self.inputs if entry.culprit and self.assessment.verdict is not Verdict.GOOD)

    @property
    def hidden(self) -> str:
        """Why this user could not read it, so that the assessment only repeats the status; empty if it was read."""
        # Only controllers can be paused. A visible bad pod or controller decides, even if other objects are hidden.
        paused = self.assessment.source is SourceName.PODS and self.assessment.reason is Reason.PAUSED
        if any(not paused or entry.kind in CONTROLLERS for entry in self.culprits):
            return ""
        return next((f"{entry.hidden} {entry.called}" for entry in self.inputs if entry.hidden), "")

    @property
    def says(self) -> str:
        """The message of the assessment."""
        if not self.hidden:
            return self.assessment.message
        unknown = self.assessment.verdict is Verdict.UNREADABLE
        return self.hidden if unknown else f"{self.hidden}; stored status: {self.assessment.message}"

    @property
    def is_evident(self) -> bool:
        """Whether objects that this user can read show that it is bad or paused."""
        return not self.hidden and self.assessment.verdict in (Verdict.BAD, Verdict.PAUSED)


class StatusDifference(Struct, frozen=True):
    """A field in which the stored status differs from the derived one."""

    field: str
    stored: str
    concluded: str


class Explanation(Struct, frozen=True):
    """The sidecar's verdict on a request, and its derivation.

    Attributes:
        now: Time of the verdict.
        judged: The request with its stored status and freshness.
        facts: Facts from the request itself.
        projection: The verdict.
        rows: The phase table, down to the row that matched.
        sources: The observed sources; empty if the matching row needs none.
        forecast: Later verdicts if nothing changes; empty if the verdict depends on a hidden object.
        differences: Fields in which the stored status differs.
        blocking: The sources that are not good, worst first.
        remarks: Limitations of this explanation.
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
        """The freshness of the stored status."""
        return self.judged.freshness

    @property
    def hidden(self) -> str:
        """Why the verdict depends on objects that this user may not read; empty if it does not.

        A source that is visibly bad decides, whatever the hidden ones are. Otherwise a hidden source only repeats the
        stored status, and nothing can be predicted from it.
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
        """Why this hctl may be too old for the contract, so that it judges nothing; empty if it is not newer."""
        contract = self.facts.contract
        if not isinstance(contract, ContractProblem) or not contract.newer:
            return ""
        return f"{contract.message} (this is hctl {__version__})"

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the verdict, or of the status if nothing is judged; a silent sidecar takes precedence."""
        if self.too_new:
            return self.judged.exit_code
        if self.freshness.state is State.SILENT:
            return ExitCode.STALE
        return ExitCode.READY if self.projection.phase is Phase.READY else ExitCode.NOT_READY


def explain(case: Case, now: datetime | None = None) -> Explanation:
    """Explain the verdict on a request.

    Args:
        case: The request and the objects behind its verdict.
        now: Time of the verdict; by default that of the collection.

    Raises:
        UsageError: The request in the case has no name.
    """
    moment = (now or case.time).replace(microsecond=0)
    record = decode_request(msgspec.json.encode(case.request))
    if record is None:
        raise UsageError("request: has no metadata.name, expected the request as stored in the cluster")
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
        remarks.append("sources that you may not read are taken from the status, and nothing is predicted from them")
    if is_dry_run(record):
        remarks.append("the request is a dry run of Kratix, which the sidecar ignores")

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
        judged: The request with its stored status and freshness.
        status: The stored `.status`, any JSON, from which the rules read the history.
        facts: Facts from the request itself.
        observe_at: Returns the observation at a time, if nothing changes.
        moment: Time of the verdict.
        inputs: Returns the objects behind an assessment.
        remarks: Limitations of the explanation.
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
    """Observe the sources; none if row 1 or 2 of the phase table matches, as in the sidecar."""
    if facts.deleting or not isinstance(facts.contract, Contract):
        return Observation()
    seen = observe(world, key, facts.contract)
    assert not isinstance(seen, NotYet), "a dump is complete: an object that it lacks is absent or unread"  # noqa: S101
    return seen


def _table(history: History, observation: Observation, facts: Facts, now: datetime) -> Table | None:
    """Return the input of the rows, built as in `conclude`; None if row 1 or 2 matches."""
    contract = facts.contract
    if facts.deleting or not isinstance(contract, Contract):
        return None
    return tabulate(adopt(history, contract, now), contract, observation, facts, Clock(now))


def _differences(status: object, history: History, projection: Projection) -> tuple[StatusDifference, ...]:
    """Compare the stored status with the derived one, except for numbers and times."""
    fields = mapping(status)
    pairs = [("phase", inert(fields.get("phase"), 40), str(projection.phase))]
    if projection.message is not None:
        pairs.append(("message", inert(fields.get("message")), projection.message))
    wanted = {entry.type: f"{entry.status} {entry.reason}" for entry in projection.conditions}
    found = {
        str(kind): f"{entry.status} {entry.reason or 'without a known reason'}"
        for kind, entry in history.conditions.items()
    }
    pairs += [
        (f"condition {kind}", found.get(kind, ""), wanted.get(kind, "")) for kind in dict.fromkeys([*wanted, *found])
    ]
    return tuple(StatusDifference(*pair) for pair in pairs if pair[1] != pair[2])
