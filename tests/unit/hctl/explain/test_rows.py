"""Why a row did not match: what is said of it agrees with what the rules decide."""

import pytest
from hypothesis import given

from hctl.explain.rows import TITLES, demands, walk
from platform_status_contract.model.contract import Contract
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.conclude import tabulate
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.project import ROWS, Table, project
from platform_status_contract.rules.situate import adopt
from tests.golden.cases import Case, cases_in
from tests.unit.rules.settings import quick
from tests.unit.rules.worlds import NOW, World, worlds

_NUMBERS = {row.__name__.split("_")[1]: row for row in ROWS}


def _agrees(table: Table) -> None:
    for number, row in _NUMBERS.items():
        if number == "10":
            continue  # it matches whatever is left
        unmet = [text for holds, text in demands(number, table) if not holds]
        matched = row(table) is not None
        assert matched is (not unmet), (number, unmet)
        assert all(unmet), "each reason is a phrase"
        if matched:
            break


def test_every_row_has_a_title() -> None:
    assert [number for number in TITLES if number not in ("1", "2")] == list(_NUMBERS)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.path.stem) for case in cases_in("table")])
def test_what_is_said_of_a_row_agrees_with_the_golden_cases(case: Case) -> None:
    contract = case.facts.contract
    if isinstance(contract, Contract) and not case.facts.deleting:
        history = adopt(case.history, contract, case.now)
        table = tabulate(history, contract, case.observation, case.facts, case.clock)
        _agrees(table)
        rows = walk(table, project(table).row)
        assert [row.row for row in rows if row.matched] == [case.expect["row"]] == [rows[-1].row]
        assert all(row.why for row in rows[:-1])


@quick
@given(worlds())
def test_what_is_said_of_a_row_agrees_with_the_rules(world: World) -> None:
    contract = world.facts.contract
    if isinstance(contract, Contract) and not world.facts.deleting:
        history = adopt(recall(world.status), contract, NOW)
        _agrees(tabulate(history, contract, world.observation, world.facts, Clock(NOW)))


def test_rows_that_look_at_nothing_need_no_table() -> None:
    assert [(row.row, row.matched) for row in walk(None, "2b")] == [("1", False), ("2b", True)]
    assert [(row.row, row.matched) for row in walk(None, "1")] == [("1", True)]
