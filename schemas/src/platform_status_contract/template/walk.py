"""Resolving every ``${...}`` in a JSON value. Pure; all problems are collected, not only the first.

A string that is one expression takes the expression's value, of any type; null drops the key or the item, and
is noted. In a longer string each expression must yield a text, a number or a boolean.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from platform_status_contract.template.cel import REPLACE, CelError, Environment
from platform_status_contract.template.expressions import Expression, UnbalancedError, split
from platform_status_contract.template.problems import Problem

__all__ = ["DIRECTIVES", "Walk", "know_variables"]

DIRECTIVES: Final = "render.status.integratn.tech/"
"""Prefix of the annotations that steer a manifest: whether it is made at all, and how often."""


class _Drop:
    """Marks a value that resolved to null."""


class Walk:
    """Resolves JSON values with one set of names.

    Attributes:
        problems: The problems found so far, in the order of the walk.
        dropped: Path of each key or item that an expression made null -> the expression.
    """

    def __init__(self, names: Iterable[str], values: Mapping[str, object] | None, *, fix: str) -> None:
        """Initialize.

        Args:
            names: The names that an expression may use.
            values: Their values, as far as known; None: compile only.
            fix: The fix to report with a problem.
        """
        self.problems: list[Problem] = []
        self.dropped: dict[str, str] = {}
        self._environment = Environment(names, [REPLACE])
        self._values = None if values is None else dict(values)
        self._fix = fix

    def know(self, name: str, value: object) -> None:
        """Set the value of a name."""
        if self._values is not None:
            self._values[name] = value

    def value(self, value: object, path: str) -> object:
        """Resolve a value; null stays null.

        Args:
            value: A JSON value.
            path: Its path, for problems.
        """
        resolved = self._value(value, path)
        return None if resolved is _Drop else resolved

    def mapping(self, mapping: Mapping[str, object], path: str) -> dict[str, Any]:
        """Resolve the values of a mapping; null values are dropped."""
        items = ((key, self._value(value, f"{path}.{key}" if path else key)) for key, value in mapping.items())
        return {key: value for key, value in items if value is not _Drop}

    def _value(self, value: object, path: str) -> object:
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, Mapping):
            return self.mapping(value, path)
        if isinstance(value, list | tuple):
            items = (self._value(item, f"{path}[{index}]") for index, item in enumerate(value))
            return [item for item in items if item is not _Drop]
        return _Drop if value is None else value

    def _text(self, text: str, path: str) -> object:
        try:
            pieces = split(text)
        except UnbalancedError as error:
            self.problems.append(Problem(path, str(error), self._fix))
            return text
        match pieces:
            case (Expression() as only,):
                value = self._evaluate(only, path)
                if value is not None:
                    return value
                self.dropped[path] = only.source
                return _Drop
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
            Problem(path, f"${{{expression.source}}} yields {kind}, expected a text, a number or a boolean", self._fix)
        )
        return ""

    def _evaluate(self, expression: Expression, path: str) -> object:
        """Evaluate; an error is recorded and yields an empty text, so that the walk also finds all later problems."""
        try:
            program = self._environment.compile(expression.source)
            return "" if self._values is None else program.evaluate(self._values)
        except CelError as error:
            self.problems.append(Problem(path, f"${{{expression.source}}}: {error}", self._fix))
            return ""


def know_variables(walk: Walk, variables: Mapping[str, str], constants: Mapping[str, str]) -> None:
    """Add the variables of a template to a walk; each may use the ones before it.

    Args:
        walk: Has the other names already; collects the problems.
        variables: Name -> text of the template.
        constants: Values that override those of variables, as text.
    """
    known: dict[str, object] = {}
    for name in sorted(constants.keys() - variables.keys()):
        walk.problems.append(
            Problem(f"spec.variables.{name}", "is not a variable of the template", "name one that it has")
        )
    for name, text in variables.items():
        walk.know("variables", dict(known))
        # A variable may be null; null drops only keys and items.
        known[name] = constants[name] if name in constants else walk.value(text, f"spec.variables.{name}")
    walk.know("variables", known)
