"""The tree of a CEL expression, read out of the protobuf message that the library gives away. Pure.

The format of the message (cel.expr.ParsedExpr) is public and fixed; of protobuf's wire format two kinds of fields are
enough. Macros are expanded in it: ``has(a.b)`` is a selection, ``all`` and ``map`` are folds.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from msgspec import Struct

from .cel import CelError

__all__ = ["Node", "read_tree"]


class Node(Struct, frozen=True):
    """A part of an expression.

    Attributes:
        kind: ``name``, ``constant``, ``select``, ``call``, ``list``, ``map``, or ``fold``, which a macro becomes.
        texts: The name of a variable; a constant that is a text, and nothing for any other; the field of a selection;
            the function or operator of a call, such as ``_?_:_``; of a fold the variable for each item or key, that
            for each value or an empty text, and the accumulator.
        parts: What a field is selected of; the target of a method and the arguments of a call; the items of a list; the
            keys and values of a map in turn; what a fold goes over, and everything that is computed with its names.
    """

    kind: str
    texts: tuple[str, ...] = ()
    parts: tuple["Node", ...] = ()


_VARINT, _BYTES = 0, 2
_Fields: TypeAlias = dict[int, list[Any]]
_CONSTANT, _MAP = 3, 8
_KINDS: Final[dict[int, tuple[str, tuple[int, ...], tuple[int, ...]]]] = {
    _CONSTANT: ("constant", (6,), ()),
    4: ("name", (1,), ()),
    5: ("select", (2,), (1,)),
    6: ("call", (2,), (1, 3)),
    7: ("list", (), (1,)),
    _MAP: ("map", (), (2,)),
    9: ("fold", (1, 8, 3), (2, 4, 5, 6, 7)),
}
"""Number of the field that says what an expression is -> its kind, the numbers of its texts, those of its parts."""


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


def _node(message: bytes) -> Node:
    fields = _fields(message)
    number = next(known for known in _KINDS if known in fields)
    kind, texts, parts = _KINDS[number]
    inner = _fields(_one(fields, number))
    if number == _CONSTANT and texts[0] not in inner:
        texts = ()
    found = [value for part in parts for value in inner.get(part, ())]
    nodes = [node for value in found for node in _entry(_fields(value))] if number == _MAP else map(_node, found)
    return Node(kind, tuple(_text(inner, text) for text in texts), tuple(nodes))


def _entry(fields: _Fields) -> Iterator[Node]:
    """Key and value of a map's entry; the name and the value of a message's field."""
    yield Node("constant", (_text(fields, 2),)) if 2 in fields else _node(_one(fields, 3))  # noqa: PLR2004 - a field number
    yield _node(_one(fields, 4))


def _text(fields: _Fields, number: int) -> str:
    return _one(fields, number).decode() if number in fields else ""


def _one(fields: _Fields, number: int) -> bytes:
    value = fields[number][-1]
    if not isinstance(value, bytes):
        raise TypeError(number)
    return value


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
