"""The tree of a CEL expression, out of the message that the library gives away (cel.expr.ParsedExpr). Pure.

Macros are expanded in it: ``has(a.b)`` is a selection, ``all`` and ``map`` are folds.
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
        kind: ``name``, ``constant``, ``select``, ``call``, ``list``, ``map``, or ``fold``, which a macro becomes.
        texts: The name of a variable; a constant that is a text, and nothing for any other; the field of a selection;
            the function or operator of a call, such as ``_?_:_``; of a fold the variable for each item or key, that
            for each value or an empty text, and the accumulator.
        parts: What a field is selected of; the target of a method and the arguments of a call; the items of a list; the
            keys and values of a map in turn; what a fold goes over, and everything that is computed with its names.
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
"""Number of the field that says what an expression is -> its kind, the numbers of its texts, those of its parts."""

_TYPES: Final[Mapping[str, tuple[Sequence[int], Sequence[int]]]] = {
    "any": ((), (2,)),
    "parsed": ((), (2,)),
    "expression": ((), tuple(_KINDS)),
    "entry": ((2,), (3, 4)),
    **{kind: (texts, parts) for kind, texts, parts in _KINDS.values()},
}
"""Messages -> the numbers of the texts and of the messages that are read of them."""


@functools.cache
def _messages() -> Mapping[str, type[Message]]:
    """The types for the library; messages inside others stay bytes: it refuses what nests 100 deep, and macros do."""
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
        CelError: It is not the message that we know.
    """
    try:
        return _node(_read("parsed", _read("any", message).part2[0]).part2[0])
    except (DecodeError, IndexError, RecursionError, StopIteration, UnicodeDecodeError) as error:
        raise CelError("the library gives its syntax away in a form that is not known here") from error


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
    """Key and value of a map's entry; the name and the value of a message's field."""
    entry = _read("entry", message)
    yield SyntaxNode("constant", (entry.text2,)) if entry.HasField("text2") else _node(entry.part3[0])
    yield _node(entry.part4[0])
