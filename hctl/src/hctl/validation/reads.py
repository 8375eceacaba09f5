"""What an expression reads of a request, held against the schema of the request. Pure.

Where the schema is open, or the type of a part cannot be known (what a function returns), anything goes: a finding here
is a field that no request can have.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from platform_status_contract.template.syntax import Call, Comprehension, Constant, Entries, Items, Name, Node, Select
from platform_status_contract.validation.schemas import Schema

from .located import mapping

__all__ = ["ANYTHING", "TEXT", "Misread", "Scope", "misreads"]

Scope: TypeAlias = Mapping[str, Schema]
"""What each name stands for."""

ANYTHING: Final[Schema] = {}
"""The schema of what is not known."""

TEXT: Final[Schema] = {"type": "string"}

_NOTHING: Final[Schema] = {"x-empty": True}
"""The schema of ``{}``: whoever chooses between it and something reads that something."""

_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


class Misread(NamedTuple):
    """A field that cannot be there.

    Attributes:
        owner: What it is read of, as it is written, such as ``spec.exposure``.
        field: Its name.
        known: The fields that can be there; none if the owner has no fields.
    """

    owner: str
    field: str
    known: tuple[str, ...]


def misreads(tree: Node, scope: Scope) -> tuple[Schema, tuple[Misread, ...]]:
    """Find the fields that an expression reads and that cannot be there.

    Args:
        tree: The expression.
        scope: What its names stand for.

    Returns:
        The schema of its value, and the fields, each once.
    """
    reader = _Reader()
    schema = reader.schema_of(tree, scope)
    return schema, tuple(dict.fromkeys(reader.found))


class _Reader:
    def __init__(self) -> None:
        self.found: list[Misread] = []

    def schema_of(self, node: Node, scope: Scope) -> Schema:
        match node:
            case Name():
                return scope.get(node.name, ANYTHING)
            case Select():
                return self._field(node.operand, node.field, self.schema_of(node.operand, scope))
            case Call():
                return self._call(node, scope)
            case Comprehension():
                return self._comprehension(node, scope)
            case Constant():
                return TEXT if node.text is not None else ANYTHING
        return self._literal(node, scope)

    def _literal(self, node: Items | Entries, scope: Scope) -> Schema:
        parts = node.items if isinstance(node, Items) else [part for entry in node.entries for part in entry]
        for part in parts:
            self.schema_of(part, scope)
        return ANYTHING if parts or isinstance(node, Items) else _NOTHING

    def _call(self, node: Call, scope: Scope) -> Schema:
        parts = [self.schema_of(part, scope) for part in node.parts]
        match node.function, node.parts:
            case "_[_]" | "_[?_]" | "_?._", (owner, Constant(text=str(field))):
                return self._field(owner, field, parts[0])
            case "_[_]", _:
                return _item(parts[0])
            case "@in", (Constant(text=str(field)), owner) if "object" in _types(parts[1]):
                self._field(owner, field, parts[1])
            case "_?_:_", _:
                one, other = parts[1:]
                if one is _NOTHING or other is _NOTHING:
                    return other if one is _NOTHING else one
                return one if one == other else ANYTHING
            case "string", _:
                return TEXT
        return ANYTHING

    def _comprehension(self, node: Comprehension, scope: Scope) -> Schema:
        over = self.schema_of(node.over, scope)
        is_map = "object" in _types(over)
        names = {node.accumulator: ANYTHING, node.variable: TEXT if is_map and not node.second else _item(over)}
        if node.second:
            names |= {node.variable: ANYTHING, node.second: ANYTHING}
        for part in node.parts:
            self.schema_of(part, {**scope, **names})
        return ANYTHING

    def _field(self, owner: Node, field: str, schema: Schema) -> Schema:
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


def _written(node: Node) -> str:
    """A chain of fields as it is written."""
    return "".join(_parts(node)) or "this"


def _parts(node: Node) -> Iterator[str]:
    match node:
        case Name():
            yield node.name
        case Select():
            yield from _parts(node.operand)
            yield f".{node.field}"
        case Call(function="_[_]", parts=(owner, Constant(text=str(field)))):
            yield from _parts(owner)
            yield f".{field}"
        case Call(function="_?_:_", parts=(_, one, other)):
            yield from _parts(one if not isinstance(one, Entries) else other)
