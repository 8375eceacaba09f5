"""The tree of an expression, as the checks of templates see it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.template.cel import CelError, Environment
from platform_status_contract.template.syntax import (
    Call,
    Comprehension,
    Constant,
    Entries,
    Items,
    Name,
    Node,
    Select,
    read_tree,
)


def tree(source: str) -> Node:
    return read_tree(Environment([]).parse(source))


SPEC = Name("spec")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("spec", SPEC),
        ("spec.a", Select(SPEC, "a", tests=False)),
        ("has(spec.a)", Select(SPEC, "a", tests=True)),
        ('spec["a"]', Call("_[_]", (SPEC, Constant("a")))),
        ("-3", Constant(None)),
        ("1.5", Constant(None)),
        ("''", Constant("")),
        ("size(spec)", Call("size", (SPEC,))),
        ("spec.size()", Call("size", (SPEC,))),
        ("[spec, 1]", Items((SPEC, Constant(None)))),
        ('{"a": spec}', Entries(((Constant("a"), SPEC),))),
        ("a.B{c: spec}", Entries(((Constant("c"), SPEC),))),
    ],
)
def test_an_expression_is_read_as_it_is_written(source: str, expected: Node) -> None:
    assert tree(source) == expected


def test_a_macro_becomes_a_comprehension_with_its_names() -> None:
    node = tree("spec.all(k, k == other)")
    assert isinstance(node, Comprehension)
    assert (node.variable, node.second, node.over) == ("k", "", SPEC)
    assert Call("_==_", (Name("k"), Name("other"))) in node.parts[2].parts  # type: ignore[union-attr]  # a call


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
