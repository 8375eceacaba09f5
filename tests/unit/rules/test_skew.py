"""A contract for a newer reader: an unknown key is refused at every depth, and nothing is forgotten meanwhile."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import ContractProblem, Facts, Workflow
from platform_status_contract.validation.schemas import load_schema

from .looks import look
from .settings import quick
from .worlds import NOW, World, any_json, good_observation

Path = tuple[str | int, ...]

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
_FREE = ("matchLabels", "annotations")
"""Mappings whose keys are anybody's."""


def mappings(value: object, here: Path = ()) -> Iterator[Path]:
    """The path of every mapping whose keys are ours, the whole one first."""
    if isinstance(value, dict):
        yield here
        for key, part in value.items():
            if key not in _FREE:
                yield from mappings(part, (*here, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from mappings(part, (*here, index))


PATHS = list(mappings(WHOLE))
KNOWN = frozenset(re.findall(r'"([A-Za-z]+)": \{', json.dumps(load_schema("contract"))))
"""The keys that the contract knows in some mapping."""


def newer(path: Path) -> dict[str, Any]:
    """The contract with a key of tomorrow at a path."""
    found = copy.deepcopy(WHOLE)
    part: Any = found
    for step in path:
        part = part[step]
    part["ofTomorrow"] = {"deep": [1]}
    return found


def test_the_contract_itself_is_read() -> None:
    assert isinstance(read_contract({"contract": WHOLE}), Contract)
    assert len(PATHS) > 12


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)) or "contract")
def test_a_key_of_tomorrow_is_refused_by_name_wherever_it_stands(path: Path) -> None:
    problem = read_contract({"contract": newer(path)})
    assert isinstance(problem, ContractProblem)
    assert problem.unknown_key
    assert "ofTomorrow" in problem.message
    assert "update the sidecar's image" in problem.message


@quick
@given(st.sampled_from(PATHS), st.from_regex(r"\A[a-z][A-Za-z]{0,30}\Z"), any_json)
def test_17_no_key_that_is_not_known_yet_is_passed_over_whatever_it_is_called_and_holds(
    path: Path, key: str, value: object
) -> None:
    found = newer(path)
    part: Any = found
    for step in path:
        part = part[step]
    del part["ofTomorrow"]
    assume(key not in KNOWN)
    part[key] = value
    problem = read_contract({"contract": found})
    assert isinstance(problem, ContractProblem), "what it asks for would be left out, and the request be Ready"
    assert problem.unknown_key
    assert key in problem.message


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
        "contract": newer(path),
    }
    problem = read_contract(status)
    assert isinstance(problem, ContractProblem)
    facts = Facts("media", "a", "V", 1, deleting=False, contract=problem, workflow=Workflow.COMPLETED)
    found = look(World(status, good_observation(), facts), status, NOW)
    assert (found.phase, found.ready.reason) == (Phase.UNKNOWN, Reason.INVALID_CONTRACT)
    assert found.health["since"] == since
    assert found.health["workloads"] == pods
    assert {item.type: item.status.value for item in found.conditions} == {"Ready": "Unknown", "PodsReady": "Unknown"}
