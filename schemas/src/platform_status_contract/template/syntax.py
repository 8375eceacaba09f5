"""The tree of a CEL expression, read out of the protobuf message that the library gives away. Pure.

The format of the message (cel.expr.ParsedExpr) is public and fixed; of protobuf's wire format two kinds of fields are
enough. Macros are expanded in it: ``has(a.b)`` is a selection that only tests, ``all`` and ``map`` are comprehensions.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from msgspec import Struct

from .cel import CelError

__all__ = ["Call", "Comprehension", "Constant", "Entries", "Items", "Name", "Node", "Select", "read_tree"]


class Name(Struct, frozen=True):
    """A variable."""

    name: str


class Constant(Struct, frozen=True):
    """A literal; only texts are told apart, anything else is None."""

    text: str | None


class Select(Struct, frozen=True):
    """``operand.field``, or the test for it."""

    operand: "Node"
    field: str
    tests: bool


class Call(Struct, frozen=True):
    """A function or an operator, such as ``_?_:_``; the target of a method comes first among its parts."""

    function: str
    parts: tuple["Node", ...]


class Items(Struct, frozen=True):
    """A list."""

    items: tuple["Node", ...]


class Entries(Struct, frozen=True):
    """A map; keys and values."""

    entries: tuple[tuple["Node", "Node"], ...]


class Comprehension(Struct, frozen=True):
    """What a macro over a list or a map becomes.

    Attributes:
        variable: Stands for each item, or each key.
        second: Stands for each value where a macro knows two variables; else empty.
        over: The list or map.
        accumulator: The name of its result so far.
        parts: Everything that is computed with those names.
    """

    variable: str
    second: str
    over: "Node"
    accumulator: str
    parts: tuple["Node", ...]


Node: TypeAlias = Name | Constant | Select | Call | Items | Entries | Comprehension

_VARINT, _BYTES = 0, 2
_TESTS, _STRING = 3, 6
_Fields: TypeAlias = dict[int, list[Any]]


def read_tree(message: bytes) -> Node:
    """Read the message of `cel.Environment.parse`.

    Raises:
        CelError: It is not the message that we know.
    """
    try:
        parsed = _one(_fields(message), 2)
        return _node(_one(_fields(parsed), 2))
    except (IndexError, KeyError, StopIteration, UnicodeDecodeError, RecursionError, TypeError) as error:
        raise CelError("the library gives its syntax away in a form that is not known here") from error


def _fields(message: bytes) -> _Fields:
    """Fields by number; each may stand several times."""
    found: _Fields = {}
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value: Any
            value, at = _varint(message, at)
        elif kind == _BYTES:
            size, at = _varint(message, at)
            value, at = message[at : at + size], at + size
        else:
            # Of the fixed sizes only the 8 bytes of a double occur.
            value, at = None, at + 8
        found.setdefault(number, []).append(value)
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def _one(fields: _Fields, number: int) -> bytes:
    value = fields[number][-1]
    if not isinstance(value, bytes):
        raise TypeError(number)
    return value


def _text(fields: _Fields, number: int) -> str:
    return _one(fields, number).decode() if number in fields else ""


def _nodes(fields: _Fields, *numbers: int) -> Iterator[Node]:
    for number in numbers:
        for value in fields.get(number, ()):
            yield _node(value)


def _node(message: bytes) -> Node:
    fields = _fields(message)
    kind = next(number for number in _READERS if number in fields)
    inner = _fields(_one(fields, kind))
    return _READERS[kind](inner)


def _select(fields: _Fields) -> Node:
    return Select(_node(_one(fields, 1)), _text(fields, 2), _TESTS in fields)


def _entries(fields: _Fields) -> Node:
    entries = [_fields(value) for value in fields.get(2, ())]
    return Entries(tuple((_key(entry), _node(_one(entry, 4))) for entry in entries))


def _comprehension(fields: _Fields) -> Node:
    over, parts = _node(_one(fields, 2)), tuple(_nodes(fields, 4, 5, 6, 7))
    return Comprehension(_text(fields, 1), _text(fields, 8), over, _text(fields, 3), parts)


_READERS: Final[dict[int, Callable[[_Fields], Node]]] = {
    3: lambda fields: Constant(_text(fields, _STRING) if _STRING in fields else None),
    4: lambda fields: Name(_text(fields, 1)),
    5: _select,
    6: lambda fields: Call(_text(fields, 2), tuple(_nodes(fields, 1, 3))),
    7: lambda fields: Items(tuple(_nodes(fields, 1))),
    8: _entries,
    9: _comprehension,
}
"""Number of the field that says what an expression is -> who reads it."""


def _key(entry: _Fields) -> Node:
    """The key of a map's entry, or the name of a message's field."""
    return Constant(_text(entry, 2)) if 2 in entry else _node(_one(entry, 3))  # noqa: PLR2004 - a field number
