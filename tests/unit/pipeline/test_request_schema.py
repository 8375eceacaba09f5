"""The request's JSON Schema and typed model, held together with the Promise's CRD."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from platform_status_contract.model.request import Request
from platform_status_contract.validation import load_schema, validate
from tests.examples import examples

from .requests import EXAMPLES, REQUEST_SCHEMA, ROOT, read, request, requests

SCHEMA = load_schema(REQUEST_SCHEMA)


def test_the_schema_is_what_the_crd_says() -> None:
    done = subprocess.run(  # noqa: S603 - this Python, a script of ours
        [sys.executable, ROOT / "promise" / "request_schema.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_schema_is_a_schema_with_a_title_a_stable_id_and_descriptions_everywhere() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "https://status.integratn.tech/schemas/vclusterorchestratorv2-request/v1alpha1.json"
    assert SCHEMA["title"] == "VClusterOrchestratorV2 request, v1alpha1"
    assert len(SCHEMA["examples"]) == len(EXAMPLES)
    assert list(undescribed(SCHEMA["properties"], "")) == []


def undescribed(properties: dict[str, Any], at: str) -> list[str]:
    found = []
    for name, part in properties.items():
        path = f"{at}.{name}"
        found += [] if part.get("description") else [path]
        found += undescribed(part.get("properties", {}), path)
        found += undescribed(part.get("items", {}).get("properties", {}), f"{path}[]")
    return found


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: Path(file).stem)
def test_every_example_is_valid(file: Path) -> None:
    assert validate(read(file), REQUEST_SCHEMA) == ()


def test_model_and_schema_have_the_same_fields() -> None:
    assert fields(Request) == properties(SCHEMA)


def properties(schema: dict[str, Any], at: str = "") -> set[str]:
    found = set()
    for name, part in schema.get("properties", {}).items():
        found |= (
            {f"{at}.{name}"} | properties(part, f"{at}.{name}") | properties(part.get("items", {}), f"{at}.{name}[]")
        )
    return found


def fields(shape: type[msgspec.Struct], at: str = "") -> set[str]:
    described = msgspec.inspect.type_info(shape)
    assert isinstance(described, msgspec.inspect.StructType)
    found = set()
    for field in described.fields:
        path = f"{at}.{field.encode_name}"
        found.add(path)
        for part, suffix in parts(field.type):
            found |= fields(part, f"{path}{suffix}")
    return found


def parts(described: msgspec.inspect.Type) -> list[tuple[type[msgspec.Struct], str]]:
    if isinstance(described, msgspec.inspect.StructType):
        return [(described.cls, "")]
    if isinstance(described, msgspec.inspect.UnionType):
        return [part for kind in described.types for part in parts(kind)]
    if isinstance(described, msgspec.inspect.ListType):
        return [(part, f"[]{suffix}") for part, suffix in parts(described.item_type)]
    return []


@settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(requests())
def test_every_valid_request_decodes_and_comes_back_the_same(document: dict[str, Any]) -> None:
    assert validate(document, REQUEST_SCHEMA) == ()
    assert msgspec.to_builtins(msgspec.convert(document, Request)) == document


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"name": "1a"}, "spec.name"),
        ({"name": "a\n"}, "spec.name"),
        ({"vcluster": {"replicas": 0}}, "spec.vcluster.replicas"),
        ({"vcluster": {"resources": {"limits": {"cpu": -1}}}}, "spec.vcluster.resources.limits.cpu"),
        ({"vcluster": {"k8sVersion": "1.31"}}, "spec.vcluster.k8sVersion"),
        ({"exposure": {"apiPort": 65536}}, "spec.exposure.apiPort"),
        ({"exposure": {"vip": "10.0.0"}}, "spec.exposure.vip"),
        ({"networkPolicies": {"extraEgress": [{"name": "x"}]}}, "spec.networkPolicies.extraEgress[0].cidr"),
        ({"nope": 1}, "spec.nope"),
    ],
)
def test_what_the_crd_refuses_the_schema_refuses(spec: dict[str, Any], path: str) -> None:
    assert path in [problem.path for problem in validate(request(**spec), REQUEST_SCHEMA)]
