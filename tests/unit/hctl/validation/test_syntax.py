"""The tree of an expression, as the checks of templates see it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hctl.validation.syntax import Node, read_tree
from platform_status_contract.template.cel import CelError, Environment


def tree(source: str) -> Node:
    return read_tree(Environment([]).parse(source))


SPEC = Node("name", ("spec",))
NO_TEXT = Node("constant")


def text(value: str) -> Node:
    return Node("constant", (value,))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("spec", SPEC),
        ("spec.a", Node("select", ("a",), (SPEC,))),
        ("has(spec.a)", Node("select", ("a",), (SPEC,))),
        ('spec["a"]', Node("call", ("_[_]",), (SPEC, text("a")))),
        ("-3", NO_TEXT),
        ("1.5", NO_TEXT),
        ("''", text("")),
        ("size(spec)", Node("call", ("size",), (SPEC,))),
        ("spec.size()", Node("call", ("size",), (SPEC,))),
        ("[spec, 1]", Node("list", (), (SPEC, NO_TEXT))),
        ('{"a": spec}', Node("map", (), (text("a"), SPEC))),
        ("a.B{c: spec}", Node("map", (), (text("c"), SPEC))),
    ],
)
def test_an_expression_is_read_as_it_is_written(source: str, expected: Node) -> None:
    assert tree(source) == expected


def test_a_macro_becomes_a_fold_with_its_names() -> None:
    node = tree("spec.all(k, k == other)")
    assert (node.kind, node.texts[:2], node.parts[0]) == ("fold", ("k", ""), SPEC)
    assert Node("call", ("_==_",), (Node("name", ("k",)), Node("name", ("other",)))) in node.parts[3].parts


def test_what_is_no_cel_is_told_without_names_being_known() -> None:
    with pytest.raises(CelError, match="Syntax error"):
        Environment([]).parse("spec.")


@given(st.binary(max_size=60))
def test_any_other_message_is_refused_and_never_raises_anything_else(message: bytes) -> None:
    with suppress(CelError):
        assert isinstance(read_tree(message), Node)


def test_a_field_of_another_type_than_it_has_is_refused() -> None:
    with pytest.raises(CelError, match="not known here"):
        read_tree(b"\x10\x05")
