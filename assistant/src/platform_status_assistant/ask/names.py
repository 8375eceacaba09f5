"""Which request a question means: names, namespaces and kinds of the cluster, found among its words. Pure.

Words of the cluster are hostile: a request may be called "ready" or "why". Such a name counts only where it stands as a
name, and only if the question still asks something without it.
"""

import difflib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from hctl.reading.views import RequestView
from hctl.texts import inert

from .intents import Intent, Topic, read_intent
from .vocabulary import CHATTER, KNOWN
from .words import Question, mend, split

__all__ = ["KindWords", "Meant", "Which", "find_meant"]

_BEFORE_A_NAME: Final = frozenset(
    (
        "is",
        "are",
        "of",
        "for",
        "my",
        "our",
        "the",
        "about",
        "does",
        "did",
        "was",
        "to",
        "called",
        "named",
        "with",
        "why",
    )
)
_SUGGESTED: Final = 3
_MOST: Final = 10
_ALIKE: Final = 0.5


class KindWords(Struct, frozen=True):
    """What people call a kind.

    Attributes:
        resource: ``plural.group``.
        label: For people, such as ``vcluster``.
        words: Each of its names, in lower case; several words stand with spaces between.
    """

    resource: str
    label: str
    words: tuple[str, ...]


class Which(StrEnum):
    """How the search for a request ended."""

    ONE = "one"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    UNNAMED = "unnamed"
    NOTHING = "nothing"


class Meant(Struct, frozen=True):
    """What a question is about.

    Attributes:
        intent: What it wants to know, now that names are known.
        which: How the search for one request ended.
        chosen: The request, if it is one.
        among: Every request of the kind and namespace that the question names; all if it names none.
        candidates: Those to choose from: of that name, of the nearest names, or all.
        said: The word that names nothing here; empty if there is none.
        kind: The kind that the question names, for people; may be empty.
        namespace: The namespace that the question names; may be empty.
    """

    intent: Intent
    which: Which
    chosen: RequestView | None = None
    among: tuple[RequestView, ...] = ()
    candidates: tuple[RequestView, ...] = ()
    said: str = ""
    kind: str = ""
    namespace: str = ""


class _Span(Struct, frozen=True):
    start: int
    end: int
    name: str

    def covers(self, index: int) -> bool:
        return self.start <= index < self.end


def find_meant(question: Question, views: Sequence[RequestView], kinds: Sequence[KindWords]) -> Meant:
    """Find what a question is about.

    Args:
        question: The question.
        views: Every request that may be seen.
        kinds: Their kinds.
    """
    words = question.words
    names = _names(views)
    spaces = {view.namespace.lower() for view in views} - {""}
    keep = {part for name in names for part in name} | spaces
    mended = mend(words, keep)
    kind_span, kind = _find_kind(mended, kinds)
    name_span = _find_name(question, names, keep, kind_span)
    space_span, space, told = _find_namespace(words, spaces, name_span, names)
    if space_span is not None and name_span is not None and name_span.covers(space_span.start):
        name_span = None
    taken = [span for span in (kind_span, name_span, space_span) if span is not None]
    intent = read_intent(_masked(words, taken, kind_span, space_span), keep)
    left = [
        index
        for index, word in enumerate(mended)
        if word not in KNOWN and not any(span.covers(index) for span in taken)
    ]
    among = tuple(
        view
        for view in views
        if (kind is None or view.resource == kind.resource) and (not told or view.namespace.lower() == space)
    )
    meant = Meant(intent, Which.UNNAMED, among=among, kind=kind.label if kind else "", namespace=space if told else "")
    if name_span is not None:
        called = [view for view in among if name_span.name in _aliases(view)]
        if space and not told and len(called) > 1:
            called = [view for view in called if view.namespace.lower() == space] or called
        if called or told or kind:
            return _named(meant, called, name_span, views, left)
    return _nameless(meant, words, left, views, kind_span, bare=space if space_span and not told else "")


def _named(
    meant: Meant, called: list[RequestView], span: _Span, views: Sequence[RequestView], left: list[int]
) -> Meant:
    intent = meant.intent
    if intent.topic is Topic.OTHER and not intent.order and not left:
        # "media?", "my media vcluster pls": whoever says a name and nothing else wants to know how it is.
        intent = Intent(Topic.WORKING)
    elif intent.topic is Topic.BROKEN:
        intent = Intent(Topic.WORKING)
    if intent.topic is Topic.OTHER:
        return _with(meant, intent, Which.UNNAMED, called)
    # In one namespace metadata.name decides, as everywhere in hctl.
    exact = [view for view in called if view.name.lower() == span.name]
    if len(called) > 1 and len(exact) == 1 and len({view.namespace for view in called}) == 1:
        called = exact
    if len(called) == 1:
        return _with(meant, intent, Which.ONE, called)
    if called:
        return _with(meant, intent, Which.SEVERAL, called)
    elsewhere = [view for view in views if span.name in _aliases(view)]
    return _with(meant, intent, Which.UNKNOWN, elsewhere, said=span.name)


def _nameless(
    meant: Meant, words: Sequence[str], left: list[int], views: Sequence[RequestView], kind: _Span | None, bare: str
) -> Meant:
    intent, among = meant.intent, meant.among
    if bare:
        among = tuple(view for view in among if view.namespace.lower() == bare)
        meant = _with(meant, intent, Which.UNNAMED, (), among=among, namespace=bare)
    if intent.topic is Topic.OTHER:
        if intent.order or left or not (meant.kind or bare):
            return meant
        # "vclusters?"
        intent = Intent(Topic.BROKEN, plural=True)
    if intent.topic is Topic.BROKEN:
        return _with(meant, intent, Which.UNNAMED, (), said=_unknown(words, left, kind))
    if left:
        said = _unknown(words, left, kind)
        return _with(meant, intent, Which.UNKNOWN, _near(said, among or views), said=said)
    if len(among) == 1:
        return _with(meant, intent, Which.ONE, among)
    if intent.topic is Topic.WORKING and (intent.plural or (meant.kind and _is_plural(words, kind))):
        return _with(meant, Intent(Topic.BROKEN, intent.yes_or_no, plural=True), Which.UNNAMED, ())
    return _with(meant, intent, Which.UNNAMED if among else Which.NOTHING, among)


def _masked(words: Sequence[str], taken: Sequence[_Span], kind: _Span | None, space: _Span | None) -> list[str]:
    """The words without what names something; only how many are meant stays of a kind, and @ of a namespace."""
    stands_for = "requests" if _is_plural(words, kind) else "_"

    def mask(index: int, word: str) -> str:
        if kind is not None and kind.covers(index):
            return stands_for
        if space is not None and space.covers(index):
            return "@"
        return "_" if any(span.covers(index) for span in taken) else word

    return [mask(index, word) for index, word in enumerate(words)]


def _with(
    meant: Meant,
    intent: Intent,
    which: Which,
    candidates: Sequence[RequestView],
    *,
    said: str = "",
    among: tuple[RequestView, ...] | None = None,
    namespace: str = "",
) -> Meant:
    return Meant(
        intent,
        which,
        chosen=candidates[0] if which is Which.ONE else None,
        among=meant.among if among is None else among,
        candidates=tuple(candidates[:_MOST]),
        said=inert(said, 100),
        kind=meant.kind,
        namespace=namespace or meant.namespace,
    )


def _aliases(view: RequestView) -> set[str]:
    return {" ".join(split(alias)) for alias in view.aliases} - {""}


def _names(views: Iterable[RequestView]) -> set[tuple[str, ...]]:
    return {tuple(alias.split()) for view in views for alias in _aliases(view)}


def _find(words: Sequence[str], name: Sequence[str]) -> list[int]:
    size = len(name)
    return [start for start in range(len(words) - size + 1) if tuple(words[start : start + size]) == tuple(name)]


def _find_kind(words: Sequence[str], kinds: Sequence[KindWords]) -> tuple[_Span | None, KindWords | None]:
    """The kind whose longest name stands in the question; the last of equals, as in "the vcluster of my webapp"."""
    found: list[tuple[int, int, KindWords]] = []
    for kind in kinds:
        for name in kind.words:
            parts = tuple(name.split())
            if parts:
                found += [(len(parts), start, kind) for start in _find(words, parts)]
    for start, word in enumerate(words):
        head, slash, _ = word.partition("/")
        found += [(1, start, kind) for kind in kinds if slash and head in kind.words]
    if not found or len({kind.resource for _, _, kind in found}) > 1:
        return None, None
    size, start, kind = max(found, key=lambda entry: entry[:2])
    return (None if "/" in words[start] else _Span(start, start + size, kind.label)), kind


def _find_name(question: Question, names: set[tuple[str, ...]], keep: set[str], kind: _Span | None) -> _Span | None:
    words = question.words
    found: list[_Span] = []
    weak: list[_Span] = []
    for name in names:
        for start in _find(words, name):
            span = _Span(start, start + len(name), " ".join(name))
            strong = any(part not in KNOWN for part in name) or all(part in question.quoted for part in name)
            (found if strong else weak).append(span)
    for index, word in enumerate(words):
        _, slash, tail = word.rpartition("/")
        if slash and (tail,) in names:
            found.append(_Span(index, index + 1, tail))
    found = [span for span in found if kind is None or not kind.covers(span.start) or len(words) == 1]
    if found:
        # The longest; of equals the first that does not merely say where: "media in media".
        return max(found, key=lambda span: (span.end - span.start, not _says_where(words, span.start), -span.start))
    for span in weak:
        before = words[span.start - 1] if span.start else ""
        beside = kind is not None and (kind.end == span.start or kind.start == span.end)
        if not (beside or before in _BEFORE_A_NAME):
            continue
        without = [*words[: span.start], "_", *words[span.end :]]
        if beside or read_intent(without, keep).topic is not Topic.OTHER:
            return span
    return None


def _says_where(words: Sequence[str], start: int) -> bool:
    return start > 0 and words[start - 1] in ("in", "namespace", "ns", "from")


def _find_namespace(
    words: Sequence[str], spaces: set[str], name: _Span | None, names: set[tuple[str, ...]]
) -> tuple[_Span | None, str, bool]:
    """The namespace that is named, and whether it was told as one; one that merely occurs only helps to choose."""
    for index, word in enumerate(words):
        head, slash, tail = word.partition("/")
        if slash and head in spaces and (tail,) in names:
            return None, head, True
        following = words[index + 1 : index + 2]
        marker = word in ("namespace", "ns") and following and following[0] not in CHATTER
        if marker:
            return _Span(index, index + 2, following[0]), following[0], True
        if word in ("namespace", "ns") and index and words[index - 1] in spaces:
            return _Span(index - 1, index + 1, words[index - 1]), words[index - 1], True
    for index, word in enumerate(words):
        weak = word in KNOWN and not _says_where(words, index)
        if word in spaces and not weak and not (name is not None and name.covers(index)):
            return _Span(index, index + 1, word), word, _says_where(words, index)
    return None, "", False


def _unknown(words: Sequence[str], left: list[int], kind: _Span | None) -> str:
    """The word that was probably meant as a name: beside the kind, else after "my" or "the", else the first."""
    if not left:
        return ""

    def rank(index: int) -> tuple[bool, bool, int]:
        beside = kind is not None and (index == kind.end or index == kind.start - 1)
        return not beside, not (index and words[index - 1] in _BEFORE_A_NAME), index

    return words[min(left, key=rank)]


def _near(said: str, views: Sequence[RequestView]) -> tuple[RequestView, ...]:
    by_name = {alias: view for view in reversed(views) for alias in _aliases(view)}
    close = difflib.get_close_matches(said, sorted(by_name), n=_SUGGESTED, cutoff=_ALIKE)
    if not close:
        close = [name for name in sorted(by_name) if said and (said in name or name in said)][:_SUGGESTED]
    return tuple({id(by_name[name]): by_name[name] for name in close}.values())


def _is_plural(words: Sequence[str], kind: _Span | None) -> bool:
    return kind is not None and words[kind.end - 1].endswith("s") and not words[kind.end - 1].endswith("ss")
