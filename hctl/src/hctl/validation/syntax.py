"""Builds the syntax tree of a CEL expression from the library's message (cel.expr.ParsedExpr). Pure.

Macros are expanded: ``has(a.b)`` is a selection, ``all`` and ``map`` are folds.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessages
from msgspec import Struct

from platform_status_contract.template.cel import CelError

__all__ = ["SyntaxNode", "read_tree"]


class SyntaxNode(Struct, frozen=True):
    """A part of an expression.

    Attributes:
        kind: ``name``, ``constant``, ``select``, ``call``, ``list``, ``map``, or ``fold`` for an expanded macro.
        texts: The name of a variable; a string constant (empty for other constants); the field of a selection; the
            function or operator of a call, such as ``_?_:_``; for a fold the variable of each item or key, that of each
            value or an empty string, and the accumulator.
        parts: The operand of a selection; the target and the arguments of a call; the items of a list; the keys and
            values of a map in turn; the range of a fold, and the expressions with its variables.
    """

    kind: str
    texts: tuple[str, ...] = ()
    parts: tuple["SyntaxNode", ...] = ()


_KINDS: Final[Mapping[int, tuple[str, Sequence[int], Sequence[int]]]] = {
    3: ("constant", (6,), ()),
    4: ("name", (1,), ()),
    5: ("select", (2,), (1,)),
    6: ("call", (2,), (1, 3)),
    7: ("list", (), (1,)),
    8: ("map", (), (2,)),
    9: ("fold", (1, 8, 3), (2, 4, 5, 6, 7)),
}
"""Number of the oneof field of an expression -> its kind, the field numbers of its texts, and those of its parts."""

_TYPES: Final[Mapping[str, tuple[Sequence[int], Sequence[int]]]] = {
    "any": ((), (2,)),
    "parsed": ((), (2,)),
    "expression": ((), tuple(_KINDS)),
    "entry": ((2,), (3, 4)),
    **{kind: (texts, parts) for kind, texts, parts in _KINDS.values()},
}
"""Message -> the field numbers of its strings, and of its messages."""


@functools.cache
def _messages() -> Mapping[str, type[Message]]:
    """Return the message types; nested messages stay bytes, because protobuf rejects the depth of 100 of macros."""
    file = FileDescriptorProto(name="cel", syntax="proto2")
    field = FieldDescriptorProto
    for name, (texts, parts) in _TYPES.items():
        fields = file.message_type.add(name=name).field
        for text in texts:
            fields.add(name=f"text{text}", number=text, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
        for part in parts:
            fields.add(name=f"part{part}", number=part, type=field.TYPE_BYTES, label=field.LABEL_REPEATED)
    return GetMessages([file])


def read_tree(message: bytes) -> SyntaxNode:
    """Read the message of `cel.Environment.parse`.

    Raises:
        CelError: The message has an unknown structure.
    """
    try:
        return _node(_read("parsed", _read("any", message).part2[0]).part2[0])
    except (DecodeError, IndexError, RecursionError, StopIteration, UnicodeDecodeError) as error:
        raise CelError("the CEL library returned a syntax tree of an unknown form") from error


def _read(kind: str, message: bytes) -> Any:  # noqa: ANN401 - its attributes come from the table
    return _messages()[kind].FromString(message)


def _node(message: bytes) -> SyntaxNode:
    expression = _read("expression", message)
    number = next(known for known in _KINDS if getattr(expression, f"part{known}"))
    kind, texts, parts = _KINDS[number]
    inner = _read(kind, getattr(expression, f"part{number}")[0])
    found = [part for known in parts for part in getattr(inner, f"part{known}")]
    told = () if kind == "constant" and not inner.HasField("text6") else texts
    nodes = (node for entry in found for node in _entry(entry)) if kind == "map" else map(_node, found)
    return SyntaxNode(kind, tuple(getattr(inner, f"text{text}") for text in told), tuple(nodes))


def _entry(message: bytes) -> Iterator[SyntaxNode]:
    """Yield key and value of a map entry, or the value of a message field."""
    entry = _read("entry", message)
    yield SyntaxNode("constant", (entry.text2,)) if entry.HasField("text2") else _node(entry.part3[0])
    yield _node(entry.part4[0])
