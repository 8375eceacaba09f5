"""Golden documents: valid ones, and invalid ones named after what is wrong with the exact lines that a person gets."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from platform_status_contract.validation import validate
from platform_status_contract.validation.schemas import registry, resolve_name
from platform_status_contract.validation.validate import foreign_values
from tests.golden.sections import read_documents

from .strategies import Json
from .test_agreement import STRICT

FOLDER = Path(__file__).parents[2] / "golden" / "documents"
NAMES = ("contract", "status", "statuscontract")
VALID, INVALID = (
    [
        pytest.param(name, case, document, id=f"{name}/{case}")
        for name in NAMES
        for case, document in read_documents(FOLDER / name / group).items()
    ]
    for group in ("valid", "invalid")
)

_CONSTRAINTS = {
    "type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems",
    "maxProperties", "required", "anyOf", "oneOf", "not", "maxContains",
}  # fmt: skip

DECODED = ("kratix-keys-of-the-wrong-type", "kratix-counters-negative", "endpoint-with-a-credential-behind-its-host")
"""The known differences `kratix-keys` and `credentials-in-endpoints`."""

NEVER_BROKEN = {
    "#/$defs/conditionType": "tells the sidecar's conditions from others; other types are allowed",
    "#/$defs/kratixConditionType": "a list for the reference page",
    "#/$defs/keyName: type": "a key of a mapping is always a string",
}


def test_every_folder_has_cases_and_no_strangers() -> None:
    assert sorted(folder.name for folder in FOLDER.iterdir()) == sorted(NAMES)
    for name in NAMES:
        assert sorted(folder.name for folder in (FOLDER / name).iterdir()) == ["invalid", "valid"]
        for group in ("valid", "invalid"):
            files = list((FOLDER / name / group).iterdir())
            assert files, f"{name}/{group} has no case"
            assert {file.suffix for file in files} == {".yaml"}


@pytest.mark.parametrize(("name", "case", "document"), VALID)
def test_a_valid_document_is_valid_for_schema_and_model(name: str, case: str, document: Json) -> None:
    assert validate(document, name) == (), case
    assert msgspec.convert(document, STRICT[resolve_name(name)]) is not None


@pytest.mark.parametrize(("name", "case", "expected"), INVALID)
def test_an_invalid_document_gets_exactly_these_lines(name: str, case: str, expected: Json) -> None:
    assert set(expected) == {"document", "problems"}, case
    problems = validate(expected["document"], name)
    assert [problem.message for problem in problems] == expected["problems"]
    assert expected["problems"]
    for problem in problems:
        assert problem.message.startswith(f"{problem.path}: found {problem.found}, expected {problem.expected}")
        assert problem.message.isprintable()
        assert len(problem.message) < 600


@pytest.mark.parametrize(("name", "case", "expected"), INVALID)
def test_the_model_refuses_an_invalid_document_too(name: str, case: str, expected: Json) -> None:
    document, model = expected["document"], STRICT[resolve_name(name)]
    if case in DECODED:
        assert msgspec.convert(document, model) is not None
        return
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, model)


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_is_broken_by_some_invalid_document(name: str) -> None:
    schema: Json = registry()[f"https://status.integratn.tech/schemas/{name}/v1.json"].contents
    validator = Draft202012Validator(schema, registry=registry())
    broken: set[tuple[int, str]] = set()
    for case in read_documents(FOLDER / name / "invalid").values():
        document = case["document"]
        if not foreign_values(document):
            broken |= {found for error in validator.iter_errors(document) for found in flattened(error)}
    missing = [f"{where}: {keyword}" for where, key, keyword in constraints(schema) if (key, keyword) not in broken]
    assert [line for line in missing if not line.startswith(tuple(NEVER_BROKEN))] == []


def flattened(error: ValidationError) -> Iterator[tuple[int, str]]:
    yield id(error.schema), str(error.validator)
    for inner in error.context or []:
        yield from flattened(inner)


def constraints(schema: Json, where: str = "#") -> Iterator[tuple[str, int, str]]:
    """Every constraint that some document can break: where it stands, the identity of its schema, its keyword."""
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        if keyword in _CONSTRAINTS or (keyword == "additionalProperties" and value is False):
            yield where, id(schema), keyword
        if keyword in ("properties", "$defs"):
            for key, below in value.items():
                yield from constraints(below, f"{where}/{keyword}/{key}")
        elif keyword in ("anyOf", "allOf", "oneOf"):
            for index, below in enumerate(value):
                yield from constraints(below, f"{where}/{keyword}/{index}")
        elif keyword in ("then", "else", "items", "propertyNames", "additionalProperties"):
            yield from constraints(value, f"{where}/{keyword}")
