r"""``-o``: parses the output format, and renders the formats for scripts.

python-jsonpath evaluates the paths (RFC 9535, filters included). This module adds the syntax of kubectl's templates:
``{.phase}`` for ``$.phase``, ``\.`` for a dot in a key, ``{range ...}{end}``, ``{"\n"}``. As with kubectl, several
results are joined by a space, and a missing field is empty.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct

from hctl.errors import UsageError
from hctl.texts import inert

__all__ = ["Form", "Output", "parse_output", "render", "spell"]

_TOKEN: Final = re.compile(r"""\{((?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)\}""")
_ESCAPED_KEY: Final = re.compile(r"\.((?:[^\s.\[\]\\'\"()]|\\.)*\\\.(?:[^\s.\[\]\\'\"()]|\\.)*)")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_LONGEST: Final = 4096


def render(template: str, document: Any) -> str:  # noqa: ANN401 - JSON
    """Render a template.

    Args:
        template: In the syntax of kubectl; the braces around a single path may be left out.
        document: The JSON document.

    Raises:
        UsageError: The template is invalid; the message quotes the part in question.
    """
    if len(template) > _LONGEST:
        raise UsageError(f"-o jsonpath: the expression has {len(template)} characters, expected at most {_LONGEST}")
    whole = template if "{" in template else "{" + template + "}"
    parts = _parse(whole)
    _balance(parts)
    try:
        return _fill(parts, 0, document, document)[0]
    except RecursionError as error:
        raise UsageError("-o jsonpath: the expression is nested too deeply") from error


def _balance(parts: Sequence[tuple[str, str]]) -> None:
    depth = 0
    for kind, text in parts:
        if kind == "expression":
            depth += text.startswith("range") - (text == "end")
        if depth < 0:
            raise UsageError("-o jsonpath: {end} without {range}")
    if depth:
        raise UsageError("-o jsonpath: {range} without {end}")


def _parse(template: str) -> list[tuple[str, str]]:
    """Split into ``("text", ...)`` and ``("expression", ...)``."""
    parts: list[tuple[str, str]] = []
    at = 0
    for token in _TOKEN.finditer(template):
        parts += [("text", template[at : token.start()]), ("expression", token.group(1).strip())]
        at = token.end()
    parts.append(("text", template[at:]))
    left = next((text for kind, text in parts if kind == "text" and ("{" in text or "}" in text)), "")
    if left:
        raise UsageError(f"-o jsonpath: {inert(left, 100)!r} has an unmatched brace")
    return [part for part in parts if part[1] or part[0] == "expression"]


def _fill(parts: Sequence[tuple[str, str]], at: int, here: Any, root: Any) -> tuple[str, int]:  # noqa: ANN401 - JSON
    rendered: list[str] = []
    while at < len(parts):
        kind, text = parts[at]
        at += 1
        if kind == "text":
            rendered.append(text)
        elif text == "end":
            return "".join(rendered), at
        elif text.startswith("range"):
            found = _find(text.removeprefix("range").strip(), here, root)
            entries = found[0] if len(found) == 1 and isinstance(found[0], list) else found
            after = _after(parts, at)
            rendered += [_fill(parts[:after], at, entry, root)[0] for entry in entries]
            at = after
        elif text[:1] in ('"', "'"):
            rendered.append(re.sub(r"\\(.)", lambda found: _ESCAPES.get(found.group(1), found.group(1)), text[1:-1]))
        else:
            rendered.append(" ".join(_spell(value) for value in _find(text, here, root)))
    return "".join(rendered), at


def _after(parts: Sequence[tuple[str, str]], at: int) -> int:
    """Return the position of the end of the range that began before `at`."""
    depth = 1
    for index in range(at, len(parts)):
        kind, text = parts[index]
        if kind == "expression":
            depth += text.startswith("range") - (text == "end")
            if not depth:
                return index + 1
    return len(parts)


def _find(path: str, here: Any, root: Any) -> list[Any]:  # noqa: ANN401 - JSON
    import jsonpath  # noqa: PLC0415 - takes 50 ms, and only this output needs it

    absolute = path.startswith("$")
    bare = path.lstrip("$@") if path[:1] in ("$", "@") else path
    if bare and bare[0] not in ".[":
        raise UsageError(f"-o jsonpath: {inert(path, 100)!r}: a path begins with '.', as in '.phase'")
    if bare == ".":
        bare = ""
    keyed = _ESCAPED_KEY.sub(lambda found: "['" + found.group(1).replace("\\.", ".") + "']", bare)
    try:
        return list(jsonpath.findall("$" + keyed, root if absolute else here))
    except jsonpath.JSONPathError as error:
        cause = inert(str(error).splitlines()[0], 200) if str(error) else "invalid syntax"
        raise UsageError(f"-o jsonpath: {inert(path, 100)!r}: {cause}") from error


def _spell(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


class Form(StrEnum):
    """The output formats."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"
    JSONPATH = "jsonpath"


class Output(Struct, frozen=True):
    """An output format, with the template of a JSONPath."""

    form: Form = Form.TABLE
    template: str = ""

    @property
    def drawn(self) -> bool:
        """Whether the format is for people."""
        return self.form in (Form.TABLE, Form.WIDE)


def parse_output(text: str) -> Output:
    """Read the value of ``-o``.

    Raises:
        UsageError: It is not an output format.
    """
    name, equals, template = text.partition("=")
    if name == Form.JSONPATH:
        if not template:
            raise UsageError("-o jsonpath: the expression is missing; expected for example -o jsonpath='{.phase}'")
        return Output(Form.JSONPATH, template)
    if equals or name not in Form.__members__.values():
        expected = ", ".join(str(form) for form in Form if form is not Form.JSONPATH)
        raise UsageError(f"-o {inert(text, 60)}: expected {expected} or jsonpath=EXPRESSION")
    return Output(Form(name))


def spell(output: Output, report: dict[str, Any], names: Sequence[str]) -> str:
    """Render a document in one of the formats for scripts.

    Args:
        output: The format; not a drawn one.
        report: The JSON document.
        names: ``resource/name`` of each request in it.

    Returns:
        The text, with a line feed at its end except for JSONPath.

    Raises:
        UsageError: The JSONPath is invalid.
    """
    if output.form is Form.NAME:
        return "".join(f"{name}\n" for name in names)
    if output.form is Form.JSONPATH:
        return render(output.template, report)
    if output.form is Form.YAML:
        import yaml  # noqa: PLC0415 - only this output needs it

        return str(yaml.safe_dump(report, sort_keys=False, allow_unicode=True, width=1000))
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
