"""Text -> documents with line and column of every key and value. Pure, and total for any bytes.

Only JSON values are constructed, with limited depth and number, and no alias is expanded.
"""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple

import yaml
from msgspec import Struct

from hctl.texts import inert
from platform_status_contract.validation.problems import MANY_DIGITS, Path, quote

from .events import END, MAX_DEPTH, ParseEvent, Place, UnreadableError, json_events, looks_like_json, yaml_events

__all__ = ["MAX_FILE", "Document", "Flaw", "read_stream"]

MAX_FILE: Final = 4 * 2**20
"""Bytes of a file; etcd accepts objects of about a third of that."""

_MAX_VALUES: Final = 100_000


class Flaw(NamedTuple):
    """An error in the syntax of a document, independent of its kind."""

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
        keys: Path -> place of its key; items of lists have none.
        values: Path -> place of its value.
        flaws: Its syntax errors.
        blocks: Path -> indentation of its literal block.
    """

    index: int
    value: object
    keys: dict[Path, Place]
    values: dict[Path, Place]
    flaws: tuple[Flaw, ...]
    blocks: dict[Path, int]

    def place_of(self, path: Path) -> Place:
        """Return the place of a value, or of the nearest parent that exists."""
        return self.values.get(self._known(path), Place())

    def key_of(self, path: Path) -> Place:
        """Return the place of the key of a value; for a missing value, the key of the nearest parent that exists."""
        known = self._known(path)
        return self.keys.get(known) or self.values.get(known, Place())

    def _known(self, path: Path) -> Path:
        while path and path not in self.values:
            path = path[:-1]
        return path


def read_stream(data: bytes, *, is_json: bool) -> tuple[tuple[Document, ...], Flaw | None]:
    """Read the documents of a file.

    Args:
        data: Its content.
        is_json: Whether it must be JSON; else it may be YAML or JSON.

    Returns:
        The documents that are not empty, and the error that ended the parsing early, if any.
    """
    documents: list[Document] = []
    try:
        text = _text(data)
        events = json_events(text) if is_json or looks_like_json(text) else yaml_events(text)
        for index, _ in enumerate(events):  # the beginning of a document; the builder takes all that is in it
            document = _Builder(events).document(index)
            if document.value is not None or document.flaws:
                documents.append(document)
    except UnreadableError as error:
        return tuple(documents), Flaw(error.place, (), "yaml", error.what, error.expected)
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
    if len(data) > MAX_FILE:
        raise UnreadableError(f"more than {MAX_FILE // 2**20} MiB", Place(), "a smaller file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError("bytes that are not UTF-8", Place(line), "a text in UTF-8") from error


class _Builder:
    """Builds one document from its events."""

    def __init__(self, events: Iterator[ParseEvent]) -> None:
        self._events = events
        self._left = _MAX_VALUES
        self._keys: dict[Path, Place] = {}
        self._values: dict[Path, Place] = {}
        self._flaws: list[Flaw] = []
        self._blocks: dict[Path, int] = {}

    def document(self, index: int) -> Document:
        value = self._value(next(self._events), ())
        return Document(index, value, self._keys, self._values, tuple(self._flaws), self._blocks)

    def _value(self, event: ParseEvent, path: Path) -> object:
        self._take(event, path)
        # An empty value has no place of its own, so the place of its key is used.
        self._values[path] = self._keys.get(path, event.place) if event.note == "-" else event.place
        if event.block >= 0:
            self._blocks[path] = event.block
        if event.kind == "scalar":
            return event.value
        if len(path) == MAX_DEPTH:
            raise UnreadableError(f"nesting deeper than {MAX_DEPTH} levels", event.place, "at most that many")
        if event.kind == "list":
            return [self._value(item, (*path, index)) for index, item in enumerate(self._inside())]
        found: dict[str, object] = {}
        for key in self._inside():
            name = self._key(key, path, found)
            found[name] = self._value(next(self._events), (*path, name))
        return found

    def _inside(self) -> Iterator[ParseEvent]:
        """Yield the events of the open list or mapping; the caller consumes each value before the next event."""
        return iter(lambda: next(self._events), END)

    def _key(self, event: ParseEvent, path: Path, found: dict[str, object]) -> str:
        if event.kind != "scalar":
            raise UnreadableError("a key that is not a string", event.place, "keys that are strings")
        key = event.value if isinstance(event.value, str) else json.dumps(event.value)
        here = (*path, key)
        if key == "<<" and not event.note:
            self._flaws.append(Flaw(event.place, here, "alias", "a merge key", "the keys themselves"))
        if key in found:
            told = f"it once; see line {self._keys[here].line}"
            self._flaws.append(Flaw(event.place, here, "duplicate-key", f"the key {quote(key)} again", told))
        self._take(event, here)
        self._keys[here] = event.place
        return key

    def _take(self, event: ParseEvent, path: Path) -> None:
        """Count an event against the limit, and record its syntax errors."""
        self._left -= 1
        if self._left < 0:
            raise UnreadableError(f"more than {_MAX_VALUES} values", event.place, "a document of at most that many")
        flaw: tuple[str, ...] = ()
        if event.note == "*":
            # A merge key is reported already.
            flaw = () if path[-1:] == ("<<",) else ("alias", "an alias", "the value itself")
        elif event.note == "?":
            hint = f"write {quote(str(event.value))}, or true, false or a plain number"
            flaw = ("ambiguous-scalar", f"{str(event.value)[:40]} without quotes", "one meaning", hint)
        elif event.note not in ("", "-"):
            flaw = ("tag", f"the tag {quote(event.note)}", "plain YAML")
        elif isinstance(event.value, int) and abs(event.value) >= MANY_DIGITS:
            flaw = ("yaml", "a number of more than 19 digits", "a smaller number")
        elif isinstance(event.value, str) and any("\ud800" <= sign <= "\udfff" for sign in event.value):
            flaw = ("yaml", quote(event.value), "valid Unicode")
        if flaw:
            self._flaws.append(Flaw(event.place, path, *flaw))
