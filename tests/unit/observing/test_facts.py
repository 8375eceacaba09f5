"""What a request says about itself, whatever its status is."""

import pytest

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.facts import facts_of, is_dry_run
from platform_status_contract.observing.records import RequestRecord
from platform_status_contract.rules.observation import Facts, Workflow
from tests.unit.sidecar import support
from tests.unit.sidecar.support import encode


def record(**metadata: object) -> RequestRecord:
    found = decode_request(encode(support.request(**metadata)))  # type: ignore[arg-type]  # metadata
    assert found is not None
    return found


def facts(status: object) -> Facts:
    return facts_of(record(generation=3), status, lease="system/lease", version="1")


def test_facts_come_from_metadata_and_from_the_status() -> None:
    found = facts({"contract": support.CONTRACT, "problems": ["spec.name: found '', expected a name"]})
    assert (found.namespace, found.name, found.generation, found.deleting) == ("team", "media", 3, False)
    assert isinstance(found.contract, Contract)
    assert found.problems == ("spec.name: found '', expected a name",)
    assert (found.reporter_lease, found.reporter_version) == ("system/lease", "1")


@pytest.mark.parametrize("status", [None, [], "Ready", {"problems": 7}, {"problems": [7, None]}])
def test_rubbish_is_no_problem_of_the_request(status: object) -> None:
    assert facts(status).problems == ()


@pytest.mark.parametrize("value", ["true", "false", ""])
def test_a_dry_run_is_told_by_its_label_whatever_its_value(value: str) -> None:
    assert is_dry_run(record(labels={"kratix.io/dry-run": value}))
    assert not is_dry_run(record(labels={"kratix.io/dry-run-of": value}))


@pytest.mark.parametrize(
    ("phase", "generation", "workflow"),
    [
        ("Succeeded", 1, Workflow.COMPLETED),
        ("Succeeded", 2, Workflow.SUSPENDED),
        ("Pending", 1, Workflow.SUSPENDED),
        ("Running", 1, Workflow.SUSPENDED),
        ("Failed", 1, Workflow.FAILED),
    ],
)
def test_a_paused_request_waits_for_somebody_if_anything_is_due(
    phase: str, generation: int, workflow: Workflow
) -> None:
    contract = {"version": "v1", "generation": 1, "displayName": "VCluster", "name": "media", "works": True}
    status = {"contract": contract, "kratix": {"workflows": {"pipelines": [{"name": "p0", "phase": phase}]}}}
    paused = record(labels={"kratix.io/paused": "true"}, generation=generation)
    found = facts_of(paused, status, lease="a/b", version="1")
    assert found.workflow is workflow
    assert ("kratix.io/paused" in found.workflow_message) is (workflow is Workflow.SUSPENDED)
