"""Flux's expressions: never an error over a status, never two verdicts, and of one mind with the health script."""

import json
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from tests.examples import examples

from .argo_cd import ArgoCD
from .flux import CURRENT, FAILED, IN_PROGRESS, UNKNOWN, Flux
from .hostile import resources
from .resources import DOCS, PHASES, is_ready, known, request
from .test_health_script import READY, SCRIPT

SPEC = yaml.safe_load((DOCS / "healthcheckexprs.yaml").read_text())["spec"]
EXPRESSIONS: dict[str, str] = SPEC["healthCheckExprs"][0]
FLUX = Flux(EXPRESSIONS)
ARGO_CD = ArgoCD(SCRIPT)

MEANS = {
    "Healthy": CURRENT,
    "Degraded": FAILED,
    "Progressing": IN_PROGRESS,
    "Suspended": IN_PROGRESS,
    "Unknown": IN_PROGRESS,
}
"""What each verdict of the health script is for Flux; the table of docs/compatibility.md."""


def _without_kratix(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out Kratix's word on the generation, which Flux reads before it asks any expression."""
    status = resource.get("status")
    if not isinstance(status, dict):
        return resource
    return {**resource, "status": {key: value for key, value in status.items() if key != "observedGeneration"}}


def _agrees(resource: dict[str, Any]) -> None:
    if "status" not in resource:
        # No expression can ask whether there is one: both fail, and Flux waits.
        assert (FLUX.status(resource), ARGO_CD.health(resource)[0]) == (UNKNOWN, "Progressing")
        return
    truths = FLUX.truths(resource)
    assert set(truths) == {"current", "failed"}
    assert all(isinstance(value, bool) for value in truths.values())
    assert not (truths["current"] and truths["failed"])
    assert truths["current"] == is_ready(resource)
    code = ARGO_CD.health(resource)[0]
    assert FLUX.status(_without_kratix(resource)) == MEANS[code]
    assert FLUX.status(resource) in (MEANS[code], IN_PROGRESS, UNKNOWN)


def test_the_documented_table_says_what_is_tested_here() -> None:
    lines = [line for line in (DOCS.parent / "compatibility.md").read_text().splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    assert {row[2] for row in rows} == set(MEANS)
    assert all(MEANS[row[2]] == row[3] for row in rows)
    told = {phase: row[2] for row in rows for phase in row[0].split(", ") if phase in PHASES}
    assert told == PHASES


def test_the_kustomization_waits_for_the_kind_and_for_long_enough() -> None:
    assert len(SPEC["healthCheckExprs"]) == 1
    assert EXPRESSIONS.keys() == {"apiVersion", "kind", "current", "failed"}
    assert (EXPRESSIONS["apiVersion"], EXPRESSIONS["kind"]) == (
        "platform.integratn.tech/v1alpha1",
        "VClusterOrchestratorV2",
    )
    assert SPEC["wait"] is True
    # The contract's own deadline is 15 minutes; a shorter one here would call slow what is in time.
    assert SPEC["timeout"] == "20m"


@pytest.mark.parametrize("text", [text for _, text in known()], ids=[title for title, _ in known()])
def test_every_known_status_is_told_as_the_health_script_tells_it(text: str) -> None:
    _agrees(json.loads(text))


def test_the_known_statuses_lead_to_every_verdict() -> None:
    found = {FLUX.status(json.loads(text)) for _, text in known()}
    assert found == {CURRENT, FAILED, IN_PROGRESS}


@settings(max_examples=examples(800), deadline=None)
@given(resources(READY, 3))
def test_any_json_in_the_status_is_told_as_the_health_script_tells_it(resource: dict[str, Any]) -> None:
    _agrees(resource)


@settings(max_examples=examples(300), deadline=None)
@given(
    resources(
        {**deepcopy(READY), "phase": "Failed", "conditions": [{"type": "x"}, {"type": "Ready", "status": "False"}]}, 3
    )
)
def test_any_json_in_a_failed_status_likewise(resource: dict[str, Any]) -> None:
    _agrees(resource)


def test_while_kratix_has_not_finished_the_generation_flux_waits_whatever_we_say() -> None:
    ready = request({**deepcopy(READY), "observedGeneration": 2}, 3)
    assert FLUX.truths(ready)["current"] is True
    assert FLUX.status(ready) == IN_PROGRESS
    assert FLUX.status(request({**deepcopy(READY), "observedGeneration": 3}, 3)) == CURRENT


def test_without_any_status_the_expressions_fail_and_flux_goes_on_waiting() -> None:
    assert FLUX.status(request(None)) == UNKNOWN


def test_what_is_being_deleted_is_in_progress() -> None:
    assert FLUX.status(request(READY, 3, deletionTimestamp="2026-02-26T10:30:00Z")) == IN_PROGRESS
