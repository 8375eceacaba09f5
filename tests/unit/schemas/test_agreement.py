"""The schema is the authority and the typed model agrees with it, but for the differences that are listed."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.request import Request
from platform_status_contract.model.status import Status
from platform_status_contract.model.template import StatusContract
from platform_status_contract.validation import CONTRACT, STATUS, STATUS_CONTRACT, resolved_schema, validate
from platform_status_contract.validation.reference import DIFFERENCES, Difference, Effect
from tests.examples import examples

from .mutations import Mutation, mutations, normalised
from .strategies import Json, documents

REQUEST = "vclusterorchestratorv2-request-v1alpha1"
STRICT: dict[str, type[msgspec.Struct]] = {CONTRACT: Contract, STATUS: Status, STATUS_CONTRACT: StatusContract}
MODELS = {**STRICT, REQUEST: Request}
SCHEMAS = {name: resolved_schema(name) for name in MODELS}

quick = settings(
    max_examples=examples(25),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def decodes(document: object, name: str) -> bool:
    try:
        msgspec.convert(document, MODELS[name], strict=True)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@quick
def test_every_valid_document_decodes_and_comes_back(name: str, data: st.DataObject) -> None:
    document = data.draw(documents(name))
    assert validate(document, name) == ()
    decoded = msgspec.convert(document, MODELS[name], strict=True)
    again = json.loads(msgspec.json.encode(decoded))
    assert normalised(SCHEMAS[name], again) == normalised(SCHEMAS[name], document)
    assert validate(again, name) == ()
    assert msgspec.convert(again, MODELS[name], strict=True) == decoded
    assert msgspec.json.decode(json.dumps(document), type=MODELS[name]) == decoded


@pytest.mark.parametrize("name", STRICT)
@given(data=st.data())
@settings(quick, max_examples=examples(15))
def test_every_single_mutation_is_refused_by_both(name: str, data: st.DataObject) -> None:
    document = data.draw(documents(name))
    mutation: Mutation = data.draw(st.sampled_from(list(mutations(SCHEMAS[name], document))))
    check_refused(name, mutation)


@pytest.mark.parametrize("name", STRICT)
def test_every_mutation_of_the_examples_is_refused_by_both(name: str) -> None:
    tried = 0
    for example in SCHEMAS[name]["examples"]:
        for mutation in mutations(SCHEMAS[name], example):
            check_refused(name, mutation)
            tried += 1
    assert tried > 100


def check_refused(name: str, mutation: Mutation) -> None:
    about = f"{mutation.path} {mutation.what}"
    assert validate(mutation.document, name) != (), about
    if mutation.foreign:
        assert decodes(mutation.document, name), f"{about}: known difference kratix-keys is gone"
    elif mutation.value is None and mutation.optional:
        without = _without(mutation.document, mutation.path)
        assert decodes(mutation.document, name) == decodes(without, name), f"{about}: null-for-optional"
    else:
        assert not decodes(mutation.document, name), about


def _without(document: Json, path: tuple[str | int, ...]) -> Json:
    key, *rest = path
    if isinstance(document, list):
        return [_without(item, tuple(rest)) if place == key else item for place, item in enumerate(document)]
    items = ((name, _without(item, tuple(rest)) if name == key and rest else item) for name, item in document.items())
    return {name: item for name, item in items if rest or name != key}


def _named(name: str) -> Json:
    kind = {"apiVersion": "example.org/v1", "kind": "Queue", "resource": "queues", "scope": "Cluster"}
    return {"name": name, **kind, "object": "x"}


SMALL = {"version": "v1", "generation": 1, "displayName": "Thing", "name": "x", "works": True}

EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "whole-number-with-point": (CONTRACT, {**SMALL, "generation": 3.0}),
    "null-for-optional": (CONTRACT, {**SMALL, "application": None}),
    "kratix-keys": (STATUS, {"workflows": "1", "promiseVersion": 1}),
    "request-ranges": (
        REQUEST,
        {
            "apiVersion": "platform.integratn.tech/v1alpha1",
            "kind": "VClusterOrchestratorV2",
            "metadata": {"name": "media"},
            "spec": {"name": "Media Cluster"},
        },
    ),
    "unknown-keys": (STATUS, {"phase": "Ready", "future": 1}),
    "names-of-objects": (CONTRACT, {**SMALL, "objects": [_named("my-db"), _named("mydb")]}),
    "namespaces-of-workloads": (
        CONTRACT,
        {**SMALL, "workloads": [{"namespace": "a"}, {"namespace": "a", "minimum": 1}]},
    ),
    "credentials-in-endpoints": (STATUS, {"endpoints": {"db": "https://host/db?password=hunter2"}}),
    "default-values": (CONTRACT, {**SMALL, "thresholds": {"degradedAfterSeconds": 0}}),
}


def test_every_listed_difference_has_an_example() -> None:
    assert list(EXAMPLES) == [difference.name for difference in DIFFERENCES]


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.name)
def test_a_listed_difference_really_differs(difference: Difference) -> None:
    name, document = EXAMPLES[difference.name]
    valid, decoded = validate(document, name) == (), decodes(document, name)
    if difference.effect is Effect.SCHEMA_ONLY:
        assert (valid, decoded) == (True, False)
    elif difference.effect is Effect.MODEL_ONLY:
        assert (valid, decoded) == (False, True)
    else:
        assert (valid, decoded) == (True, True)
        assert msgspec.to_builtins(msgspec.convert(document, MODELS[name])) != document


@pytest.mark.parametrize("name", STRICT)
def test_a_default_of_the_schema_is_the_default_of_the_model(name: str) -> None:
    """Adding a default where the key is missing changes nothing that the model decodes."""
    added = 0
    for example in SCHEMAS[name]["examples"]:
        decoded = msgspec.convert(example, STRICT[name])
        for path, default in defaults(SCHEMAS[name], example):
            changed = json.loads(json.dumps(example))
            target = changed
            for key in path[:-1]:
                target = target[key]
            target.pop(path[-1], None)
            if validate(changed, name):
                continue  # a condition of the sidecar must give a reason
            missing = msgspec.convert(json.loads(json.dumps(changed)), STRICT[name])
            target[path[-1]] = default
            assert msgspec.convert(changed, STRICT[name]) == missing, path
            added += 1
        assert decoded is not None
    assert added > 0


def defaults(schema: dict[str, Any], value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[Any, Any]]:
    found = []
    if isinstance(value, dict):
        for key, below in schema.get("properties", {}).items():
            found += [((*path, key), below["default"])] if "default" in below else []
            found += defaults(below, value[key], (*path, key)) if key in value else []
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += defaults(schema.get("items", {}), item, (*path, index))
    return found
