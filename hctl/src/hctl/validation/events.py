"""Text -> events with line and column, the same for YAML and JSON. Pure.

YAML is parsed as in the containers of Kratix (`yaml_text`). JSON is parsed by Python's json, which returns the end of
each value, because YAML parsers reject some valid JSON (ADR 0044).
"""

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import yaml

from hctl.texts import inert
from platform_status_contract.template.yaml_text import scalar_value
from platform_status_contract.validation.problems import quote

__all__ = [
    "END",
    "MAX_DEPTH",
    "ParseEvent",
    "Place",
    "UnreadableError",
    "json_events",
    "looks_like_json",
    "yaml_events",
]

MAX_DEPTH: Final = 64
"""Levels of nesting of a document."""

_MAX_SHOWN: Final = 20
"""Characters of a number that is too large."""

_DIGITS: Final = re.compile(r"-?[0-9]+")

_BEGIN: Final = re.compile(r"[^ \t\r\n:,]")
"""Matches the beginning of a JSON value, or the end of a list or mapping."""

_STANDARD: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = frozenset({"str", "int", "float", "bool", "null", "map", "seq"})
_AMBIGUOUS: Final = re.compile(
    r"(?:yes|no|on|off|y|n)\Z|[-+]?(?:0[xXoObB][0-9a-fA-F_]+|0[0-7_]+|[0-9]+(?:_[0-9_]+)+)\Z|[-+]?\.(?:inf|nan)\Z",
    re.IGNORECASE | re.ASCII,
)


class Place(NamedTuple):
    """Line and column, each from 1."""

    line: int = 1
    column: int = 1


class ParseEvent(NamedTuple):
    """The next event in a text.

    Attributes:
        kind: ``document``, ``map``, ``list``, ``end`` or ``scalar``.
        value: The value of a scalar.
        place: Its beginning.
        note: A tag other than the standard ones, ``*`` for an alias, ``?`` for a scalar whose type differs between
            versions of YAML, ``-`` for an empty value.
        block: Indentation of a literal block; -1 for anything else.
    """

    kind: str
    value: object
    place: Place
    note: str = ""
    block: int = -1


END: Final = ParseEvent("end", None, Place())
"""The end of a list or mapping."""

_BEGINNINGS: Final = {
    yaml.DocumentStartEvent: "document",
    yaml.MappingStartEvent: "map",
    yaml.SequenceStartEvent: "list",
}


class UnreadableError(ValueError):
    """A text cannot be parsed beyond a place.

    Args:
        what: The found text.
        place: Its place.
        expected: The expected text.
    """

    def __init__(self, what: str, place: Place, expected: str) -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.expected = expected


def looks_like_json(text: str) -> bool:
    """Whether a text is JSON, independent of the file's name."""
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return False
    try:
        json.loads(text, parse_int=len)
    except (ValueError, RecursionError):
        return False
    return True


def json_events(text: str) -> Iterator[ParseEvent]:
    """Parse JSON.

    Raises:
        UnreadableError: The text is not JSON.
    """
    try:
        json.loads(text, parse_constant=_no_constant, parse_int=len)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"invalid JSON ({error.msg})", Place(error.lineno, error.colno), "JSON") from error
    except RecursionError as error:
        raise UnreadableError(f"nesting deeper than {MAX_DEPTH} levels", Place(), "at most that many") from error
    except ValueError as error:
        raise UnreadableError(inert(str(error), 100), Place(), "JSON") from error
    yield ParseEvent("document", None, Place())
    decoder = json.JSONDecoder()
    line = at = seen = 0
    while found := _BEGIN.search(text, at):
        at, sign = found.start(), found[0]
        line += text.count("\n", seen, at)
        seen, place = at, Place(line + 1, at - text.rfind("\n", 0, at))
        if sign in "{}[]":
            yield END if sign in "}]" else ParseEvent("map" if sign == "{" else "list", None, place)
            at += 1
        else:
            try:
                value, at = decoder.raw_decode(text, at)
            except ValueError as error:  # a number of more digits than Python reads
                raise _too_large(_DIGITS.findall(text, at)[0], place) from error
            yield ParseEvent("scalar", value, place)


def _too_large(text: str, place: Place, tag: str = "") -> UnreadableError:
    expected = f"a value of its tag {tag.removeprefix(_STANDARD)}" if tag else "a smaller number"
    return UnreadableError(quote(text, _MAX_SHOWN), place, expected)


def _no_constant(name: str) -> object:
    raise ValueError(f"the number {name}, which JSON does not have")


def yaml_events(text: str) -> Iterator[ParseEvent]:
    """Parse YAML.

    Raises:
        yaml.YAMLError: The text is not YAML.
        UnreadableError: A number is too large, or a value is not of its tag.
    """
    lines = text.split("\n")
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        mark, tag = event.start_mark, getattr(event, "tag", None)
        place = Place(mark.line + 1, mark.column + 1) if mark else Place()
        note = "" if tag in (None, "!") or str(tag).removeprefix(_STANDARD) in _PLAIN_TAGS else str(tag)
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None
            if plain and tag is None and not event.value:
                yield ParseEvent("scalar", None, place, "-")
            elif plain and tag is None and _AMBIGUOUS.match(event.value):
                yield ParseEvent("scalar", event.value, place, "?")
            else:
                try:
                    value = scalar_value(event.value, str(tag or ""), plain=plain)
                except ValueError as error:
                    raise _too_large(event.value, place, str(tag or "")) from error
                block = _indent(lines, place.line) if event.style == "|" else -1
                yield ParseEvent("scalar", value, place, note, block)
        elif isinstance(event, yaml.CollectionEndEvent):
            yield END
        elif isinstance(event, yaml.AliasEvent):
            yield ParseEvent("scalar", None, place, "*")
        elif type(event) in _BEGINNINGS:
            yield ParseEvent(_BEGINNINGS[type(event)], None, place, note)


def _indent(lines: list[str], first: int) -> int:
    """Return the indentation of the literal block that begins at a line."""
    line = next((line for line in lines[first : first + 100] if line.strip()), "")
    return len(line) - len(line.lstrip(" "))
