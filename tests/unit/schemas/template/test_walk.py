"""Walking a template with the same names at hand."""

import pytest

from platform_status_contract.template.problems import Problem, found
from platform_status_contract.template.walk import Walk, know_variables


def walk(**values: object) -> Walk:
    return Walk((*values, "variables"), values, fix="mend it")


def test_an_expression_alone_keeps_its_type_and_one_in_a_text_becomes_text() -> None:
    walked = walk(spec={"port": 80, "on": True})
    value = {"a": "${spec.port}", "b": "port ${spec.port}, ${spec.on}", "c": ["${spec.on}", 1, "x"]}
    assert walked.mapping(value, "") == {"a": 80, "b": "port 80, true", "c": [True, 1, "x"]}
    assert walked.problems == []


def test_null_drops_a_key_and_an_item_and_stays_where_it_is_the_value() -> None:
    walked = walk(spec={"no": None})
    assert walked.mapping({"a": "${spec.no}", "b": None, "c": ["${spec.no}", None]}, "x") == {"c": []}
    assert walked.value("${spec.no}", "x") is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("${spec.a", "has no closing brace"),
        ("${spec.gone}", "gone"),
        ("x${spec.list}", "yields a list, expected a text"),
        ("x${spec.map}", "yields a map, expected a text"),
        ("x${spec.no}", "yields null, expected a text"),
    ],
)
def test_what_is_wrong_names_the_path_and_the_fix(text: str, cause: str) -> None:
    walked = walk(spec={"list": [], "map": {}, "no": None})
    walked.mapping({"a": {"b": text}}, "spec")
    (problem,) = walked.problems
    assert (problem.field, problem.fix) == ("spec.a.b", "mend it")
    assert cause in problem.cause


def test_without_values_expressions_are_only_compiled() -> None:
    walked = Walk(("spec", "variables"), None, fix="mend it")
    know_variables(walked, {"a": "${spec.x}"}, {})
    assert walked.value("${variables.a + unknown}", "x") == ""
    assert [problem.field for problem in walked.problems] == ["x"]


def test_a_variable_knows_those_before_it_and_a_constant_replaces_one() -> None:
    walked = walk(spec={"name": "media"})
    know_variables(walked, {"a": "${spec.name}-a", "b": "${variables.a}-b"}, {"a": "given", "typo": "x"})
    assert walked.value("${variables.b}", "x") == "given-b"
    assert [problem.field for problem in walked.problems] == ["spec.variables.typo"]


def test_a_problem_is_one_short_line() -> None:
    assert Problem("a", "b\nc").line == "a: b c"
    assert Problem("a", "b", "c").line == "a: b; c"
    assert len(Problem("a", "b" * 3000).line) == 1024
    assert found("x" * 200) == '"' + "x" * 118 + "…"
    assert found({"a": 1}) == '{"a": 1}'
