"""Golden documents: valid ones, and invalid ones named after what is wrong with the exact lines that a person gets."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from platform_status_contract.validation import validate
from platform_status_contract.validation.schemas import registry, resolve_name
from platform_status_contract.validation.values import foreign_values

from .strategies import Json
from .test_agreement import STRICT

FOLDER = Path(__file__).parents[2] / "golden" / "documents"
NAMES = ("contract", "status", "statuscontract")
VALID = sorted(FOLDER.glob("*/valid/*.yaml"))
INVALID = sorted(FOLDER.glob("*/invalid/*.yaml"))

_CONSTRAINTS = {
    "type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems",
    "maxProperties", "required", "anyOf", "oneOf", "not", "maxContains",
}  # fmt: skip

KRATIX_KEYS = ("kratix-keys-of-the-wrong-type", "kratix-counters-negative")
"""The known difference `kratix-keys`."""

NEVER_BROKEN = {
    "#/$defs/conditionType": "tells the sidecar's conditions from others; other types are allowed",
    "#/$defs/kratixConditionType": "a list for the reference page",
    "#/$defs/keyName: type": "a key of a mapping is always a string",
}


def load(path: Path) -> Json:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def label(path: Path) -> str:
    return f"{path.parts[-3]}/{path.stem}"


def test_every_folder_has_cases_and_no_strangers() -> None:
    assert sorted(folder.name for folder in FOLDER.iterdir()) == sorted(NAMES)
    for name in NAMES:
        assert sorted(folder.name for folder in (FOLDER / name).iterdir()) == ["invalid", "valid"]
        for group in ("valid", "invalid"):
            files = list((FOLDER / name / group).iterdir())
            assert files, f"{name}/{group} has no case"
            assert {file.suffix for file in files} == {".yaml"}


@pytest.mark.parametrize("path", VALID, ids=label)
def test_a_valid_document_is_valid_for_schema_and_model(path: Path) -> None:
    document, name = load(path), resolve_name(path.parts[-3])
    assert validate(document, name) == ()
    assert msgspec.convert(document, STRICT[name]) is not None


@pytest.mark.parametrize("path", INVALID, ids=label)
def test_an_invalid_document_gets_exactly_these_lines(path: Path) -> None:
    case = load(path)
    assert set(case) == {"document", "problems"}
    problems = validate(case["document"], path.parts[-3])
    assert [problem.message for problem in problems] == case["problems"]
    assert case["problems"]
    for problem in problems:
        assert problem.message.startswith(f"{problem.path}: found {problem.found}, expected {problem.expected}")
        assert problem.message.isprintable()
        assert len(problem.message) < 600


@pytest.mark.parametrize("path", INVALID, ids=label)
def test_the_model_refuses_an_invalid_document_too(path: Path) -> None:
    document, model = load(path)["document"], STRICT[resolve_name(path.parts[-3])]
    if path.stem in KRATIX_KEYS:
        assert msgspec.convert(document, model) is not None
        return
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, model)


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_is_broken_by_some_invalid_document(name: str) -> None:
    schema: Json = registry()[f"https://status.integratn.tech/schemas/{name}/v1.json"].contents
    validator = Draft202012Validator(schema, registry=registry())
    broken: set[tuple[int, str]] = set()
    for path in (FOLDER / name / "invalid").iterdir():
        document = load(path)["document"]
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
