r"""kubectl's JSONPath templates: text and ``{expressions}``, with ``range``/``end`` and quoted strings.

The paths themselves are python-jsonpath's (RFC 9535, filters included); here is only what kubectl puts around them:
``{.phase}`` for ``$.phase``, ``\.`` for a dot in a key, ``{range ...}{end}``, ``{"\n"}``. Several results are joined
by a space, and a field that is not there is nothing, as with kubectl.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from hctl.errors import UsageError
from hctl.texts import inert

__all__ = ["render"]

_TOKEN: Final = re.compile(r"""\{((?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)\}""")
_ESCAPED_KEY: Final = re.compile(r"\.((?:[^\s.\[\]\\'\"()]|\\.)*\\\.(?:[^\s.\[\]\\'\"()]|\\.)*)")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_MAX_PATH: Final = 4096


def render(template: str, document: Any) -> str:  # noqa: ANN401 - JSON
    """Fill a template.

    Args:
        template: As kubectl takes it; braces may be left out around a single path.
        document: The JSON document.

    Raises:
        UsageError: The template cannot be understood; the sentence shows the part in question.
    """
    if len(template) > _MAX_PATH:
        raise UsageError(f"-o jsonpath: the expression has {len(template)} characters, expected at most {_MAX_PATH}")
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
        raise UsageError(f"-o jsonpath: {inert(left, 100)!r} has a brace without its other half")
    return [part for part in parts if part[1] or part[0] == "expression"]


def _fill(parts: Sequence[tuple[str, str]], at: int, here: Any, root: Any) -> tuple[str, int]:  # noqa: ANN401 - JSON
    said: list[str] = []
    while at < len(parts):
        kind, text = parts[at]
        at += 1
        if kind == "text":
            said.append(text)
        elif text == "end":
            return "".join(said), at
        elif text.startswith("range"):
            found = _find(text.removeprefix("range").strip(), here, root)
            entries = found[0] if len(found) == 1 and isinstance(found[0], list) else found
            after = _after(parts, at)
            said += [_fill(parts[:after], at, entry, root)[0] for entry in entries]
            at = after
        elif text[:1] in ('"', "'"):
            said.append(re.sub(r"\\(.)", lambda found: _ESCAPES.get(found.group(1), found.group(1)), text[1:-1]))
        else:
            said.append(" ".join(_spell(value) for value in _find(text, here, root)))
    return "".join(said), at


def _after(parts: Sequence[tuple[str, str]], at: int) -> int:
    """Where the range that began before `at` is over."""
    depth = 1
    for index in range(at, len(parts)):
        kind, text = parts[index]
        if kind == "expression":
            depth += text.startswith("range") - (text == "end")
            if not depth:
                return index + 1
    return len(parts)


def _find(path: str, here: Any, root: Any) -> list[Any]:  # noqa: ANN401 - JSON
    import jsonpath  # noqa: PLC0415 - 50 ms that only this output costs

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
        cause = inert(str(error).splitlines()[0], 200) if str(error) else "it cannot be understood"
        raise UsageError(f"-o jsonpath: {inert(path, 100)!r}: {cause}") from error


def _spell(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
