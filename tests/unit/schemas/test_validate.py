"""Validating: sorted, stable, bounded, and a hint where one is known."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from platform_status_contract.validation import (
    CONTRACT,
    STATUS,
    STATUS_CONTRACT,
    UnknownSchemaError,
    validate,
    validate_with,
    validator_of,
)
from platform_status_contract.validation.expectations import expectation
from platform_status_contract.validation.explain import explain
from platform_status_contract.validation.validate import MAX_PROBLEMS
from tests.examples import examples

from .strategies import JSON, Json


@pytest.mark.parametrize("name", [CONTRACT, STATUS, STATUS_CONTRACT])
@given(document=JSON)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_gets_an_answer_in_short_printable_lines(name: str, document: Json) -> None:
    for problem in validate(document, name):
        assert problem.message.isprintable()
        assert len(problem.message) < 1000


def test_problems_are_sorted_by_path_with_indexes_as_numbers() -> None:
    problems = validate({"problems": [1] * 12, "endpoints": {"b": 1, "a": 1}}, "status")
    assert [problem.path for problem in problems] == [
        "endpoints.a",
        "endpoints.b",
        *[f"problems[{index}]" for index in range(12)],
    ]


def test_the_order_of_keys_changes_nothing() -> None:
    one = {"phase": "x", "message": 1, "health": {"since": {"b": 1, "a": 2}}}
    other = {"health": {"since": {"a": 2, "b": 1}}, "message": 1, "phase": "x"}
    assert validate(one, "status") == validate(other, "status")


def test_a_document_with_many_problems_gets_the_first_ones_and_a_count() -> None:
    document = {"conditions": [1] * 70}
    problems = validate(document, "status")
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].message == (
        "(document): found 20 more problems, expected none; correct the first ones and validate again"
    )


def test_a_document_with_a_million_problems_ends() -> None:
    assert len(validate({"conditions": [1] * 90_000}, "status")) == MAX_PROBLEMS + 1


def test_one_value_with_two_faults_gets_one_line() -> None:
    small = {"version": "v1", "generation": 1, "displayName": "x", "name": "", "works": True}
    assert len(validate(small, "contract")) == 1


def test_a_secret_value_in_the_wrong_place_is_not_quoted() -> None:
    pasted = "-----BEGIN KEY-----\nabc"
    for document, name in (
        ({"credentials": {"key": pasted}}, "status"),
        ({"spec": {"credentials": {"key": pasted * 500}}}, "statuscontract"),
    ):
        problems = validate(document, name)
        assert any("a text of" in problem.found for problem in problems)
        assert not any("BEGIN" in problem.message for problem in problems)


def test_an_unknown_schema_is_an_error() -> None:
    with pytest.raises(UnknownSchemaError):
        validate({}, "pod")


def test_a_schema_that_is_false_allows_nothing() -> None:
    errors = Draft202012Validator(False).iter_errors(1)  # noqa: FBT003 - false is a schema
    lines = [problem.message for error in errors for problem in explain(error)]
    assert lines == ["(document): found 1, expected no such key"]


def test_an_item_that_stands_twice_is_said_to() -> None:
    errors = Draft202012Validator({"type": "array", "uniqueItems": True}).iter_errors([1, 1])
    lines = [problem.message for error in errors for problem in explain(error)]
    assert lines == ["(document): found a list of 2, expected each item once"]


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (True, "any value"),
        (False, "no such key"),
        ({"x-expected": "a thing"}, "a thing"),
        ({"const": "v1"}, "v1"),
        ({"const": ""}, '""'),
        ({"enum": [1, None]}, "one of 1, null"),
        ({"enum": list("abcdefghijklm")}, "one of 13 known words"),
        ({"oneOf": [{"const": "a"}, {"const": "b"}]}, "one of a, b"),
        ({"oneOf": [True]}, "another value"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}, {"type": "string"}]}, "a string or null"),
        ({"type": ["integer", "string"]}, "a whole number or a string"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "a whole number from 0 to 9"),
        ({"type": "number", "minimum": 0}, "a number of at least 0"),
        ({"type": "number", "maximum": 1}, "a number of at most 1"),
        ({"type": "string", "minLength": 1, "maxLength": 2}, "a string of 1 to 2 characters"),
        ({"type": "string", "maxLength": 2}, "a string of at most 2 characters"),
        ({"type": "string", "minLength": 1}, "a string of at least 1 characters"),
        ({"type": "string", "pattern": "a"}, "a string that matches its pattern"),
        ({"type": "array", "maxItems": 2}, "a list of at most 2"),
        ({"type": "object", "required": ["a", "b"]}, "a mapping with a, b"),
        (
            {"type": "object", "minProperties": 1, "maxProperties": 2},
            "a mapping of at least 1 keys and of at most 2 keys",
        ),
        ({"type": "boolean"}, "true or false"),
        ({"type": "integer", "exclusiveMaximum": 5}, "a whole number below 5"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 9}, "a number above 0 and of at most 9"),
        (
            {"type": "number", "minimum": 0, "multipleOf": 5},
            "a number of at least 0 and that is a multiple of 5",
        ),
        ({"type": "string", "format": "ipv4"}, "a string of the format ipv4"),
    ],
)
def test_what_a_schema_asks_for_is_put_in_words(schema: Any, text: str) -> None:  # noqa: ANN401 - any schema
    assert expectation(schema) == text


_A: Any = {"required": ["a"]}
_B: Any = {"required": ["b"]}
_IS_A: Any = {"properties": {"kind": {"const": "a"}}}
_OBJECT: Any = {"type": "object"}


@pytest.mark.parametrize(
    ("schema", "document", "text"),
    [
        (_OBJECT | {"oneOf": [_A, _B]}, {"a": 1, "b": 1}, "only one of: a mapping with a; a mapping with b"),
        (_OBJECT | {"anyOf": [_A, _B]}, {}, "a mapping with a or a mapping with b"),
        (_OBJECT | {"not": _A}, {"a": 1}, "anything but a mapping with a"),
        (_OBJECT | {"not": _IS_A}, {"kind": "a"}, "anything but a mapping where kind is a"),
        (_OBJECT | {"not": {"anyOf": [_A, _B]}}, {"a": 1}, "a mapping that satisfies not in its schema"),
        ({"not": True}, {}, "anything but any value"),
        (_OBJECT | {"not": _A, "x-expected": "nothing like it"}, {"a": 1}, "nothing like it"),
    ],
)
def test_what_a_choice_asks_for_is_nothing_that_the_refused_value_is(schema: Any, document: object, text: str) -> None:  # noqa: ANN401 - any schema
    (problem,) = validate_with(document, validator_of(schema))
    assert problem.expected == text


def test_a_keyword_may_have_another_meaning() -> None:
    judge = validator_of(
        {"format": "even"}, further=(("format", lambda name, value: name != "even" or value % 2 == 0),)
    )
    assert validate_with(4, judge) == ()
    assert len(validate_with(5, judge)) == 1


def test_a_contract_that_no_reader_keeps_is_a_problem_by_itself_and_in_a_status() -> None:
    some = {"key": "app", "operator": "In", "values": [f"{number:063}" for number in range(60)]}
    contract = {
        "version": "v1",
        "generation": 1,
        "displayName": "x",
        "name": "x",
        "workloads": {"namespace": "a", "selector": {"matchExpressions": [some] * 10}},
    }
    (alone,) = validate(contract, CONTRACT)
    (within,) = validate({"contract": contract}, STATUS)
    assert (alone.keys, within.keys) == ((), ("contract",))
    for problem in (alone, within):
        assert "bytes of compact JSON, expected at most 32768" in problem.message
