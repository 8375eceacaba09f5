"""Statuses, and documents that say nothing of themselves."""

from typing import Any

import pytest

from hctl.validation.check import DocumentForm
from platform_status_contract.template.yaml_text import dump

from .files import checked, found, request

CONTRACT = {"version": "v1", "generation": 2, "displayName": "VCluster", "name": "media", "works": True}


def status(**more: object) -> dict[str, Any]:
    conditions = [
        {"type": "Ready", "status": "True", "reason": "AllHealthy", "message": "m"}
        | {"lastTransitionTime": "2026-02-26T10:00:00Z"}
    ]
    return {
        "phase": "Ready",
        "message": "VCluster media is fully operational",
        "lastReconciled": "2026-02-26T10:30:00Z",
        "contract": CONTRACT,
        "health": {"observedGeneration": 2},
        "conditions": conditions,
        **more,
    }


def live(generation: int = 2, **more: object) -> str:
    """A request as kubectl gets it."""
    return request(metadata=f"name: media, generation: {generation}") + dump({"status": status(**more)})


def large() -> dict[str, Any]:
    """A contract that the schema takes, and no reader keeps."""
    some = {"key": "app", "operator": "In", "values": [f"{number:063}" for number in range(60)]}
    return {**CONTRACT, "workloads": {"namespace": "vcluster-media", "selector": {"matchExpressions": [some] * 10}}}


@pytest.mark.parametrize(
    ("more", "rule", "path"),
    [
        ({"health": {"observedGeneration": 4}}, "status-generation", "status.health.observedGeneration"),
        ({"contract": large()}, "schema", "status.contract"),
        (
            {"contract": {**CONTRACT, "thresholds": {"progressDeadlineSeconds": 5}}},
            "threshold-deadline",
            "status.contract.thresholds.progressDeadlineSeconds",
        ),
    ],
)
def test_a_status_that_contradicts_its_schema_or_itself_is_found(more: dict[str, Any], rule: str, path: str) -> None:
    assert [(finding.rule, finding.path) for finding in found(live(**more))] == [(rule, path)]


def test_a_status_without_our_keys_is_kratix_own_business() -> None:
    assert found(request() + "status: {message: Pending, conditions: 5}\n") == ()


@pytest.mark.parametrize(
    ("form", "good", "bad", "path"),
    [
        (DocumentForm.STATUS, status(), {"phase": "ready"}, "phase"),
        (DocumentForm.STATUS, {"status": status()}, {"status": {"phase": "ready"}}, "status.phase"),
        (DocumentForm.CONTRACT, CONTRACT, {**CONTRACT, "name": ""}, "name"),
    ],
)
def test_a_bare_document_is_taken_for_what_was_said(form: DocumentForm, good: object, bad: object, path: str) -> None:
    assert checked(dump(good), form=form).findings == ()
    assert [finding.path for finding in checked(dump(bad), form=form).findings] == [path]


def test_a_request_is_forced_to_be_one() -> None:
    (finding,) = found("apiVersion: apps/v1\nkind: Deployment\n", form=DocumentForm.REQUEST)
    assert finding.rule == "unknown-kind"
    assert found("a: 1", form=DocumentForm.STATUS_CONTRACT)
