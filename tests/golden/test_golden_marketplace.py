"""Contracts for Promises of the Kratix marketplace (promise/contracts), and what they make of their operators' objects.

A file of tests/golden/marketplace holds an example request and three situations: ready, not yet ready, and broken once
it was ready. Each entry names the public file that tells how its object's status is written: repository and path, or
``not verified``. Name, place and annotations of an object are those of the resolved entry unless the case gives others.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from hctl.validation.check import SourceFile, check
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.observation import Facts, ObjectSeen, Observation, Present, Workflow
from platform_status_contract.rules.projection import Projection
from platform_status_contract.sources.objects.builtin import BUILTIN
from platform_status_contract.sources.objects.choose import preset_of
from platform_status_contract.sources.objects.declared import declared_objects
from platform_status_contract.sources.objects.kinds import source_of_entry
from platform_status_contract.sources.objects.record import decode_object
from platform_status_contract.sources.objects.wanted import wanted_of
from platform_status_contract.template.yaml_text import load
from platform_status_pipeline.template.resolve import read_template, resolve

ROOT: Final = Path(__file__).parents[2]
CONTRACTS: Final = ROOT / "promise" / "contracts"
FOLDER: Final = Path(__file__).parent / "marketplace"
NAMES: Final = sorted(file.stem for file in FOLDER.glob("*.yaml"))
NOW: Final = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
LATER: Final = NOW + timedelta(minutes=5)
NOT_VERIFIED: Final = "not verified"
ENOUGH: Final = 12
ENOUGH_OTHERS: Final = 6


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """A situation: the objects of the entries, the phase that follows, and a part of what Ready says."""

    it: str
    objects: dict[str, dict[str, Any]]
    phase: Phase
    says: str = ""


class Example(msgspec.Struct, forbid_unknown_fields=True):
    """A file of the folder."""

    means: str
    request: dict[str, Any]
    observes: dict[str, str]
    sources: dict[str, str]
    cases: tuple[Case, Case, Case]


@cache
def example(name: str) -> Example:
    """The example of a Promise."""
    return msgspec.convert(load((FOLDER / f"{name}.yaml").read_text("utf-8")), Example)


def lines_of(name: str) -> int:
    """How many lines a contract has, without its comments."""
    return sum(not line.startswith("#") for line in (CONTRACTS / f"{name}.yaml").read_text("utf-8").splitlines())


def contract_of(name: str, generation: int = 1) -> Contract:
    """The contract of a Promise, resolved for its example."""
    template = read_template(load((CONTRACTS / f"{name}.yaml").read_text("utf-8")))
    metadata = {"name": "example", "namespace": "team-a", "generation": generation}
    resolved = resolve(template, {"metadata": metadata, **example(name).request})
    return msgspec.convert(resolved.contract, Contract)


def entries_of(name: str) -> tuple[ObjectEntry, ...]:
    """The entries of that contract."""
    return contract_of(name).objects or ()


def seen_of(entry: ObjectEntry, given: dict[str, Any]) -> ObjectSeen:
    """What the rules see of an object: through JSON, by the decoder of the sidecar."""
    selected = (entry.selector.match_labels or {}) if entry.selector else {}
    metadata: dict[str, Any] = {
        "name": entry.object or "selected",
        "generation": 1,
        "creationTimestamp": "2026-02-26T10:25:00Z",
        "labels": dict(selected),
        "annotations": {entry.generation_annotation: "1"} if entry.generation_annotation else {},
    }
    metadata |= {"namespace": entry.namespace} if entry.namespace else {}
    whole = {"apiVersion": entry.api_version, "kind": entry.kind, **given}
    whole["metadata"] = metadata | given.get("metadata", {})
    record = decode_object(json.dumps(whole).encode(), wanted_of(entry))
    assert record is not None
    assert not record.seen.problem
    return record.seen


def look(status: dict[str, Any], contract: Contract, case: Case, now: datetime) -> Projection:
    """One look at the request."""
    entries = contract.objects or ()
    assert case.objects.keys() <= {entry.name for entry in entries}
    found = [
        Present((seen_of(entry, case.objects[entry.name]),) if entry.name in case.objects else ()) for entry in entries
    ]
    facts = Facts(
        "example",
        "team-a",
        "Example",
        contract.generation,
        deleting=False,
        contract=contract,
        workflow=Workflow.COMPLETED,
    )
    return conclude(recall(status), Observation(objects=tuple(found)), facts, now)


def once_ready(name: str) -> dict[str, Any]:
    """The status of a request that was ready."""
    found = look({}, contract_of(name), example(name).cases[0], NOW)
    return merged_status({}, found, NOW)


def rule_word(entry: ObjectEntry) -> str:
    """Which of our rules judges an entry."""
    ready = entry.ready
    for word in ("condition", "field", "exists", "preset"):
        if getattr(ready, word) is not None:
            return word
    if (entry.group, entry.kind) in BUILTIN or (entry.group, entry.kind) == ("argoproj.io", "Application"):
        return "built in"
    return "preset" if preset_of(entry.group, entry.kind) else "Ready"


def place(entry: ObjectEntry) -> str:
    """Where the object of an entry stands."""
    labels = (entry.selector.match_labels or {}) if entry.selector else {}
    told = ", ".join(f"{key}={value}" for key, value in labels.items())
    parts = [part for part in (entry.namespace, entry.object) if part]
    return "/".join(parts) + (f", of labels {told}" if told else "")


def is_verified(name: str) -> bool:
    """Whether somebody else's file tells how every object of a contract speaks."""
    return not any(source.startswith(("ours ", NOT_VERIFIED)) for source in example(name).sources.values())


def test_every_contract_has_its_example() -> None:
    assert sorted(file.stem for file in CONTRACTS.iterdir()) == NAMES
    assert sum(map(is_verified, NAMES)) >= ENOUGH
    others = [name for name in NAMES if any(rule_word(entry) != "Ready" for entry in entries_of(name))]
    assert len(others) >= ENOUGH_OTHERS
    words = {rule_word(entry) for name in NAMES for entry in entries_of(name)}
    assert words == {"condition", "field", "exists", "preset", "built in", "Ready"}


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_names_what_the_promise_makes(name: str) -> None:
    entries = entries_of(name)
    assert {entry.name: place(entry) for entry in entries} == example(name).observes
    assert list(example(name).sources) == [entry.name for entry in entries]
    template = load((CONTRACTS / f"{name}.yaml").read_text("utf-8"))
    assert isinstance(template, dict)
    declared = declared_objects(template["spec"]["contract"]["objects"])
    assert {kind.source for kind in declared} == {source_of_entry(entry) for entry in entries}


@pytest.mark.parametrize("name", NAMES)
def test_ready_pending_and_broken_are_told_apart(name: str) -> None:
    contract, (ready, young, broken) = contract_of(name), example(name).cases
    looks = [
        (ready, look({}, contract, ready, NOW)),
        (young, look({}, contract, young, NOW)),
        (broken, look(once_ready(name), contract, broken, LATER)),
    ]
    assert [case.phase for case, _ in looks] == [Phase.READY, Phase.PROGRESSING, Phase.DEGRADED]
    for case, found in looks:
        assert (found.phase, case.says in found.ready.message) == (case.phase, True), found.ready


@pytest.mark.parametrize("name", NAMES)
def test_an_edit_that_has_not_arrived_is_not_ready(name: str) -> None:
    found = look(once_ready(name), contract_of(name, generation=2), example(name).cases[0], LATER)
    assert (found.phase, found.ready.reason) == (Phase.PROGRESSING, Reason.SPEC_CHANGED)


@pytest.mark.parametrize("name", NAMES)
def test_hctl_finds_nothing_in_a_contract(name: str) -> None:
    assert check([SourceFile(f"{name}.yaml", (CONTRACTS / f"{name}.yaml").read_bytes())]).findings == ()


def test_the_page_for_authors_lists_every_contract_and_what_ready_means() -> None:
    rows = [f"| `{name}` | {lines_of(name)} | {example(name).means} |" for name in NAMES]
    page = (ROOT / "docs" / "authors.md").read_text("utf-8")
    table, _, _ = page.partition("| Promise | lines |")[2].partition("\n\n")
    assert table.splitlines()[2:] == rows
