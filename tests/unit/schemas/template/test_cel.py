"""CEL: which values come out, and what a failure says."""

import pytest

from platform_status_contract.template.cel import REPLACE, CelError, Environment, Function

REQUEST = {
    "metadata": {"namespace": "team", "annotations": {"a/b": "c"}},
    "spec": {"name": "media", "replicas": 3, "ratio": 0.5, "on": True, "none": None, "items": [{"a": 1}]},
}


def evaluate(source: str) -> object:
    return Environment(REQUEST).compile(source).evaluate(REQUEST)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("spec.name", "media"),
        ("spec.replicas", 3),
        ("spec.ratio", 0.5),
        ("spec.on", True),
        ("spec.none", None),
        ("null", None),
        ("has(spec.targetNamespace) ? spec.targetNamespace : metadata.namespace", "team"),
        ('"a/b" in metadata.annotations ? metadata.annotations["a/b"] : "z"', "c"),
        ("spec.items.map(item, item.a)", [1]),
        ('{"b": [1, 2.5, true, null], "a": {}}', {"a": {}, "b": [1, 2.5, True, None]}),
        ('spec.name.startsWith("m") && size(spec.name) == 5', True),
    ],
)
def test_an_expression_yields_a_json_value_of_its_own_type(source: str, value: object) -> None:
    result = evaluate(source)
    assert result == value
    assert type(result) is type(value)


def test_keys_of_a_map_come_out_sorted_because_cel_has_no_order() -> None:
    result = evaluate('{"b": 1, "c": 2, "a": 3}')
    assert isinstance(result, dict)
    assert list(result) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("spec.name +", "Syntax error"),
        ("status.phase", "undeclared reference to 'status"),
        ("nosuch(spec.name)", "undeclared reference to 'nosuch'"),
    ],
)
def test_a_wrong_expression_is_found_when_it_is_compiled(source: str, cause: str) -> None:
    with pytest.raises(CelError, match=cause) as caught:
        Environment(REQUEST).compile(source)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("spec.missing", 'Key not found in map : "missing"'),
        ("has(spec.missing.too)", "Key not found"),
        ("1 / 0", "divide by zero"),
        ("spec.name + 1", "No matching overloads"),
        ('b"abc"', "bytearray, which JSON cannot represent"),
        ('timestamp("2026-02-26T10:30:00Z")', "datetime, which JSON cannot represent"),
        ("1.0 / 0.0", "inf, which JSON cannot represent"),
        ("{1: 2}", "keys are not strings"),
    ],
)
def test_a_failed_evaluation_says_why_in_one_line(source: str, cause: str) -> None:
    with pytest.raises(CelError, match=cause) as caught:
        evaluate(source)
    assert "\n" not in str(caught.value)


def test_a_value_that_cel_cannot_take_is_an_error_of_ours() -> None:
    program = Environment(["spec"]).compile("spec")
    with pytest.raises(CelError, match="out of range"):
        program.evaluate({"spec": 2**70})


def test_functions_of_ones_own_are_called_by_name_and_by_shape() -> None:
    functions = [
        Function("twice", ("string",), "string", lambda text: text * 2),
        Function("twice", ("string", "int"), "string", lambda text, times: text * times, member=True),
        Function("refuse", ("string",), "bool", int),
    ]
    environment = Environment(["a"], functions)
    assert environment.compile("twice(a) + a.twice(3)").evaluate({"a": "x"}) == "xxxxx"
    with pytest.raises(CelError, match="invalid literal"):
        environment.compile("refuse(a)").evaluate({"a": "x"})


def test_a_domain_becomes_part_of_a_name() -> None:
    program = Environment(["a"], [REPLACE]).compile('a + "." + a.replace(".", "-")')
    assert program.evaluate({"a": "integratn.tech"}) == "integratn.tech.integratn-tech"


def test_a_map_takes_the_keys_of_another_and_what_that_says_wins() -> None:
    assert evaluate('{"a": 1, "b": 1}.merge({"b": 2})') == {"a": 1, "b": 2}


@pytest.mark.parametrize("value", [2**70, "\ud800"])
def test_a_value_that_cel_cannot_hold_fails_the_expression(value: object) -> None:
    with pytest.raises(CelError):
        Environment(["spec"]).compile("spec").evaluate({"spec": value})


@pytest.mark.parametrize("given", ["a\0b", "\1\0\2", "\0", {"a\0b": ["c\0", 1, None, {"\1": "\0"}]}])
def test_a_text_is_read_and_yielded_beyond_its_first_nul(given: object) -> None:
    """The library reads a text up to its first NUL; what stands behind it must neither pass unseen nor be lost."""
    assert Environment(["given"]).compile("given").evaluate({"given": given}) == given


def test_what_stands_behind_a_nul_is_judged() -> None:
    program = Environment(["given"]).compile("given.text.matches('^[a-z[:cntrl:]]*$') && size(given.list[0]) == 3")
    given = {"text": "a\0b", "list": ["x\0y"]}
    assert program.evaluate({"given": given}) is True
    assert program.evaluate({"given": given | {"text": "a\0 b"}}) is False


def test_a_text_with_every_control_character_is_refused_rather_than_read_in_part() -> None:
    every = "".join(map(chr, range(32)))
    with pytest.raises(CelError, match="every other control character"):
        Environment(["given"]).compile("given").evaluate({"given": every})


@pytest.mark.parametrize("source", ["size(given)", "given"])
def test_what_is_nested_without_end_fails_the_expression_and_not_the_interpreter(source: str) -> None:
    given: object = "deep"
    for _ in range(30_000):
        given = {"a": given}
    with pytest.raises(CelError, match="nested too deeply"):
        Environment(["given"]).compile(source).evaluate({"given": given})


def test_what_is_no_expression_has_no_syntax_to_read() -> None:
    assert Environment(["given"]).parse("given.name")
    with pytest.raises(CelError):
        Environment(["given"]).parse("given.(")
