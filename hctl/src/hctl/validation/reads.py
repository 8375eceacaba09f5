"""Checks the fields that an expression reads against the schema of the request. Pure.

If the schema is open, or the type of a part is unknown (the result of a function), any field is allowed. So a finding
is always a field that no request can have.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from platform_status_contract.model.lookup import mapping
from platform_status_contract.validation.schemas import Schema

from .syntax import SyntaxNode

__all__ = ["ANYTHING", "TEXT", "Misread", "Scope", "misreads"]

Scope: TypeAlias = Mapping[str, Schema]
"""Name -> the schema of its value."""

ANYTHING: Final[Schema] = {}
"""The schema of an unknown value."""

TEXT: Final[Schema] = {"type": "string"}

_NOTHING: Final[Schema] = {"x-empty": True}
"""The schema of ``{}``: a choice between it and another value has the schema of the other."""

_EMPTY: Final = SyntaxNode("map")
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


class Misread(NamedTuple):
    """A field that cannot exist.

    Attributes:
        owner: The expression that it is selected from, such as ``spec.exposure``.
        field: Its name.
        known: The fields that can exist; empty if the owner has no fields.
    """

    owner: str
    field: str
    known: tuple[str, ...]


def misreads(tree: SyntaxNode, scope: Scope) -> tuple[Schema, tuple[Misread, ...]]:
    """Find the fields in an expression that cannot exist.

    Args:
        tree: The expression.
        scope: The schemas of its names.

    Returns:
        The schema of its value, and those fields, each once.
    """
    reader = _Reader()
    schema = reader.schema_of(tree, scope)
    return schema, tuple(dict.fromkeys(reader.found))


class _Reader:
    def __init__(self) -> None:
        self.found: list[Misread] = []

    def schema_of(self, node: SyntaxNode, scope: Scope) -> Schema:
        match node:
            case SyntaxNode("name", (name,)):
                return scope.get(name, ANYTHING)
            case SyntaxNode("constant", texts):
                return TEXT if texts else ANYTHING
            case SyntaxNode("select", (field,), (owner,)):
                return self._field(owner, field, self.schema_of(owner, scope))
            case SyntaxNode("fold", names, (over, *parts)):
                return self._fold(names, self.schema_of(over, scope), parts, scope)
        schemas = [self.schema_of(part, scope) for part in node.parts]
        if node.kind == "call":
            return self._call(node, schemas)
        return _NOTHING if node == _EMPTY else ANYTHING

    def _call(self, node: SyntaxNode, schemas: list[Schema]) -> Schema:
        match node.texts[0], node.parts:
            case "_[_]" | "_[?_]" | "_?._", (owner, SyntaxNode("constant", (field,))):
                return self._field(owner, field, schemas[0])
            case "_[_]", _:
                return _item(schemas[0])
            case "@in", (SyntaxNode("constant", (field,)), owner) if "object" in _types(schemas[1]):
                self._field(owner, field, schemas[1])
            case "_?_:_", _:
                one, other = schemas[1:]
                if one is _NOTHING or other is _NOTHING:
                    return other if one is _NOTHING else one
                return one if one == other else ANYTHING
            case "string", _:
                return TEXT
        return ANYTHING

    def _fold(self, names: Sequence[str], over: Schema, parts: Sequence[SyntaxNode], scope: Scope) -> Schema:
        variable, second, accumulator = names
        known = dict.fromkeys((accumulator, variable, second), ANYTHING)
        if not second:
            known[variable] = TEXT if "object" in _types(over) else _item(over)
        for part in parts:
            self.schema_of(part, {**scope, **known})
        return ANYTHING

    def _field(self, owner: SyntaxNode, field: str, schema: Schema) -> Schema:
        if schema is _NOTHING or not schema:
            return ANYTHING
        types = _types(schema)
        properties = mapping(schema.get("properties"))
        if types and types <= _SCALARS:
            self.found.append(Misread(_written(owner), field, ()))
            return ANYTHING
        if field in properties:
            return _schema(properties[field])
        further = schema.get("additionalProperties", True)
        if further is False and "object" in types:
            self.found.append(Misread(_written(owner), field, tuple(sorted(properties))))
            return ANYTHING
        return _schema(further)


def _types(schema: Schema) -> frozenset[str]:
    types: Any = schema.get("type", [])
    return frozenset([types] if isinstance(types, str) else types) - {"null"}


def _schema(schema: object) -> Schema:
    return schema if isinstance(schema, dict) else ANYTHING


def _item(schema: Schema) -> Schema:
    return _schema(schema.get("items"))


def _written(node: SyntaxNode) -> str:
    """Return a chain of fields in CEL syntax."""
    return "".join(_parts(node)) or "this"


def _parts(node: SyntaxNode) -> Iterator[str]:
    match node:
        case SyntaxNode("name", (name,)):
            yield name
        case SyntaxNode("select", (field,), (owner,)) | SyntaxNode(
            "call", ("_[_]",), (owner, SyntaxNode("constant", (field,)))
        ):
            yield from _parts(owner)
            yield f".{field}"
        case SyntaxNode("call", ("_?_:_",), (_, one, other)):
            yield from _parts(one if one.kind != "map" else other)
