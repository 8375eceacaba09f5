"""What is no JSON at all is told apart before any schema looks at it."""

import datetime as dt
import math
from typing import Any

import pytest
import yaml

from platform_status_contract.validation import validate
from platform_status_contract.validation.validate import MAX_DEPTH, MAX_VALUES, foreign_values

from .strategies import Json


def lines(document: Json) -> list[str]:
    return [problem.message for problem in foreign_values(document)]


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({"t": dt.date(2026, 2, 26)}, "t: found a YAML timestamp, expected a string; put the time in quotes"),
        ({"n": math.inf}, "n: found inf, expected a finite number"),
        ({"n": 10**19}, "n: found a number of more than 19 digits, expected a number of at most 19 digits"),
        ({"s": "\ud800"}, 's: found "\\ud800", expected valid Unicode'),
        ({"\ud800": 1}, '(document): found the key "\\ud800", expected keys that are valid Unicode'),
        ({None: 1}, "(document): found the key null, expected keys that are strings; put the key in quotes"),
        (
            [(1,)],
            '[0]: found a value of type "tuple", expected JSON: a mapping, list, string, number, true, false or null',
        ),
    ],
    ids=["date", "infinity", "digits", "surrogate", "surrogate-key", "key", "tuple"],
)
def test_a_foreign_value_gets_one_line(document: Json, line: str) -> None:
    assert lines(document) == [line]


def test_json_has_nothing_foreign() -> None:
    assert lines({"a": [None, True, 1, -1.5, "ü", {}, []]}) == []


def test_nesting_beyond_the_limit_is_refused_at_its_beginning() -> None:
    document: list[Any] = []
    for _ in range(MAX_DEPTH + 1):
        document = [document]
    assert lines(document) == ["[0][0][0][0]: found nesting deeper than 64 levels, expected at most that many"]
    assert lines(document[0]) == []


def test_a_list_that_holds_itself_ends() -> None:
    document: list[Any] = []
    document.append(document)
    assert len(lines(document)) == 1


def test_a_document_that_yaml_aliases_blow_up_ends() -> None:
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert lines(yaml.safe_load(text)) == [
        f"(document): found more than {MAX_VALUES} values, expected a document of at most that many"
    ]


def test_a_foreign_value_keeps_the_schema_out() -> None:
    problems = validate({"generation": math.nan}, "contract")
    assert [problem.path for problem in problems] == ["generation"]
