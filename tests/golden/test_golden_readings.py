"""Every case of what is read from a status before anything is observed: the workflow and the contract."""

import msgspec
import pytest

from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import ContractProblem
from platform_status_contract.rules.workflow import next_try, read_workflow

from .cases import Case, cases_in


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases_in("workflow")])
def test_workflow_stands_where_its_case_says(case: Case) -> None:
    workflow, said = read_workflow(case.status, case.given.labels)
    assert {"workflow": workflow.value, "message": said} == case.expect
    assert (next_try(case.status) is not None) == said.startswith("it tries again by itself")


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases_in("contracts")])
def test_contract_is_read_as_its_case_says(case: Case) -> None:
    found = read_contract(case.status)
    if isinstance(found, ContractProblem):
        assert {"reason": found.reason.value, "message": found.message} == case.expect
    else:
        assert {"contract": msgspec.json.decode(msgspec.json.encode(found))} == case.expect
