"""The schema files themselves: valid 2020-12, stable ids, offline references, everything described."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing.exceptions import Unresolvable

from platform_status_contract.validation import (
    CONTRACT,
    STATUS,
    STATUS_CONTRACT,
    UnknownSchemaError,
    load_schema,
    resolved_schema,
    schema_names,
    validate,
)
from platform_status_contract.validation.schemas import python_pattern, registry, resolve_name, validator

from .strategies import Json

OURS = (CONTRACT, STATUS, STATUS_CONTRACT)
IDS = {
    CONTRACT: "https://status.integratn.tech/schemas/contract/v1.json",
    STATUS: "https://status.integratn.tech/schemas/status/v1.json",
    STATUS_CONTRACT: "https://status.integratn.tech/schemas/statuscontract/v1.json",
}
ANNOTATIONS = {"description", "title", "examples", "default"}


def subschemas(node: Json) -> Iterator[dict[str, Any]]:
    """Every mapping in a schema; keys of `properties` are not told apart, which does no harm here."""
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key not in ("examples", "default", "const", "enum"):
                yield from subschemas(value)
    if isinstance(node, list):
        for item in node:
            yield from subschemas(item)


def test_the_ids_are_those_that_were_published() -> None:
    assert {name: load_schema(name)["$id"] for name in OURS} == IDS


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_is_valid_2020_12_with_title_description_and_examples(name: str) -> None:
    schema = load_schema(name)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].startswith("https://status.integratn.tech/schemas/")
    assert schema["title"]
    assert schema["description"]
    assert schema["examples"]


@pytest.mark.parametrize("name", schema_names())
def test_the_examples_are_valid_for_us_and_for_any_other_validator(name: str) -> None:
    schema = load_schema(name)
    plain = Draft202012Validator(schema, registry=registry())
    for example in schema["examples"]:
        assert validate(example, name) == ()
        plain.validate(example)


@pytest.mark.parametrize("name", OURS)
def test_examples_of_the_parts_are_valid(name: str) -> None:
    resolved = resolved_schema(name)
    seen = 0
    for part in subschemas(resolved):
        for example in part.get("examples", []) if isinstance(part.get("examples"), list) else []:
            validator_of_part = validator(name).evolve(schema=part)
            assert validator_of_part.is_valid(example), (part.get("title"), example)
            seen += 1
    assert seen >= 3


@pytest.mark.parametrize("name", OURS)
def test_every_key_is_described_and_every_pattern_is_put_in_words(name: str) -> None:
    resolved = resolved_schema(name)
    for part in subschemas(resolved):
        if isinstance(part.get("properties"), dict) and "description" in part:
            for key, value in part["properties"].items():
                assert value.get("description", "").endswith("."), key
        if isinstance(part.get("pattern"), str):
            assert part["x-expected"], part


@pytest.mark.parametrize("name", [CONTRACT, STATUS])
def test_every_key_says_when_it_is_present(name: str) -> None:
    for part in subschemas(resolved_schema(name)):
        if isinstance(part.get("properties"), dict) and "description" in part and part.get("title") != "Timers":
            assert all(value.get("x-when") for value in part["properties"].values()), part["description"]


def test_every_key_of_the_status_has_one_owner() -> None:
    owners = {key: value.get("x-owner") for key, value in load_schema(STATUS)["properties"].items()}
    assert set(owners.values()) == {"pipeline", "sidecar", "kratix"}


@pytest.mark.parametrize("name", schema_names())
def test_beside_a_reference_stand_annotations_only(name: str) -> None:
    for part in subschemas(load_schema(name)):
        if "$ref" in part:
            assert all(key in ANNOTATIONS or key.startswith(("$", "x-")) for key in part), part


@pytest.mark.parametrize("name", schema_names())
def test_a_resolved_schema_holds_no_reference(name: str) -> None:
    resolved = resolved_schema(name)
    assert not any("$ref" in part for part in subschemas(resolved))
    assert resolved["$id"] == load_schema(name)["$id"]
    assert len(json.dumps(resolved)) < 400_000


def test_a_reference_that_we_do_not_hold_is_never_fetched() -> None:
    with pytest.raises(Unresolvable):
        registry().resolver().lookup("https://status.integratn.tech/schemas/contract/v2.json")


@pytest.mark.parametrize("name", OURS)
def test_the_file_is_written_in_the_one_way_that_makes_small_diffs(name: str) -> None:
    text = (files("platform_status_contract") / "jsonschema" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2) + "\n"


def test_a_caller_may_change_what_it_loaded() -> None:
    load_schema(CONTRACT)["title"] = "mine"
    resolved_schema(CONTRACT)["title"] = "mine"
    assert load_schema(CONTRACT)["title"] == resolved_schema(CONTRACT)["title"] == "Contract, v1"


@pytest.mark.parametrize(
    ("name", "full"), [("contract", CONTRACT), ("status-v1", STATUS), ("statuscontract", STATUS_CONTRACT)]
)
def test_a_schema_goes_by_its_name_without_the_version(name: str, full: str) -> None:
    assert resolve_name(name) == full


def test_an_unknown_schema_is_named_with_the_nearest_one() -> None:
    with pytest.raises(
        UnknownSchemaError, match=r"'contrct-v1', expected one of contract-v1, .*did you mean contract-v1\?"
    ):
        load_schema("contrct-v1")
    with pytest.raises(UnknownSchemaError, match=r"found no schema 'x{64}', expected one of [^?]*$"):
        load_schema("x" * 1000)


@pytest.mark.parametrize(
    ("ecma", "python"),
    [
        ("^a$", r"^a\Z"),
        (r"^\$\{x\}$", r"^\$\{x\}\Z"),
        ("[$]$|^[^]$a]", r"[$]\Z|^[^]\Za]"),
        (r"[\]$]", r"[\]$]"),
        ("a", "a"),
    ],
)
def test_the_end_of_a_text_is_the_very_end(ecma: str, python: str) -> None:
    assert python_pattern(ecma) == python
