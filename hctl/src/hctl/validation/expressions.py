"""Checks every ``${...}`` of a template: complete, valid CEL, and only with fields that a request can have. Pure.

If the schema is open, or the type of a part is unknown (the result of a function), any field is allowed. So a finding
about a field is always one that no request can have.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple, TypeAlias

from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.template_parts import may_be_null
from platform_status_contract.template.cel import REPLACE, CelError, Environment
from platform_status_contract.template.expressions import Expression, UnbalancedError, split
from platform_status_contract.validation.problems import Path, format_path, quote
from platform_status_contract.validation.schemas import Schema

from .findings import Finding, Severity
from .kinds import RequestKind
from .located import Located
from .syntax import SyntaxNode, read_tree

__all__ = ["expression_findings"]

_FEW: Final = 16
_NULL: Final = re.compile(r"(^|[?:])\s*(dyn\(\s*)?null[\s)]*($|:)")
"""An expression that is null, or a choice of which null is a branch."""

_Scope: TypeAlias = Mapping[str, Schema]
"""Name -> the schema of its value."""

_ANYTHING: Final[Schema] = {}
"""The schema of an unknown value."""

_TEXT: Final[Schema] = {"type": "string"}

_NOTHING: Final[Schema] = {"x-empty": True}
"""The schema of ``{}``: a choice between it and another value has the schema of the other."""

_EMPTY: Final = SyntaxNode("map")
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


class _Misread(NamedTuple):
    """A field that cannot exist.

    Attributes:
        owner: The expression that it is selected from, such as ``spec.exposure``.
        field: Its name.
        known: The fields that can exist; empty if the owner has no fields.
    """

    owner: str
    field: str
    known: tuple[str, ...]


def expression_findings(
    root: Located, sections: Sequence[Path], kind: RequestKind | None, *, further: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Check the expressions of a template.

    Args:
        root: The template.
        sections: Paths with expressions, in addition to the variables.
        kind: The kind of its requests; None if unknown.
        further: Further names that an expression may use.
    """
    schema = kind.stored if kind else _ANYTHING
    properties = mapping(schema.get("properties"))
    names = ("apiVersion", "kind", "metadata", "spec")
    scope: dict[str, Schema] = {name: _schema(properties.get(name)) for name in names}
    scope |= {"apiVersion": _TEXT, "kind": _TEXT} | dict.fromkeys(further, _ANYTHING)
    known: dict[str, Schema] = {}
    for name, text in mapping(root.inside("spec", "variables").value).items():
        scope["variables"] = {"type": "object", "properties": dict(known), "additionalProperties": False}
        path: Path = ("spec", "variables", name)
        known[name] = _ANYTHING
        if isinstance(text, str):
            known[name], findings = _text(root, path, text, scope)
            yield from findings
    scope["variables"] = {"type": "object", "properties": known, "additionalProperties": False}
    for section in sections:
        for path, text in _texts(root.inside(*section).value, section):
            schema, findings = _text(root, path, text, scope)
            yield from findings
            yield from _null(root, path, text, schema)


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _text(root: Located, path: Path, text: str, scope: Mapping[str, Schema]) -> tuple[Schema, list[Finding]]:
    """Return the schema of the rendered text, and its findings."""
    findings: list[Finding] = []
    try:
        pieces = split(text)
    except UnbalancedError as error:
        return _TEXT, [root.find(path, "expression", str(error), "a CEL expression in ${...}")]
    schema = _TEXT
    for piece in pieces:
        if not isinstance(piece, Expression):
            continue
        try:
            environment = _environment(tuple(scope))
            environment.compile(piece.source)
            schema, misread = _misreads(read_tree(environment.parse(piece.source)), scope)
        except CelError as error:
            known = ", ".join(scope)
            findings.append(
                root.find(path, "expression", f"${{{piece.source}}}: {error}", f"CEL that uses only {known}")
            )
            schema = _ANYTHING
            continue
        except RecursionError:
            findings.append(root.find(path, "expression", "an expression that is nested too deeply", "a shorter one"))
            continue
        findings += [_misread(root, path, field) for field in misread]
    return (schema if len(pieces) == 1 else _TEXT), findings


def _null(root: Located, path: Path, text: str, schema: Schema) -> Iterator[Finding]:
    """Warn of a null where the pipeline would refuse one."""
    can_be = "null" in schema.get("type", ()) or _NULL.search(text.removeprefix("${").removesuffix("}"))
    if can_be and path[:2] == ("spec", "contract") and not may_be_null(format_path(path[2:])):
        expected = "a value for every request: null drops whole sources only"
        yield root.find(
            path, "expression-null", f"{quote(text)}, which can be null", expected, severity=Severity.WARNING
        )


@functools.lru_cache(maxsize=16)
def _environment(names: tuple[str, ...]) -> Environment:
    return Environment(names, [REPLACE])


def _misread(root: Located, path: Path, misread: _Misread) -> Finding:
    owner, field, known = misread
    if not known:
        return root.find(
            path, "expression-field", f"${{{owner}.{field}}}", f"no field of {owner}, which has none", "leave it out"
        )
    near = get_close_matches(field[:64], known, n=1)
    words = ", ".join(known[:_FEW]) + (f" and {len(known) - _FEW} more" if len(known) > _FEW else "")
    suggestion = f"did you mean {owner}.{near[0]}?" if near else ""
    return root.find(path, "expression-field", f"${{{owner}.{field}}}", f"a field of {owner}: {words}", suggestion)


def _misreads(tree: SyntaxNode, scope: _Scope) -> tuple[Schema, tuple[_Misread, ...]]:
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
        self.found: list[_Misread] = []

    def schema_of(self, node: SyntaxNode, scope: _Scope) -> Schema:
        match node:
            case SyntaxNode("name", (name,)):
                return scope.get(name, _ANYTHING)
            case SyntaxNode("constant", texts):
                return _TEXT if texts else _ANYTHING
            case SyntaxNode("select", (field,), (owner,)):
                return self._field(owner, field, self.schema_of(owner, scope))
            case SyntaxNode("fold", names, (over, *parts)):
                return self._fold(names, self.schema_of(over, scope), parts, scope)
        schemas = [self.schema_of(part, scope) for part in node.parts]
        if node.kind == "call":
            return self._call(node, schemas)
        return _NOTHING if node == _EMPTY else _ANYTHING

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
                return one if one == other else _ANYTHING
            case "string", _:
                return _TEXT
        return _ANYTHING

    def _fold(self, names: Sequence[str], over: Schema, parts: Sequence[SyntaxNode], scope: _Scope) -> Schema:
        variable, second, accumulator = names
        known = dict.fromkeys((accumulator, variable, second), _ANYTHING)
        if not second:
            known[variable] = _TEXT if "object" in _types(over) else _item(over)
        for part in parts:
            self.schema_of(part, {**scope, **known})
        return _ANYTHING

    def _field(self, owner: SyntaxNode, field: str, schema: Schema) -> Schema:
        if schema is _NOTHING or not schema:
            return _ANYTHING
        types = _types(schema)
        properties = mapping(schema.get("properties"))
        if types and types <= _SCALARS:
            self.found.append(_Misread(_written(owner), field, ()))
            return _ANYTHING
        if field in properties:
            return _schema(properties[field])
        further = schema.get("additionalProperties", True)
        if further is False and "object" in types:
            self.found.append(_Misread(_written(owner), field, tuple(sorted(properties))))
            return _ANYTHING
        return _schema(further)


def _types(schema: Schema) -> frozenset[str]:
    types: Any = schema.get("type", [])
    return frozenset([types] if isinstance(types, str) else types) - {"null"}


def _schema(schema: object) -> Schema:
    return schema if isinstance(schema, dict) else _ANYTHING


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
