"""Text -> documents whose every key and value knows its line and column. Pure, and total for any bytes.

Both syntaxes become one stream of events, and documents are built from those without recursion: neither depth nor
aliases can hurt, and nothing is constructed but JSON values. YAML is read as the containers of Kratix read it
(`yaml_text`); JSON has a reader of its own, because YAML refuses tabs and takes surrogates apart.
"""

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

import msgspec
import yaml
from msgspec import Struct

from hctl.texts import inert
from platform_status_contract.template.yaml_text import scalar_value
from platform_status_contract.validation.problems import MANY_DIGITS, Path, quote

__all__ = ["LARGEST_FILE", "Document", "Flaw", "Place", "read_stream"]

LARGEST_FILE: Final = 4 * 2**20
"""Bytes of a file; etcd takes objects of a third of that."""

_DEEPEST: Final = 64
_MOST_VALUES: Final = 100_000
_TOKEN: Final = re.compile(r'[ \t\r\n]*(?:("(?:[^"\\]|\\.)*")|([{}\[\]])|([:,])|([^\s{}\[\]:,"]+))', re.DOTALL)
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


class Flaw(NamedTuple):
    """What is wrong with a text whatever it says."""

    place: Place
    path: Path
    rule: str
    found: str
    expected: str
    suggestion: str = ""


class Document(Struct, frozen=True):
    """One document of a stream.

    Attributes:
        index: Its index in the stream, from 0.
        value: A JSON value.
        keys: Where the key of each path stands; items of lists have none.
        values: Where the value of each path stands.
        flaws: What is wrong with how it is written.
        blocks: By how much each literal block of text is indented.
    """

    index: int
    value: object
    keys: dict[Path, Place]
    values: dict[Path, Place]
    flaws: tuple[Flaw, ...]
    blocks: dict[Path, int]

    def place_of(self, path: Path) -> Place:
        """Where a value stands, or the nearest thing around it that does."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place())

    def key_of(self, path: Path) -> Place:
        """Where the key of a value stands; of one that is missing, the key of what lacks it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.keys.get(path) or self.values.get(path, Place())


class _Event(NamedTuple):
    kind: str
    value: object
    place: Place
    note: str = ""
    block: int = -1


_Container: TypeAlias = dict[str, object] | list[object]


class _UnreadableError(ValueError):
    def __init__(self, what: str, place: Place, expected: str) -> None:
        super().__init__(what)
        self.flaw = Flaw(place, (), "yaml", what, expected)


def read_stream(data: bytes, *, is_json: bool) -> tuple[tuple[Document, ...], Flaw | None]:
    """Read the documents of a file.

    Args:
        data: What it holds.
        is_json: Whether it must be JSON; else it is YAML, or JSON if it is that.

    Returns:
        The documents, those without content left out, and why there are no more of them, if there should be.
    """
    documents: list[Document] = []
    try:
        text = _text(data)
        events = _json_events(text) if is_json or _is_json(text) else _yaml_events(text)
        for index, document in enumerate(_documents(events)):
            if document.value is not None or document.flaws:
                documents.append(msgspec.structs.replace(document, index=index))
    except _UnreadableError as error:
        return tuple(documents), error.flaw
    except yaml.MarkedYAMLError as error:
        is_early = error.context == "while scanning a simple key" or "stream end" in str(error.problem)
        mark = (error.context_mark if is_early else None) or error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place()
        what = inert(" ".join(part for part in (error.context, error.problem) if part), 200) or "a mistake"
        return tuple(documents), Flaw(place, (), "yaml", what.removeprefix("found "), "YAML")
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        return tuple(documents), Flaw(Place(), (), "yaml", inert(str(error).partition("\n")[0], 200), "YAML")
    return tuple(documents), None


def _text(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise _UnreadableError(f"more than {LARGEST_FILE // 2**20} MiB", Place(), "a smaller file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _UnreadableError("bytes that are not UTF-8", Place(line), "a text in UTF-8") from error


# -- JSON


def _is_json(text: str) -> bool:
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _json_events(text: str) -> Iterator[_Event]:
    try:
        json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _UnreadableError(f"no JSON ({error.msg})", Place(error.lineno, error.colno), "JSON") from error
    except RecursionError as error:
        raise _UnreadableError(f"nesting deeper than {_DEEPEST} levels", Place(), "at most that many") from error
    except ValueError as error:
        raise _UnreadableError(inert(str(error), 100), Place(), "JSON") from error
    yield _Event("document", None, Place())
    line, start, seen = 1, 0, 0
    for token in _TOKEN.finditer(text):
        at = token.end() - len(token[0].lstrip(" \t\r\n"))
        line += text.count("\n", seen, at)
        start = text.rfind("\n", 0, at) + 1
        seen = at
        place = Place(line, at - start + 1)
        string, bracket, mark, word = token.groups()
        if bracket:
            yield _Event({"{": "map", "[": "list"}.get(bracket, "end"), None, place)
        elif not mark:
            yield _Event("scalar", json.loads(string or word), place)


def _no_constant(name: str) -> object:
    raise ValueError(f"the number {name}, which JSON does not have")


# -- YAML


def _yaml_events(text: str) -> Iterator[_Event]:
    lines = text.split("\n")
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        mark = event.start_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place()
        tag = getattr(event, "tag", None)
        note = "" if tag in (None, "!") or str(tag).removeprefix(_STANDARD) in _PLAIN_TAGS else str(tag)
        match event:
            case yaml.DocumentStartEvent():
                yield _Event("document", None, place)
            case yaml.AliasEvent():
                yield _Event("scalar", None, place, "*")
            case yaml.MappingStartEvent():
                yield _Event("map", None, place, note)
            case yaml.SequenceStartEvent():
                yield _Event("list", None, place, note)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                yield _Event("end", None, place)
            case yaml.ScalarEvent():
                plain = event.style is None
                if plain and tag is None and not event.value:
                    yield _Event("scalar", None, place, "-")
                elif plain and tag is None and _AMBIGUOUS.match(event.value):
                    yield _Event("scalar", event.value, place, "?")
                else:
                    value = scalar_value(event.value, str(tag or ""), plain=plain)
                    block = _indent(lines, place.line) if event.style == "|" else -1
                    yield _Event("scalar", value, place, note, block)


def _indent(lines: list[str], first: int) -> int:
    """By how much a literal block is indented that begins at a line."""
    line = next((line for line in lines[first : first + 100] if line.strip()), "")
    return len(line) - len(line.lstrip(" "))


# -- both


class _Builder:
    """Builds one document."""

    def __init__(self) -> None:
        self.value: object = None
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.flaws: list[Flaw] = []
        self.blocks: dict[Path, int] = {}
        self._open: list[tuple[_Container, Path]] = []
        self._key: str | None = None
        self._count = 0

    def take(self, event: _Event) -> None:
        if event.kind == "end":
            self._open.pop()
            return
        self._count += 1
        if self._count > _MOST_VALUES:
            raise _UnreadableError(f"more than {_MOST_VALUES} values", event.place, "a document of at most that many")
        parent, path = self._open[-1] if self._open else (None, ())
        if isinstance(parent, dict) and self._key is None:
            self._take_key(event, parent, path)
            return
        value: object = {"map": {}, "list": []}.get(event.kind, event.value)
        here = self._put(value, parent, path)
        self._note(event, here)
        # Where nothing is written, the key is what a person finds.
        self.values[here] = self.keys.get(here, event.place) if event.note == "-" else event.place
        if event.block >= 0:
            self.blocks[here] = event.block
        if isinstance(value, dict | list):
            if len(self._open) == _DEEPEST:
                raise _UnreadableError(f"nesting deeper than {_DEEPEST} levels", event.place, "at most that many")
            self._open.append((value, here))

    def _put(self, value: object, parent: _Container | None, path: Path) -> Path:
        """Put a value where it belongs, and say where that is."""
        if isinstance(parent, dict):
            here = (*path, str(self._key))
            parent[str(self._key)] = value
            self._key = None
            return here
        if isinstance(parent, list):
            parent.append(value)
            return (*path, len(parent) - 1)
        self.value = value
        return path

    def _take_key(self, event: _Event, parent: dict[str, object], path: Path) -> None:
        if event.kind != "scalar":
            raise _UnreadableError("a key that is no text", event.place, "keys that are texts")
        key = event.value if isinstance(event.value, str) else json.dumps(event.value)
        here = (*path, key)
        if key == "<<" and not event.note:
            self.flaws.append(Flaw(event.place, here, "alias", "a merge key", "the keys themselves"))
        if key in parent:
            first = self.keys[here].line
            self.flaws.append(
                Flaw(event.place, here, "duplicate-key", f"the key {quote(key)} again", f"it once; see line {first}")
            )
        self._note(event, here)
        self.keys[here] = event.place
        self._key = key

    def _note(self, event: _Event, path: Path) -> None:
        flaw: tuple[str, str, str, str] | None = None
        if event.note == "*" and path[-1:] == ("<<",):
            return
        if event.note == "*":
            flaw = ("alias", "an alias", "what it stands for", "")
        elif event.note == "?":
            shown = quote(str(event.value))
            hint = f"write {shown}, or true, false or a plain number"
            flaw = ("ambiguous-scalar", f"{str(event.value)[:40]} without quotes", "one meaning", hint)
        elif event.note not in ("", "-"):
            flaw = ("tag", f"the tag {quote(event.note)}", "plain YAML", "")
        elif isinstance(event.value, int) and abs(event.value) >= MANY_DIGITS:
            flaw = ("yaml", "a number of more than 19 digits", "a smaller number", "")
        elif isinstance(event.value, str) and not _is_unicode(event.value):
            flaw = ("yaml", quote(event.value), "valid Unicode", "")
        if flaw:
            self.flaws.append(Flaw(event.place, path, *flaw))


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _documents(events: Iterator[_Event]) -> Iterator[Document]:
    builder: _Builder | None = None
    for event in events:
        if event.kind == "document":
            if builder is not None:
                yield _built(builder)
            builder = _Builder()
        elif builder is not None:
            builder.take(event)
    if builder is not None:
        yield _built(builder)


def _built(builder: _Builder) -> Document:
    return Document(0, builder.value, builder.keys, builder.values, tuple(builder.flaws), builder.blocks)
