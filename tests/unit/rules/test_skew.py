"""A contract for a newer reader: an unknown key is refused at every depth, and nothing is forgotten meanwhile."""

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import ContractProblem, Facts, Workflow
from platform_status_contract.validation.schemas import load_schema
from tests.newer import KEY, Path, newer, places

from .looks import look
from .settings import quick
from .worlds import NOW, World, any_json, good_observation

WHOLE: dict[str, Any] = {
    "version": "v1",
    "generation": 1,
    "displayName": "VCluster",
    "name": "media",
    "application": {"namespace": "argocd", "name": "vcluster-media", "generationAnnotation": "x.org/generation"},
    "subApplications": {
        "namespace": "argocd",
        "destination": {"server": "https://media:443", "names": ["media"]},
        "selector": {"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "c", "operator": "Exists"}]},
    },
    "workloads": {
        "namespace": "vcluster-media",
        "selector": {"matchLabels": {"a": "b"}},
        "controllers": [{"kind": "StatefulSet", "name": "vcluster-media"}],
    },
    "secrets": [{"role": "kubeconfig", "namespace": "vcluster-media", "name": "kubeconfig"}],
    "objects": [
        {
            "name": "queue",
            "apiVersion": "example.org/v1",
            "kind": "Queue",
            "resource": "queues",
            "scope": "Namespaced",
            "namespace": "team-a",
            "object": "films",
            "ready": {"field": "status.phase", "in": ["Up"]},
            "paused": {"field": "spec.suspend", "equals": True},
        }
    ],
    "works": True,
    "thresholds": {"progressDeadlineSeconds": 900},
    "annotations": {"x.org/shown": "y"},
}
PATHS = list(places(WHOLE))
KNOWN = frozenset(re.findall(r'"([A-Za-z]+)": \{', json.dumps(load_schema("contract"))))
"""The keys that the contract knows in some mapping."""


def test_the_contract_itself_is_read() -> None:
    assert isinstance(read_contract({"contract": WHOLE}), Contract)
    assert len(PATHS) > 12


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)) or "contract")
def test_a_key_of_tomorrow_is_refused_by_name_wherever_it_stands(path: Path) -> None:
    problem = read_contract({"contract": newer(WHOLE, path)})
    assert isinstance(problem, ContractProblem)
    assert problem.newer
    assert KEY in problem.message
    assert "update the sidecar's image" in problem.message


@quick
@given(st.sampled_from(PATHS), st.from_regex(r"\A[a-z][A-Za-z]{0,30}\Z"), any_json)
def test_17_no_key_that_is_not_known_yet_is_passed_over_whatever_it_is_called_and_holds(
    path: Path, key: str, value: object
) -> None:
    assume(key not in KNOWN)
    problem = read_contract({"contract": newer(WHOLE, path, key, value)})
    assert isinstance(problem, ContractProblem), "what it asks for would be left out, and the request be Ready"
    assert problem.newer
    assert key in problem.message


@pytest.mark.parametrize(
    ("version", "is_newer"),
    [
        ("v2", True),
        ("v10", True),
        ("v1", False),
        ("v0", False),
        ("v02", False),
        ("v2alpha1", False),
        ("v2\n", False),
        ("V2", False),
        ("2", False),
        (2, False),
        (["v2"], False),
        ("v\u0662", False),
        ("v" + "9" * 5000, False),
    ],
)
def test_a_contract_of_a_later_version_is_newer_and_any_other_word_is_not(version: object, *, is_newer: bool) -> None:
    problem = read_contract({"contract": {**WHOLE, "version": version}})
    assert isinstance(problem, ContractProblem) is (version != "v1")
    assert getattr(problem, "newer", False) is is_newer


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)) or "contract")
def test_an_older_reader_keeps_what_it_knew(path: Path) -> None:
    since = {"started": "2026-02-26T09:00:00Z", "firstReady": "2026-02-26T09:10:00Z"}
    pods = {"ready": 2, "total": 2, "summary": "2/2"}
    status: dict[str, Any] = {
        "phase": "Ready",
        "health": {
            "observedGeneration": 1,
            "readyGeneration": 1,
            "since": since,
            "workloads": pods,
        },
        "conditions": [
            {"type": kind, "status": "True", "reason": "AllPodsReady", "lastTransitionTime": since["firstReady"]}
            for kind in ("Ready", "PodsReady")
        ],
        "contract": newer(WHOLE, path),
    }
    problem = read_contract(status)
    assert isinstance(problem, ContractProblem)
    facts = Facts("media", "a", "V", 1, deleting=False, contract=problem, workflow=Workflow.COMPLETED)
    found = look(World(status, good_observation(), facts), status, NOW)
    assert (found.phase, found.ready.reason) == (Phase.UNKNOWN, Reason.INVALID_CONTRACT)
    assert found.health["since"] == since
    assert found.health["workloads"] == pods
    assert {item.type: item.status.value for item in found.conditions} == {"Ready": "Unknown", "PodsReady": "Unknown"}
