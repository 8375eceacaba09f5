"""The tree of an expression, as the checks of templates see it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hctl.validation.syntax import SyntaxNode, read_tree
from platform_status_contract.template.cel import CelError, Environment


def tree(source: str) -> SyntaxNode:
    return read_tree(Environment([]).parse(source))


SPEC = SyntaxNode("name", ("spec",))
NO_TEXT = SyntaxNode("constant")


def text(value: str) -> SyntaxNode:
    return SyntaxNode("constant", (value,))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("spec", SPEC),
        ("spec.a", SyntaxNode("select", ("a",), (SPEC,))),
        ("has(spec.a)", SyntaxNode("select", ("a",), (SPEC,))),
        ('spec["a"]', SyntaxNode("call", ("_[_]",), (SPEC, text("a")))),
        ("-3", NO_TEXT),
        ("1.5", NO_TEXT),
        ("''", text("")),
        ("size(spec)", SyntaxNode("call", ("size",), (SPEC,))),
        ("spec.size()", SyntaxNode("call", ("size",), (SPEC,))),
        ("[spec, 1]", SyntaxNode("list", (), (SPEC, NO_TEXT))),
        ('{"a": spec}', SyntaxNode("map", (), (text("a"), SPEC))),
        ("a.B{c: spec}", SyntaxNode("map", (), (text("c"), SPEC))),
    ],
)
def test_an_expression_is_read_as_it_is_written(source: str, expected: SyntaxNode) -> None:
    assert tree(source) == expected


def test_a_macro_becomes_a_fold_with_its_names() -> None:
    node = tree("spec.all(k, k == other)")
    assert (node.kind, node.texts[:2], node.parts[0]) == ("fold", ("k", ""), SPEC)
    assert (
        SyntaxNode("call", ("_==_",), (SyntaxNode("name", ("k",)), SyntaxNode("name", ("other",))))
        in node.parts[3].parts
    )


def test_what_is_no_cel_is_told_without_names_being_known() -> None:
    with pytest.raises(CelError, match="Syntax error"):
        Environment([]).parse("spec.")


@given(st.binary(max_size=60))
def test_any_other_message_is_refused_and_never_raises_anything_else(message: bytes) -> None:
    with suppress(CelError):
        assert isinstance(read_tree(message), SyntaxNode)


def test_a_field_of_another_type_than_it_has_is_refused() -> None:
    with pytest.raises(CelError, match="unknown form"):
        read_tree(b"\x10\x05")
