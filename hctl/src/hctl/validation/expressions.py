"""Checks every ``${...}`` of a template: complete, valid CEL, and only with fields that a request can have. Pure."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.template_parts import may_be_null
from platform_status_contract.template.cel import REPLACE, CelError, Environment
from platform_status_contract.template.expressions import Expression, UnbalancedError, split
from platform_status_contract.validation.problems import Path, format_path, quote
from platform_status_contract.validation.schemas import Schema

from .findings import Finding, Severity
from .kinds import RequestKind
from .located import Located
from .reads import ANYTHING, TEXT, Misread, misreads
from .syntax import read_tree

__all__ = ["expression_findings"]

_FEW: Final = 16
_NULL: Final = re.compile(r"(^|[?:])\s*(dyn\(\s*)?null[\s)]*($|:)")
"""An expression that is null, or a choice of which null is a branch."""


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
    schema = kind.stored if kind else ANYTHING
    properties = mapping(schema.get("properties"))
    names = ("apiVersion", "kind", "metadata", "spec")
    scope: dict[str, Schema] = {name: _schema(properties.get(name)) for name in names}
    scope |= {"apiVersion": TEXT, "kind": TEXT} | dict.fromkeys(further, ANYTHING)
    known: dict[str, Schema] = {}
    for name, text in mapping(root.inside("spec", "variables").value).items():
        scope["variables"] = {"type": "object", "properties": dict(known), "additionalProperties": False}
        path: Path = ("spec", "variables", name)
        known[name] = ANYTHING
        if isinstance(text, str):
            known[name], findings = _text(root, path, text, scope)
            yield from findings
    scope["variables"] = {"type": "object", "properties": known, "additionalProperties": False}
    for section in sections:
        for path, text in _texts(root.inside(*section).value, section):
            schema, findings = _text(root, path, text, scope)
            yield from findings
            yield from _null(root, path, text, schema)


def _schema(schema: object) -> Schema:
    return schema if isinstance(schema, dict) else ANYTHING


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
        return TEXT, [root.find(path, "expression", str(error), "a CEL expression in ${...}")]
    schema = TEXT
    for piece in pieces:
        if not isinstance(piece, Expression):
            continue
        try:
            environment = _environment(tuple(scope))
            environment.compile(piece.source)
            schema, misread = misreads(read_tree(environment.parse(piece.source)), scope)
        except CelError as error:
            known = ", ".join(scope)
            findings.append(
                root.find(path, "expression", f"${{{piece.source}}}: {error}", f"CEL that uses only {known}")
            )
            schema = ANYTHING
            continue
        except RecursionError:
            findings.append(root.find(path, "expression", "an expression that is nested too deeply", "a shorter one"))
            continue
        findings += [_misread(root, path, field) for field in misread]
    return (schema if len(pieces) == 1 else TEXT), findings


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


def _misread(root: Located, path: Path, misread: Misread) -> Finding:
    owner, field, known = misread
    if not known:
        return root.find(
            path, "expression-field", f"${{{owner}.{field}}}", f"no field of {owner}, which has none", "leave it out"
        )
    near = get_close_matches(field[:64], known, n=1)
    words = ", ".join(known[:_FEW]) + (f" and {len(known) - _FEW} more" if len(known) > _FEW else "")
    suggestion = f"did you mean {owner}.{near[0]}?" if near else ""
    return root.find(path, "expression-field", f"${{{owner}.{field}}}", f"a field of {owner}: {words}", suggestion)
