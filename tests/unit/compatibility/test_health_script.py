"""The health script for Argo CD: never an error, and Healthy exactly when this generation is Ready by the contract."""

import json
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples

from .argo_cd import CODES, ArgoCD
from .hostile import resources
from .resources import DOCS, is_ready, known, request, verdict

SCRIPT = DOCS / "health.lua"
READY: dict[str, Any] = {
    "phase": "Ready",
    "message": "Resource requested",
    "health": {"observedGeneration": 3},
    "conditions": [
        {"type": "Reconciled", "status": "True", "reason": "Reconciled"},
        {"type": "Ready", "status": "True", "reason": "AllHealthy", "message": "VCluster media is fully operational"},
    ],
}


@pytest.fixture(scope="module")
def argo_cd() -> ArgoCD:
    return ArgoCD(SCRIPT)


def test_it_runs_in_lua_51_without_the_string_library(argo_cd: ArgoCD) -> None:
    assert argo_cd._lua.globals()._VERSION == "Lua 5.1"
    assert argo_cd._lua.globals().string is None
    assert argo_cd.health(request(READY, 3)) == ("Healthy", "VCluster media is fully operational")


def test_the_config_map_carries_this_very_script() -> None:
    documents = yaml.safe_load((DOCS / "argocd-cm.yaml").read_text())
    (key, script), *others = documents["data"].items()
    assert others == []
    assert key == "resource.customizations.health.platform.integratn.tech_VClusterOrchestratorV2"
    assert script == SCRIPT.read_text()


def test_it_leaves_nothing_behind_for_the_next_script(argo_cd: ArgoCD) -> None:
    before = set(argo_cd._globals)
    argo_cd.health(request(READY, 3))
    assert set(argo_cd._globals) - before <= {"obj"}


@pytest.mark.parametrize(("title", "text"), known(), ids=[title for title, _ in known()])
def test_every_known_status_is_healthy_exactly_when_it_is_ready(argo_cd: ArgoCD, title: str, text: str) -> None:
    resource = json.loads(text)
    code, message = argo_cd.health(resource)
    assert code in CODES
    assert message
    assert (code == "Healthy") == is_ready(resource)
    if title.endswith("and an edit"):
        assert code == "Progressing"
    elif title.startswith(("after ", "life ")) and "the beginning" not in title:
        assert code == verdict(resource)


def test_the_known_statuses_lead_to_every_verdict() -> None:
    argo_cd = ArgoCD(SCRIPT)
    found = {argo_cd.health(json.loads(text))[0] for _, text in known()}
    assert found == {"Healthy", "Progressing", "Degraded", "Suspended", "Unknown"}


@pytest.mark.parametrize("generation", [1, 2, 4, 300])
def test_a_status_of_another_generation_is_progressing(argo_cd: ArgoCD, generation: int) -> None:
    assert argo_cd.health(request(READY, generation))[0] == "Progressing"


@pytest.mark.parametrize("status", [None, {}, {"conditions": []}, {"phase": "Ready", "conditions": [{}]}, [], "Ready"])
def test_a_status_that_is_missing_is_progressing(argo_cd: ArgoCD, status: object) -> None:
    assert argo_cd.health(request(status))[0] == "Progressing"


def test_what_is_being_deleted_is_progressing(argo_cd: ArgoCD) -> None:
    resource = request(READY, 3, deletionTimestamp="2026-02-26T10:30:00Z")
    assert argo_cd.health(resource) == ("Progressing", "Being deleted")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phase": "Degraded"}, "Unknown"),
        ({"phase": None}, "Unknown"),
        ({"phase": True}, "Unknown"),
        ({"conditions": []}, "Unknown"),
        ({"conditions": {"1": READY["conditions"][1]}}, "Unknown"),
        ({"conditions": [*READY["conditions"], READY["conditions"][1]]}, "Unknown"),
        ({"conditions": [{"type": "Ready", "status": True}]}, "Unknown"),
        ({"health": {"observedGeneration": "3"}}, "Progressing"),
        ({"health": {"observedGeneration": True}}, "Progressing"),
        ({"health": "Healthy"}, "Progressing"),
    ],
)
def test_a_status_that_contradicts_itself_is_not_healthy(argo_cd: ArgoCD, change: object, code: str) -> None:
    assert isinstance(change, dict)
    assert argo_cd.health(request({**deepcopy(READY), **change}, 3))[0] == code


@settings(max_examples=examples(800), deadline=None)
@given(resources(READY, 3))
def test_any_json_in_the_status_never_fails_and_is_healthy_only_when_ready(resource: dict[str, Any]) -> None:
    code, _ = _ARGO_CD.health(resource)
    assert code in CODES
    assert (code == "Healthy") == is_ready(resource)


@settings(max_examples=examples(50), deadline=None)
@given(st.dictionaries(st.sampled_from(["metadata", "status", "spec"]), st.sampled_from([None, 1, "x", [], {}])))
def test_not_even_an_object_without_metadata_fails(resource: dict[str, Any]) -> None:
    assert _ARGO_CD.health(resource)[0] == "Progressing"


# Hypothesis runs one test many times, and a fixture only once for all of them.
_ARGO_CD = ArgoCD(SCRIPT)
