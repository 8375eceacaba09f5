"""Finds the requests that a question names, and its unknown words. Pure.

Names in a cluster are untrusted, so a word is a name only at the place of names in the grammar.
"""

import difflib
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from hctl.public.facts import RequestView

from .grammar import FORM_WORDS, Intent, Question

__all__ = ["RESERVED", "KindWords", "Meant", "find_meant"]

_FILLERS: Final = frozenset(("the", "my", "our", "a", "an", "please", "request", "requests", "it", "now"))
_ALL: Final = frozenset(("all", "everything", "everybody"))
_SPACE_WORDS: Final = frozenset(("namespace", "ns"))
RESERVED: Final = _FILLERS | _ALL | _SPACE_WORDS | {"and", "in"} | FORM_WORDS
"""Words of the grammar, which a tenant's name for a kind cannot replace."""
_MAX_NAME_WORDS: Final = 4
_MAX_SUGGESTIONS: Final = 3
_SIMILARITY: Final = 0.5


class KindWords(Struct, frozen=True):
    """The names of a kind in questions.

    Attributes:
        resource: ``plural.group``.
        label: Its name in answers, such as ``vcluster``.
        words: Its names, in lower case; the words of one name are separated by spaces.
    """

    resource: str
    label: str
    words: tuple[str, ...]


class Meant(Struct, frozen=True):
    """The meaning of a question.

    Attributes:
        intent: Its intent.
        chosen: The requests that it is about.
        all_of: Whether it asks for all requests (of a kind, of a namespace) instead of single names.
        unknown: Words that match no request, kind or namespace, in their order.
        ambiguous: Requests with the same name, if the question does not select one.
        near: Requests with a name similar to the first unknown word.
        kind: The label of the kind in the question; may be empty.
        namespace: The namespaces in the question, separated by commas; may be empty.
    """

    intent: Intent
    chosen: tuple[RequestView, ...] = ()
    all_of: bool = False
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[RequestView, ...] = ()
    near: tuple[RequestView, ...] = ()
    kind: str = ""
    namespace: str = ""


class _Slot:
    """Parses the words at the place of names from left to right: reserved words, then kinds, then names."""

    def __init__(self, words: Sequence[str], views: Sequence[RequestView], kinds: Sequence[KindWords]) -> None:
        self.named: list[tuple[str, str]] = []  # namespace (may be empty) and name
        self.kinds: list[KindWords] = []
        self.spaces: list[str] = []
        self.unknown: list[str] = []
        self.all = False
        self._names = {alias.lower() for view in views for alias in view.aliases}
        self._known_spaces = {view.namespace.lower() for view in views}
        self._kinds = {word: kind for kind in kinds for word in kind.words}
        self._joined = True  # whether a name is allowed: two names need an "and" between them
        at = first = 0
        while at < len(words):
            if space := _namespace(words, at, self._known_spaces):
                self.spaces.append(space[0])
                self.named[first:] = [(told or space[0], name) for told, name in self.named[first:]]
                first = len(self.named)
                at += space[1]
            else:
                at += self._take(words, at)

    def _take(self, words: Sequence[str], at: int) -> int:
        """Parse the words at an index; return the number of words used."""
        word = words[at]
        texts = [" ".join(words[at : at + size]) for size in range(_MAX_NAME_WORDS, 0, -1)]
        before, slash, behind = word.partition("/")
        if word in _ALL:
            self.all = True
        elif kind := next((text for text in texts if text in self._kinds), None):
            self.kinds.append(self._kinds[kind])
            return kind.count(" ") + 1
        elif name := next((text for text in texts if text in self._names), None):
            self._name("", name)
            return name.count(" ") + 1
        elif slash and behind and before in self._kinds:
            self.kinds.append(self._kinds[before])
            self._name("", behind)
        elif slash and behind and before in self._known_spaces:
            self._name(before, behind)
        elif word == "and" and not self._joined:
            self._joined = True
        elif word not in _FILLERS:
            self.unknown.append(word)
        return 1

    def _name(self, space: str, name: str) -> None:
        if self._joined:
            self.named.append((space, name))
        else:
            self.unknown.append(name)
        self._joined = False


def _namespace(words: Sequence[str], at: int, known: set[str]) -> tuple[str, int] | None:
    """Return the namespace at an index, such as ``in team-a`` or ``in the namespace team-a``, and its word count."""
    if words[at] != "in":
        return None
    place = at + 1
    while place < len(words) and words[place] in _FILLERS:
        place += 1
    told = place < len(words) and words[place] in _SPACE_WORDS
    place += told
    if place < len(words) and (told or words[place] in known):
        return words[place], place + 1 - at
    return None


def find_meant(
    question: Question, views: Sequence[RequestView], kinds: Sequence[KindWords], namespace: str = ""
) -> Meant:
    """Return the meaning of a question: of its first reading without unknown words, else of the first one.

    Args:
        question: The question.
        views: All requests that the user may list.
        kinds: The names of their kinds.
        namespace: The namespace of the command line, which resolves ambiguous names; may be empty.
    """
    meant = [_meant(intent, words, views, kinds, namespace) for intent, words in question.readings]
    whole = [found for found in meant if not found.unknown and (found.chosen or found.ambiguous or found.all_of)]
    known = [found for found in meant if found.chosen or found.ambiguous]
    return next(iter([*whole, *known, *meant]))


def _meant(
    intent: Intent, words: Sequence[str], views: Sequence[RequestView], kinds: Sequence[KindWords], namespace: str
) -> Meant:
    slot = _Slot(words, views, kinds)
    unknown = list(slot.unknown)
    resources = {kind.resource for kind in slot.kinds}
    within = [view for view in views if not resources or view.resource in resources]
    chosen: list[RequestView] = []
    ambiguous: list[RequestView] = []
    for told, name in slot.named:
        found = _called(name, [view for view in within if not told or view.namespace.lower() == told], namespace)
        if not found:
            unknown.append(f"{told}/{name}" if told else name)
        (chosen if len(found) == 1 else ambiguous).extend(found)
    all_of = not slot.named and bool(slot.all or slot.kinds or slot.spaces or intent is Intent.OVERVIEW)
    if all_of:
        spaces = slot.spaces or ([namespace.lower()] if namespace else [])
        chosen = [view for view in within if not spaces or view.namespace.lower() in spaces]
    elif not slot.named and not unknown:
        # A question without a name, such as "is it ready?", is about the only request.
        chosen, ambiguous = (within, []) if len(within) == 1 else ([], within)
    return Meant(
        intent=intent,
        chosen=tuple({id(view): view for view in chosen}.values()),
        all_of=all_of,
        unknown=tuple(unknown),
        ambiguous=tuple(ambiguous),
        near=tuple(_near(unknown, views)),
        kind=" and ".join(dict.fromkeys(kind.label for kind in slot.kinds)),
        namespace=", ".join(dict.fromkeys(slot.spaces)),
    )


def _called(name: str, views: Sequence[RequestView], namespace: str) -> list[RequestView]:
    """Return the requests with a name; in one namespace metadata.name takes precedence, as everywhere in hctl."""
    found = [view for view in views if name in (alias.lower() for alias in view.aliases)]
    here = [view for view in found if view.namespace == namespace]
    found = here or found
    exact = [view for view in found if view.name.lower() == name]
    return exact if len({view.namespace for view in found}) == 1 and len(exact) == 1 else found


def _near(words: Sequence[str], views: Sequence[RequestView]) -> list[RequestView]:
    """Return the requests with a name similar to the first unknown word."""
    by_name = {alias.lower(): view for view in reversed(views) for alias in view.aliases}
    close = difflib.get_close_matches(next(iter(words), ""), sorted(by_name), n=_MAX_SUGGESTIONS, cutoff=_SIMILARITY)
    return list({id(by_name[name]): by_name[name] for name in close}.values())
