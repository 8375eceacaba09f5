"""Resolving a StatusContract against a request: pure, and everything that is wrong is told at once.

A string that is one expression takes the value of the expression whatever its type; null drops the key or the item.
In a longer string each expression must yield a text, a number or a boolean.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.status import Credentials, Endpoints
from platform_status_contract.model.template import StatusContract
from platform_status_contract.validation import CONTRACT, validate
from platform_status_pipeline.errors import TemplateError
from platform_status_pipeline.problems import Problem
from platform_status_pipeline.template.cel import CelError, Environment
from platform_status_pipeline.template.expressions import Expression, UnbalancedError, split

__all__ = ["ROOTS", "Resolved", "check", "read_template", "resolve"]

ROOTS: Final = ("apiVersion", "kind", "metadata", "spec", "variables")
"""What an expression may speak of. `status` is left out: it moves, and the contract must not move with it."""

_FIX = "mend the template of the Promise, or the request"
_PATH = re.compile(r" - at `\$(.*)`$")


class Resolved(Struct, frozen=True):
    """What the pipeline writes into `.status`, as JSON values.

    Attributes:
        contract: Valid for the contract's schema, version and generation filled in.
        endpoints: Name -> URL.
        credentials: Name -> name of a Secret or an item.
    """

    contract: dict[str, Any]
    endpoints: dict[str, str]
    credentials: dict[str, str]


class _Drop:
    """Stands for a value that resolved to null."""


def read_template(document: object) -> StatusContract:
    """Decode a template.

    Args:
        document: A JSON value.

    Returns:
        The template.

    Raises:
        TemplateError: It is not a StatusContract; unknown fields are errors.
    """
    try:
        return msgspec.convert(document, StatusContract)
    except msgspec.ValidationError as error:
        raise TemplateError([_problem(error, "", fix="see the schema statuscontract/v1")]) from error


def check(template: StatusContract) -> tuple[Problem, ...]:
    """Compile every expression of a template without a request.

    Args:
        template: The template.

    Returns:
        What is wrong, in the order of the template; empty if every expression compiles.
    """
    walk = _Walk(_environment(), None)
    walk.sections(template, {})
    return tuple(walk.problems)


def resolve(
    template: StatusContract, request: Mapping[str, Any], constants: Mapping[str, str] | None = None
) -> Resolved:
    """Resolve a template for one request.

    Args:
        template: The template.
        request: The request as it stands in the cluster; `metadata.generation` is needed.
        constants: Variables whose value is given from outside instead of by the template.

    Returns:
        Contract, endpoints and credentials.

    Raises:
        TemplateError: Each problem names the path in the template, the expression and the cause.
    """
    walk = _Walk(_environment(), {name: request.get(name) for name in ROOTS if name in request})
    contract, endpoints, credentials = walk.sections(template, constants or {})
    metadata = request.get("metadata")
    generation = metadata.get("generation") if isinstance(metadata, Mapping) else None
    if not isinstance(generation, int) or isinstance(generation, bool) or generation < 1:
        walk.problems.append(Problem("metadata.generation", f"found {generation}, expected a number from 1"))
    if walk.problems:
        raise TemplateError(walk.problems)
    contract = {"version": "v1", "generation": generation, **contract}
    for problem in validate(contract, CONTRACT):
        cause = problem.message.removeprefix(f"{problem.path}: ")
        walk.problems.append(Problem(f"spec.contract.{problem.path}", f"resolved, but {cause}", _FIX))
    for section, shape, part in (("endpoints", Endpoints, endpoints), ("credentials", Credentials, credentials)):
        for key, value in part.items():
            walk.problems += _misfits({key: value}, shape, f"spec.{section}.{key}")
    # The model knows what the schema cannot say; both are asked, the schema first because it tells everything.
    walk.problems += [] if walk.problems else _misfits(contract, Contract, "spec.contract")
    if walk.problems:
        raise TemplateError(walk.problems)
    return Resolved(contract, endpoints, credentials)


def _misfits(value: object, shape: Any, path: str) -> list[Problem]:  # noqa: ANN401 - a type, or an alias of one
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        return [_problem(error, path, fix=_FIX)]
    return []


def _environment() -> Environment:
    return Environment(ROOTS)


def _problem(error: msgspec.ValidationError, path: str, *, fix: str) -> Problem:
    text = str(error)
    match = _PATH.search(text)
    where = f"{path}{match[1].removeprefix('[...]')}" if match else path
    return Problem(where.removeprefix(".") or "template", _PATH.sub("", text), fix)


class _Walk:
    """Walks a template; without values it compiles only."""

    def __init__(self, environment: Environment, values: dict[str, Any] | None) -> None:
        self.problems: list[Problem] = []
        self._environment = environment
        self._values = values

    def sections(
        self, template: StatusContract, constants: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Resolve the variables, one after the other, then the three sections."""
        spec = template.spec
        known: dict[str, object] = {}
        for name in constants.keys() - spec.variables.keys():
            self.problems.append(
                Problem(f"spec.variables.{name}", "is not a variable of the template", "name one that it has")
            )
        for name, text in spec.variables.items():
            if self._values is not None:
                self._values["variables"] = dict(known)
            path = f"spec.variables.{name}"
            known[name] = constants[name] if name in constants else _undropped(self._text(text, path))
        if self._values is not None:
            self._values["variables"] = known
        return (
            self._mapping(msgspec.to_builtins(spec.contract), "spec.contract"),
            self._mapping(spec.endpoints, "spec.endpoints"),
            self._mapping(spec.credentials, "spec.credentials"),
        )

    def _value(self, value: object, path: str) -> object:
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, Mapping):
            return self._mapping(value, path)
        if isinstance(value, list | tuple):
            items = (self._value(item, f"{path}[{index}]") for index, item in enumerate(value))
            return [item for item in items if item is not _Drop]
        return _Drop if value is None else value

    def _mapping(self, mapping: Mapping[str, object], path: str) -> dict[str, Any]:
        items = ((key, self._value(value, f"{path}.{key}")) for key, value in mapping.items())
        return {key: value for key, value in items if value is not _Drop}

    def _text(self, text: str, path: str) -> object:
        try:
            pieces = split(text)
        except UnbalancedError as error:
            self.problems.append(Problem(path, str(error), _FIX))
            return text
        match pieces:
            case (Expression() as only,):
                value = self._evaluate(only, path)
                return _Drop if value is None else value
        return "".join(
            piece if isinstance(piece, str) else self._as_text(piece, self._evaluate(piece, path), path)
            for piece in pieces
        )

    def _as_text(self, expression: Expression, value: object, path: str) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        kind = "null" if value is None else "a list" if isinstance(value, list) else "a map"
        self.problems.append(
            Problem(path, f"${{{expression.source}}} yields {kind}, expected a text, a number or a boolean", _FIX)
        )
        return ""

    def _evaluate(self, expression: Expression, path: str) -> object:
        """Evaluate; a failure is noted and yields an empty text, so that the walk finds every other problem too."""
        try:
            program = self._environment.compile(expression.source)
            return "" if self._values is None else program.evaluate(self._values)
        except CelError as error:
            self.problems.append(Problem(path, f"${{{expression.source}}}: {error}", _FIX))
            return ""


def _undropped(value: object) -> object:
    """A variable may be null; only keys and items are dropped."""
    return None if value is _Drop else value
