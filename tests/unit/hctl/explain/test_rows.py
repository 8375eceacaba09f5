"""The phase table is written once: what a row requires decides the phase, and says why the row did not match."""

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given

from hctl.explain import derive
from hctl.explain.derive import walk
from platform_status_contract.model.contract import Contract
from platform_status_contract.rules import rows
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.conclude import tabulate
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.rows import ROWS, project
from platform_status_contract.rules.situate import adopt
from platform_status_contract.rules.table import Table
from tests.golden.cases import Case, cases_in
from tests.unit.rules.settings import quick
from tests.unit.rules.worlds import NOW, World, worlds


def _table(case: Case) -> Table | None:
    contract = case.facts.contract
    if not isinstance(contract, Contract) or case.facts.deleting:
        return None
    history = adopt(case.history, contract, case.now)
    return tabulate(history, contract, case.observation, case.facts, case.clock)


def _tables() -> Iterator[Table]:
    yield from filter(None, map(_table, cases_in("table")))


def _is_explained(table: Table) -> None:
    found = walk(table, project(table).row)
    assert [row.row for row in found if row.matched] == [project(table).row] == [found[-1].row]
    assert all(row.why and all(row.why) for row in found[:-1]), "each reason is a phrase"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases_in("table")])
def test_a_golden_case_is_explained(case: Case) -> None:
    table = _table(case)
    if table is not None:
        assert project(table).row == case.expect["row"]
        _is_explained(table)


@quick
@given(worlds())
def test_any_table_is_explained(world: World) -> None:
    contract = world.facts.contract
    if isinstance(contract, Contract) and not world.facts.deleting:
        history = adopt(recall(world.status), contract, NOW)
        _is_explained(tabulate(history, contract, world.observation, world.facts, Clock(NOW)))


@pytest.mark.parametrize(
    ("number", "index"), [(row.number, index) for row in ROWS for index in range(len(row.requirements))]
)
def test_a_requirement_that_is_taken_out_changes_phase_and_explanation(
    monkeypatch: pytest.MonkeyPatch, number: str, index: int
) -> None:
    def without(row: rows.Row) -> rows.Row:
        kept = tuple(item for place, item in enumerate(row.requirements) if place != index)
        return msgspec.structs.replace(row, requirements=kept) if row.number == number else row

    def told() -> list[object]:
        return [(project(table), walk(table, project(table).row)) for table in _tables()]

    before = told()
    changed = tuple(map(without, ROWS))
    monkeypatch.setattr(rows, "ROWS", changed)
    monkeypatch.setattr(derive, "ROWS", changed)
    after = told()
    outcomes = [(old[0], new[0]) for old, new in zip(before, after, strict=True)]  # type: ignore[index]  # pairs, see told
    assert any(old != new for old, new in outcomes), "a case in which the phase hangs on this requirement"
    assert before != after


def test_rows_that_look_at_nothing_need_no_table() -> None:
    assert [(row.row, row.matched) for row in walk(None, "2b")] == [("1", False), ("2b", True)]
    assert [(row.row, row.matched) for row in walk(None, "1")] == [("1", True)]
