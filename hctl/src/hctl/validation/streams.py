"""Text -> documents whose every key and value knows its line and column. Pure, and total for any bytes.

Documents are built from `events` without recursion: neither depth nor aliases can hurt, and nothing is constructed but
JSON values.
"""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

import msgspec
import yaml
from msgspec import Struct

from hctl.texts import inert
from platform_status_contract.validation.problems import MANY_DIGITS, Path, quote

from .events import DEEPEST, Event, Place, UnreadableError, json_events, looks_like_json, yaml_events

__all__ = ["LARGEST_FILE", "Document", "Flaw", "read_stream"]

LARGEST_FILE: Final = 4 * 2**20
"""Bytes of a file; etcd takes objects of a third of that."""

_MOST_VALUES: Final = 100_000


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


_Container: TypeAlias = dict[str, object] | list[object]


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
        events = json_events(text) if is_json or looks_like_json(text) else yaml_events(text)
        for index, document in enumerate(_documents(events)):
            if document.value is not None or document.flaws:
                documents.append(msgspec.structs.replace(document, index=index))
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
    if len(data) > LARGEST_FILE:
        raise UnreadableError(f"more than {LARGEST_FILE // 2**20} MiB", Place(), "a smaller file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError("bytes that are not UTF-8", Place(line), "a text in UTF-8") from error


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

    def take(self, event: Event) -> None:
        if event.kind == "end":
            self._open.pop()
            return
        self._count += 1
        if self._count > _MOST_VALUES:
            raise UnreadableError(f"more than {_MOST_VALUES} values", event.place, "a document of at most that many")
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
            if len(self._open) == DEEPEST:
                raise UnreadableError(f"nesting deeper than {DEEPEST} levels", event.place, "at most that many")
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

    def _take_key(self, event: Event, parent: dict[str, object], path: Path) -> None:
        if event.kind != "scalar":
            raise UnreadableError("a key that is no text", event.place, "keys that are texts")
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

    def _note(self, event: Event, path: Path) -> None:
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


def _documents(events: Iterator[Event]) -> Iterator[Document]:
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
