"""Where in a question a name, a kind or a namespace of the cluster stands. Pure.

Words of the cluster are hostile: a request may be called "ready" or "why". Such a name counts only where it stands as a
name, and only if the question still asks something without it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from hctl.reading.views import RequestView

from .intents import Topic, read_intent
from .vocabulary import CHATTER, COLLECTIVE, KNOWN
from .words import Question, mend, split

__all__ = ["BEFORE_A_NAME", "JOINING", "Group", "KindWords", "Span", "Spans", "aliases", "find_spans", "is_plural"]

BEFORE_A_NAME: Final = frozenset(
    ("is", "are", "of", "for", "my", "our", "the", "about", "does", "did", "was", "to", "called", "named", "why")
)
_SAYS_WHERE: Final = ("in", "namespace", "ns", "from")
_MARKS: Final = ("namespace", "ns")
JOINING: Final = frozenset(("and", "or", "plus", "nor"))
_JOINED: Final = 2


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


class Span(Struct, frozen=True):
    """Words of a question: from start, up to but not including end."""

    start: int
    end: int

    def covers(self, index: int) -> bool:
        """Whether a word is one of them."""
        return self.start <= index < self.end


class Group(Struct, frozen=True):
    """One place of a question at which a request is named.

    Attributes:
        span: Its words.
        names: What may be meant; more than one if names overlap, so that no longer name can hide a shorter one.
        spaces: The namespaces that are said of this name, if the question says several of its names.
    """

    span: Span
    names: frozenset[str]
    spaces: frozenset[str] = frozenset()


class Spans(Struct, frozen=True):
    """What of a cluster stands in a question.

    Attributes:
        groups: The names, each once.
        kind: The kind that is named.
        kind_span: Where, if by a word of its own.
        namespace: The namespace that is named; may not exist.
        namespace_span: Where, if by a word of its own.
        told: Whether it was said to be a namespace; one that merely occurs only helps to choose.
        spaces: Every namespace that is said, if there are several; the first of them is `namespace`.
        space_words: Where the words of these are.
    """

    groups: tuple[Group, ...] = ()
    kind: KindWords | None = None
    kind_span: Span | None = None
    namespace: str = ""
    namespace_span: Span | None = None
    told: bool = False
    spaces: tuple[str, ...] = ()
    space_words: frozenset[int] = frozenset()

    def claimed(self, index: int) -> bool:
        """Whether a word names something."""
        if index in self.space_words:
            return True
        spans = [self.kind_span, self.namespace_span, *(group.span for group in self.groups)]
        return any(span is not None and span.covers(index) for span in spans)

    def mask(self, words: Sequence[str]) -> list[str]:
        """The words without what names something; how many are meant stays of a kind, and @ of a namespace."""
        stands_for = "requests" if is_plural(words, self.kind_span) else "_"

        def masked(index: int, word: str) -> str:
            if self.kind_span is not None and self.kind_span.covers(index):
                return stands_for
            if index in self.space_words or (self.namespace_span is not None and self.namespace_span.covers(index)):
                return "@"
            return "_" if self.claimed(index) else word

        return [masked(index, word) for index, word in enumerate(words)]


def aliases(view: RequestView) -> set[str]:
    """Every name a request answers to, as the words of a question are spelled."""
    return {" ".join(split(alias)) for alias in view.aliases} - {""}


def is_plural(words: Sequence[str], span: Span | None) -> bool:
    """Whether the word at a place is a plural."""
    return span is not None and words[span.end - 1].endswith("s") and not words[span.end - 1].endswith("ss")


def find_spans(question: Question, views: Sequence[RequestView], kinds: Sequence[KindWords]) -> Spans:
    """Find what of a cluster stands in a question.

    Args:
        question: The question.
        views: Every request that may be seen.
        kinds: Their kinds.
    """
    words = question.words
    names = {alias for view in views for alias in aliases(view)}
    spaces = {view.namespace.lower() for view in views} - {""}
    keep = {part for name in names for part in name.split()} | spaces
    kind_span, kind = _find_kind(mend(words, keep), kinds)
    groups = _find_names(question, names, keep, kind_span)
    if len(groups) > 1:
        # "Is media in apps ok?": apps is where it is, even if a request is called so too.
        groups = [group for group in groups if not (_says_where(words, group.span.start) and group.names & spaces)]
    space_span, space, told = _find_namespace(question, spaces, groups, names)
    if space_span is not None:
        groups = [group for group in groups if not space_span.covers(group.span.start)]
    said = _said_namespaces(words, spaces, groups)
    several = tuple(dict.fromkeys(said.values()))
    if len(several) > 1:
        groups = _placed(groups, said, len(words))
        space, told = several[0], True
    else:
        said, several = {}, ()
    once = {(group.names, group.spaces): group for group in reversed(groups)}
    ordered = tuple(sorted(once.values(), key=lambda group: group.span.start))
    outside = frozenset(at for at in said if not any(group.span.covers(at) for group in groups))
    return Spans(ordered, kind, kind_span, space, space_span, told, several, outside)


def _said_namespaces(words: Sequence[str], spaces: set[str], groups: Sequence[Group]) -> dict[int, str]:
    """The namespaces that a question says, by the place of their word: "in apps or lab", "ns apps", "apps/web"."""
    said: dict[int, str] = {}
    for index, word in enumerate(words):
        head, slash, _ = word.partition("/")
        named = any(group.span.covers(index) for group in groups)
        if named and slash and head in spaces:
            said[index] = head
        elif word in spaces and not named:
            before = words[index - 1] if index else ""
            after = words[index + 1] if index + 1 < len(words) else ""
            joined = before in JOINING and index - _JOINED in said
            if before in _SAYS_WHERE or after in _MARKS or joined:
                said[index] = word
    return said


def _placed(groups: Sequence[Group], said: Mapping[int, str], end: int) -> list[Group]:
    """Give each name the namespaces that are said in it or behind it, before the next name; else all of them."""
    placed = []
    for index, group in enumerate(groups):
        following = groups[index + 1].span.start if index + 1 < len(groups) else end
        own = frozenset(space for at, space in said.items() if group.span.start <= at < following)
        placed.append(Group(group.span, group.names, own or frozenset(said.values())))
    return placed


def _places(words: Sequence[str], name: str) -> list[Span]:
    parts = name.split()
    size = len(parts)
    return [
        Span(start, start + size)
        for start in range(len(words) - size + 1)
        if words[start] == parts[0] and list(words[start : start + size]) == parts
    ]


def _find_kind(words: Sequence[str], kinds: Sequence[KindWords]) -> tuple[Span | None, KindWords | None]:
    """The kind whose name stands in the question; none if several do."""
    found: list[tuple[int, Span, KindWords]] = []
    for kind in kinds:
        for name in kind.words:
            found += [(span.end - span.start, span, kind) for span in _places(words, name)]
    for start, word in enumerate(words):
        head, slash, _ = word.partition("/")
        found += [(0, Span(start, start), kind) for kind in kinds if slash and head in kind.words]
    if not found or len({kind.resource for _, _, kind in found}) > 1:
        return None, None
    size, span, kind = max(found, key=lambda entry: (entry[0], entry[1].start))
    return (span if size else None), kind


def _find_names(question: Question, names: Iterable[str], keep: set[str], kind: Span | None) -> list[Group]:
    words = question.words
    strong: list[tuple[Span, str]] = []
    weak: list[tuple[Span, str]] = []
    for name in names:
        parts = name.split()
        plain = all(part in KNOWN for part in parts) and not all(part in question.quoted for part in parts)
        (weak if plain else strong).extend((span, name) for span in _places(words, name))
    for index, word in enumerate(words):
        _, slash, tail = word.rpartition("/")
        if slash and tail in names:
            strong.append((Span(index, index + 1), tail))
    strong = [entry for entry in strong if kind is None or not kind.covers(entry[0].start) or len(words) == 1]
    if not strong:
        # In the order of the question; of names that are words of ours only one, for the others are those words.
        weak.sort(key=lambda entry: (entry[0].start, entry[1]))
        strong = [entry for entry in weak if _stands_as_name(words, entry[0], keep, kind)][:1]
    return _grouped(strong)


def _stands_as_name(words: Sequence[str], span: Span, keep: set[str], kind: Span | None) -> bool:
    # "Are two vclusters ready?" asks about many, and names none; "is the ready vcluster ok?" names one.
    if kind is not None and (kind.start == span.end or (kind.end == span.start and not is_plural(words, kind))):
        return True
    if not span.start or words[span.start - 1] not in BEFORE_A_NAME - {"are"}:
        return False
    if any(word in CHATTER or word in COLLECTIVE for word in words[span.start : span.end]):
        # "Is everything ok?" asks about everything, whatever somebody called a request.
        return False
    without = read_intent([*words[: span.start], "_", *words[span.end :]], keep)
    return without.topic is not Topic.OTHER and not without.plural


def _grouped(found: Iterable[tuple[Span, str]]) -> list[Group]:
    groups: list[Group] = []
    for span, name in sorted(found, key=lambda entry: (entry[0].start, -entry[0].end, entry[1])):
        last = groups[-1] if groups else None
        if last is not None and span.start < last.span.end:
            groups[-1] = Group(Span(last.span.start, max(last.span.end, span.end)), last.names | {name})
        else:
            groups.append(Group(span, frozenset((name,))))
    return groups


def _says_where(words: Sequence[str], start: int) -> bool:
    return start > 0 and words[start - 1] in _SAYS_WHERE


def _find_namespace(
    question: Question, spaces: set[str], groups: Sequence[Group], names: set[str]
) -> tuple[Span | None, str, bool]:
    words = question.words
    for index, word in enumerate(words):
        head, slash, tail = word.partition("/")
        if slash and head in spaces and tail in names:
            return None, head, True
        if word not in _MARKS:
            continue
        if index and words[index - 1] in spaces:
            return Span(index - 1, index + 1), words[index - 1], True
        following = words[index + 1] if index + 1 < len(words) else ""
        if following and (following in spaces or following not in CHATTER):
            return Span(index, index + 2), following, True
    for index, word in enumerate(words):
        says_where = _says_where(words, index)
        named = any(group.span.covers(index) for group in groups)
        if word in spaces and not named and (says_where or word not in KNOWN or word in question.quoted):
            return Span(index, index + 1), word, says_where
    return None, "", False
