"""Reading a golden case: ages become times, words become the types that the rules take.

The format is kept so simple that a dump of a real request fits in: `given.status` is `.status` as it stood,
`given.observation` has the fields of `Observation`, and a reading is `absent`, `{unreadable: {reason, since, last}}`
or the value itself.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, cast

import msgspec
import yaml

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.times import format_time, parse_time
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.history import History, recall
from platform_status_contract.rules.observation import (
    Absent,
    ApplicationSeen,
    ContractProblem,
    ControllerSeen,
    Facts,
    ObjectSeen,
    Observation,
    PodSeen,
    Present,
    Reading,
    SecretSeen,
    SubApplicationSeen,
    Unreadable,
    Workflow,
    WorkSeen,
)

__all__ = ["FOLDER", "Case", "Given", "age", "cases_in", "seconds"]

FOLDER: Final = Path(__file__).parent

_NOW = "2026-02-26T10:30:00Z"
_AGE = re.compile(r"^([-+]?\d+)([smhd])\Z")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_CONTRACT: Final[Mapping[str, object]] = {
    "version": "v1",
    "generation": 1,
    "displayName": "VCluster",
    "name": "media",
}
_SEEN: Final[Mapping[str, object]] = {
    "works": tuple[WorkSeen, ...],
    "application": ApplicationSeen,
    "pods": tuple[PodSeen, ...],
    "controllers": tuple[ControllerSeen, ...],
    "sub_applications": tuple[SubApplicationSeen, ...],
}
_SEVERAL: Final[Mapping[str, object]] = {"secrets": SecretSeen, "objects": tuple[ObjectSeen, ...]}


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    why: str
    given: "Given"
    expect: dict[str, object]
    name: str = ""


class Given(msgspec.Struct, forbid_unknown_fields=True):
    """What a case starts from.

    Attributes:
        now: The moment of the decision.
        status: `.status` as it stood; ages may stand for times.
        contract: Parts of the contract, over version, generation 1, displayName and name; None: read from the status.
        facts: Fields of `Facts` that matter; by default a settled request of generation 1.
        observation: Fields of `Observation`.
        labels: Labels of the request.
    """

    now: str = _NOW
    status: object = {}
    contract: dict[str, object] | None = None
    facts: dict[str, object] = {}
    observation: dict[str, object] = {}
    labels: dict[str, str] = {}


class Case(msgspec.Struct, frozen=True):
    """One document of a file, ready for the rules."""

    path: Path
    name: str
    given: Given
    expect: dict[str, object]

    @property
    def now(self) -> datetime:
        """The moment of the decision."""
        return cast("datetime", parse_time(self.given.now))

    @property
    def clock(self) -> Clock:
        """A fresh clock."""
        return Clock(self.now)

    @property
    def status(self) -> object:
        """The status before."""
        return _resolved(self.given.status, self.now)

    @property
    def history(self) -> History:
        """The status before, read back."""
        return recall(self.status)

    @property
    def facts(self) -> Facts:
        """The request's own facts."""
        given: dict[str, object] = {"generation": 1, "deleting": False, "workflow": Workflow.COMPLETED} | cast(
            "dict[str, object]", _resolved(self.given.facts, self.now)
        )
        own = msgspec.convert(given | {"name": "media", "namespace": "team-a", "kind": "VCluster"}, _OwnFacts)
        contract = self._contract()
        return Facts(**msgspec.structs.asdict(own), contract=contract)

    @property
    def observation(self) -> Observation:
        """What was seen."""
        given = cast("dict[str, object]", _resolved(self.given.observation, self.now))
        unknown = given.keys() - _SEEN.keys() - _SEVERAL.keys()
        assert not unknown, f"{self.path}: observation knows no {sorted(unknown)}"
        readings: dict[str, object] = {
            name: _reading(value, _SEEN[name]) for name, value in given.items() if name in _SEEN
        }
        for name in given.keys() & _SEVERAL.keys():
            several = cast("list[object]", given[name])
            readings[name] = tuple(_reading(value, _SEVERAL[name]) for value in several)
        return Observation(**readings)  # type: ignore[arg-type]  # each was converted to its field's type above

    def _contract(self) -> Contract | ContractProblem:
        if self.given.contract is None:
            return read_contract(self.status)
        contract = read_contract({"contract": dict(_CONTRACT) | self.given.contract})
        assert not isinstance(contract, ContractProblem), f"{self.path}: {contract}"
        return contract


class _OwnFacts(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    namespace: str
    kind: str
    generation: int
    deleting: bool
    workflow: Workflow
    workflow_message: str = ""
    workflow_since: datetime | None = None
    workflow_due: datetime | None = None
    deletion_message: str = ""
    problems: tuple[str, ...] = ()
    reporter_lease: str = ""
    reporter_version: str = ""


class _UnreadableIn(msgspec.Struct, forbid_unknown_fields=True):
    reason: str
    since: datetime
    last: object = None
    told: str = ""


def cases_in(folder: str) -> Iterator[Case]:
    """All cases of a folder: a file is a table of them, a document each; a field that nobody knows is an error.

    A case without a name is called as its file is, and by its number if it is not alone there.
    """
    for path in sorted((FOLDER / folder).glob("*.yaml")):
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        for number, document in enumerate(documents, start=1):
            found = msgspec.convert(document, _Document)
            called = path.stem if len(documents) == 1 else f"{path.stem}-{number}"
            yield Case(path, found.name or called, found.given, found.expect)


def age(moment: datetime | str | None, now: datetime) -> str | None:
    """Write a time as its age in seconds, the way the expectations of the cases do."""
    known = parse_time(moment) if isinstance(moment, str) else moment
    return None if known is None else f"{int((known - now).total_seconds())}s"


def seconds(text: object) -> str:
    """Normalise an age to seconds: `-1h` is `-3600s`."""
    match = _AGE.match(str(text))
    assert match, f"{text!r} is not an age such as -90s"
    return f"{int(match[1]) * _UNITS[match[2]]}s"


def _resolved(value: object, now: datetime) -> object:
    if isinstance(value, dict):
        return {key: _resolved(item, now) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, now) for item in value]
    match = _AGE.match(value) if isinstance(value, str) else None
    if match:
        return format_time(now + timedelta(seconds=int(match[1]) * _UNITS[match[2]]))
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _reading(value: object, kind: object) -> Reading[object]:
    if value == "absent":
        return Absent()
    if isinstance(value, dict) and value.keys() == {"unreadable"}:
        given = msgspec.convert(value["unreadable"], _UnreadableIn)
        last = None if given.last is None else cast("Present[object] | Absent", _reading(given.last, kind))
        return Unreadable(Reason(given.reason), given.since, last, given.told)
    return Present(msgspec.convert(value, kind))
