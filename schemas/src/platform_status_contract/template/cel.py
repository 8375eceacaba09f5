"""CEL by cel-expr-python, the binding of the official C++ implementation; no other module imports it.

Unknown names in an expression are errors of the compilation, so no request is needed to find them.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from cel_expr_python import cel  # type: ignore[import-untyped]  # it ships stubs but no py.typed
from msgspec import Struct

__all__ = ["REPLACE", "CelError", "Environment", "Function", "Program"]

_CONTROLS = [chr(code) for code in (*range(0x01, 0x09), *range(0x0E, 0x20))]
"""Control characters, as rare in real text as NUL, and of the same character classes."""


class CelError(ValueError):
    """An expression does not compile, fails, or yields a value that has no JSON form."""


class Function(Struct, frozen=True):
    """An additional function of an environment.

    Attributes:
        name: Its name; overloads share a name.
        parameters: CEL types such as ``string``.
        result: Its type.
        body: The implementation; any exception becomes an error of the expression.
        member: Whether the first parameter is the receiver, as in ``text.name()``.
    """

    name: str
    parameters: tuple[str, ...]
    result: str
    body: Callable[..., object]
    member: bool = False


REPLACE: Final = Function("replace", ("string", "string", "string"), "string", str.replace, member=True)
"""``text.replace(from, to)`` of CEL's strings extension: names are often derived from domains."""


class Program:
    """A compiled expression."""

    def __init__(self, compiled: Any) -> None:  # noqa: ANN401 - the library's type is untyped
        self._compiled = compiled

    def evaluate(self, variables: Mapping[str, object]) -> object:
        """Evaluate the expression.

        The library's binding truncates each text at its first NUL, and would evaluate and return only that part. So
        during the evaluation NUL is replaced by a control character that none of the texts contains.

        Args:
            variables: JSON values by name.

        Returns:
            A JSON value; the keys of maps are sorted, because CEL does not order them.

        Raises:
            CelError: The evaluation failed, or its result is not a JSON value.
        """
        try:
            return self._whole(dict(variables))
        except RecursionError as error:  # at a greater depth the library would crash the process
            raise CelError("its input is nested too deeply") from error

    def _whole(self, variables: dict[str, object]) -> object:
        texts = list(_texts(variables))
        if not any("\0" in text for text in texts):
            return self._evaluate(variables)
        free = next((control for control in _CONTROLS if not any(control in text for text in texts)), None)
        if free is None:
            raise CelError("the texts hold NUL and every other control character, of which one must be free")
        return _replaced(self._evaluate(_replaced(variables, "\0", free)), free, "\0")

    def _evaluate(self, variables: Any) -> object:  # noqa: ANN401 - JSON values by name
        try:
            value = self._compiled.eval(data=variables)
            failed = value.type() == cel.Type.ERROR
            plain = value.value() if failed else value.plain_value()
        except (RuntimeError, TypeError, ValueError, OverflowError) as error:
            raise CelError(_one_line(error)) from error
        if failed:
            raise CelError(_one_line(plain))
        return _json(plain)


class Environment:
    """Compiles expressions over a fixed set of names, each of any type.

    In addition to CEL's own functions there is ``a.merge(b)``, named as in kro: a map with the keys of both, where b
    takes precedence. A template needs it to add a label to those of a request.
    """

    def __init__(self, names: Iterable[str], functions: Sequence[Function] = ()) -> None:
        self._environment = cel.NewEnv(
            variables=dict.fromkeys(names, cel.Type.DYN), functions=[_MERGE, *_declared(functions)]
        )

    def compile(self, source: str) -> Program:
        """Compile one expression.

        Args:
            source: CEL.

        Returns:
            The compiled expression.

        Raises:
            CelError: It is not CEL, or uses an unknown name or function.
        """
        try:
            return Program(self._environment.compile(source))
        except (RuntimeError, ValueError, TypeError) as error:
            raise CelError(_one_line(error)) from error

    def parse(self, source: str) -> bytes:
        """Parse one expression, with any names.

        Args:
            source: CEL.

        Returns:
            The protobuf message ``google.protobuf.Any`` with a ``cel.expr.ParsedExpr``.

        Raises:
            CelError: It is not CEL.
        """
        try:
            return bytes(self._environment.compile(source, disable_check=True).serialize())
        except (RuntimeError, ValueError, TypeError) as error:
            raise CelError(_one_line(error)) from error


def _declared(functions: Sequence[Function]) -> list[Any]:
    overloads: dict[str, list[Any]] = {}
    for function in functions:
        known = overloads.setdefault(function.name, [])
        known.append(
            cel.Overload(
                f"{function.name}_{len(known)}",
                return_type=cel.Type(function.result),
                parameters=[cel.Type(parameter) for parameter in function.parameters],
                is_member=function.member,
                impl=function.body,
            )
        )
    return [cel.FunctionDecl(name, found) for name, found in overloads.items()]


def _merge(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> dict[Any, Any]:
    return {**one, **other}


_MAP = cel.Type.Map(cel.Type.DYN, cel.Type.DYN)
_MERGE = cel.FunctionDecl(
    "merge", [cel.Overload("map_merge_map", return_type=_MAP, parameters=[_MAP, _MAP], is_member=True, impl=_merge)]
)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _replaced(value: object, one: str, other: str) -> object:
    if isinstance(value, str):
        return value.replace(one, other)
    if isinstance(value, Mapping):
        return {_replaced(key, one, other): _replaced(item, one, other) for key, item in value.items()}
    return [_replaced(item, one, other) for item in value] if isinstance(value, list) else value


def _one_line(message: object) -> str:
    first = str(message).split("\n", maxsplit=1)[0].strip()
    for noise in ("INVALID_ARGUMENT: ", "NOT_FOUND: ", "UNKNOWN: ", "ERROR: <input>:", " (in container '')"):
        first = first.replace(noise, "")
    return first.removesuffix(" [INVALID_ARGUMENT]") or "failed"


def _json(value: object) -> object:
    """Copy a CEL value to a JSON value."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise CelError(f"yields {value}, which JSON cannot represent")
        return value
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, Mapping):
        if any(not isinstance(key, str) for key in value):
            raise CelError("yields a map whose keys are not strings")
        return {key: _json(value[key]) for key in sorted(value)}
    raise CelError(f"yields a {type(value).__name__}, which JSON cannot represent; convert it with string()")
