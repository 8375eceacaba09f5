"""Which request a question means, by the names, kinds and namespaces that stand in it. Pure."""

import difflib
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from hctl.reading.views import RequestView
from hctl.texts import inert

from .intents import Intent, Topic, read_intent
from .phrases import quoted
from .spans import BEFORE_A_NAME, JOINING, Group, KindWords, Spans, aliases, find_spans, is_plural
from .vocabulary import KNOWN
from .words import Question, mend

__all__ = ["KindWords", "Meant", "Which", "find_meant"]

_SUGGESTED: Final = 3
_MOST: Final = 10
_ALIKE: Final = 0.5
_BESIDES: Final = re.compile(
    r"[^_]*\b(?:except(?:ing)?(?: for)?|excluding|besides?|(?:apart|aside) from|other than|not counting|but(?: for)?)"
    r"(?: the| my| our)? _"
)
"""A question whose first name is one that it leaves out."""
_A_NUMBER: Final = re.compile(r"\d{1,9}(?:[.:/]\d{1,9})?(?:s|m|min|mins|h|hrs?|d|%)?")
"""Such as the 10 of "10 minutes" and "3/3": the name of nothing, unless there is a request of that name."""


class Which(StrEnum):
    """How the search for a request ended."""

    ONE = "one"
    SEVERAL = "several"
    MANY = "many"
    UNKNOWN = "unknown"
    UNNAMED = "unnamed"
    NOTHING = "nothing"


class Meant(Struct, frozen=True):
    """What a question is about.

    Attributes:
        intent: What it wants to know, now that names are known.
        which: How the search for one request ended: several of one name, many names, an unknown name, no name, or
            nothing there.
        chosen: The request, if it is one.
        among: Every request that it may be about: of the kind and namespace that it names; all if it names none.
        candidates: Those to choose from: of that name, of the nearest names, or all.
        said: The word that names nothing here; empty if there is none.
        kind: The kind that the question names, for people; may be empty.
        namespace: The namespace that the question names, or several with commas between; may be empty.
        besides: Names of the requests that the question leaves out, with commas between; may be empty.
    """

    intent: Intent
    which: Which = Which.UNNAMED
    chosen: RequestView | None = None
    among: tuple[RequestView, ...] = ()
    candidates: tuple[RequestView, ...] = ()
    said: str = ""
    kind: str = ""
    namespace: str = ""
    besides: str = ""

    @property
    def where(self) -> str:
        """What it is confined to, to be put behind a noun; empty if that is nothing."""
        besides = f" besides {quoted(self.besides, 200)}" if self.besides else ""
        if not self.namespace:
            return besides
        several = "s" if ", " in self.namespace else ""
        return f" in namespace{several} {quoted(self.namespace, 200)}{besides}"


def find_meant(question: Question, views: Sequence[RequestView], kinds: Sequence[KindWords]) -> Meant:
    """Find what a question is about.

    Args:
        question: The question.
        views: Every request that may be seen.
        kinds: Their kinds.
    """
    words = question.words
    spans = find_spans(question, views, kinds)
    keep = {part for view in views for alias in aliases(view) for part in alias.split()}
    keep |= {view.namespace.lower() for view in views}
    mended = mend(words, keep)
    left = [
        index
        for index, word in enumerate(mended)
        if word not in KNOWN and not _A_NUMBER.fullmatch(word) and not spans.claimed(index)
    ]
    within = spans.spaces or (spans.namespace,)
    among = tuple(
        view
        for view in views
        if (spans.kind is None or view.resource == spans.kind.resource)
        and (not spans.told or view.namespace.lower() in within)
    )
    masked = spans.mask(words)
    meant = Meant(
        read_intent(masked, keep),
        among=among,
        kind=spans.kind.label if spans.kind else "",
        namespace=inert(", ".join(within), 100) if spans.told else "",
    )
    if not spans.groups:
        return _nameless(meant, words, left, views, spans)
    beside = _joined_stranger(words, left, spans)
    if beside:
        return _unknown(meant, beside, views)
    called = [_called(group, among, spans) for group in spans.groups]
    if meant.intent.plural and meant.intent.topic in (Topic.WORKING, Topic.BROKEN) and _BESIDES.match(" ".join(masked)):
        return _all_besides(meant, called)
    if len(called) > 1:
        return _many(meant, called, left)
    return _named(meant, called[0], spans.groups[0], views, left)


def _called(group: Group, among: Sequence[RequestView], spans: Spans) -> list[RequestView]:
    """The requests that a name means."""
    found = [view for view in among if group.names & aliases(view)]
    if group.spaces:
        return [view for view in found if view.namespace.lower() in group.spaces]
    if spans.namespace and not spans.told and len(found) > 1:
        found = [view for view in found if view.namespace.lower() == spans.namespace] or found
    # In one namespace metadata.name decides, as everywhere in hctl.
    exact = [view for view in found if view.name.lower() in group.names]
    alone = len({view.namespace for view in found}) == 1 and len(group.names) == 1
    return exact if alone and len(exact) == 1 else found


def _named(
    meant: Meant, called: list[RequestView], group: Group, views: Sequence[RequestView], left: list[int]
) -> Meant:
    meant = _about(meant, _one_topic(meant.intent, left))
    if meant.intent.topic is Topic.OTHER:
        return meant
    if len(called) == 1:
        return msgspec.structs.replace(meant, which=Which.ONE, chosen=called[0], candidates=tuple(called))
    if called:
        return msgspec.structs.replace(meant, which=Which.SEVERAL, candidates=tuple(called[:_MOST]))
    elsewhere = tuple(view for view in views if group.names & aliases(view))[:_MOST]
    said = inert(min(group.names), 100)
    return msgspec.structs.replace(meant, which=Which.UNKNOWN, candidates=elsewhere, said=said)


def _many(meant: Meant, called: list[list[RequestView]], left: list[int]) -> Meant:
    """Several names: how they all are can be told at once, anything else only of one at a time."""
    intent = _one_topic(meant.intent, left)
    every = tuple({id(view): view for found in called for view in found}.values())
    if intent.topic is Topic.WORKING and all(called):
        overview = msgspec.structs.replace(intent, topic=Topic.BROKEN, plural=True)
        return msgspec.structs.replace(meant, intent=overview, which=Which.MANY, among=every)
    if intent.topic is Topic.OTHER:
        return _about(meant, intent)
    return msgspec.structs.replace(meant, intent=intent, which=Which.MANY, candidates=every[:_MOST])


def _all_besides(meant: Meant, called: list[list[RequestView]]) -> Meant:
    """Everything but those that are named: "is anything besides web broken?"."""
    left_out = {id(view): view for found in called for view in found}
    names = tuple(dict.fromkeys(view.called for view in left_out.values()))
    return msgspec.structs.replace(
        meant,
        intent=msgspec.structs.replace(meant.intent, topic=Topic.BROKEN, yes_or_no=False),
        among=tuple(view for view in meant.among if id(view) not in left_out),
        besides=inert(", ".join(names), 200),
    )


def _one_topic(intent: Intent, left: list[int]) -> Intent:
    """What is asked of something that is named: "any problems with media?" is about media alone."""
    if intent.topic is Topic.OTHER and not intent.order and not left:
        # "media?", "my media vcluster pls": whoever says a name and nothing else wants to know how it is.
        return Intent(Topic.WORKING)
    return msgspec.structs.replace(intent, topic=Topic.WORKING) if intent.topic is Topic.BROKEN else intent


def _nameless(meant: Meant, words: Sequence[str], left: list[int], views: Sequence[RequestView], spans: Spans) -> Meant:
    intent = meant.intent
    if spans.namespace_span is not None and not spans.told:
        inside = tuple(view for view in meant.among if view.namespace.lower() == spans.namespace)
        meant = msgspec.structs.replace(meant, among=inside, namespace=spans.namespace)
    if intent.topic is Topic.OTHER:
        if intent.order or left or not (meant.kind or meant.namespace):
            return meant
        # "vclusters?"
        intent = Intent(Topic.BROKEN, plural=True)
    said = _stranger(words, left, spans)
    if intent.topic is Topic.BROKEN:
        return msgspec.structs.replace(_about(meant, intent), said=said)
    if said:
        return _unknown(meant, said, meant.among or views)
    if len(meant.among) == 1:
        chosen = meant.among[0]
        return msgspec.structs.replace(meant, which=Which.ONE, chosen=chosen, candidates=meant.among)
    if intent.topic is Topic.WORKING and (intent.plural or is_plural(words, spans.kind_span)):
        return _about(meant, msgspec.structs.replace(intent, topic=Topic.BROKEN, plural=True))
    which = Which.UNNAMED if meant.among else Which.NOTHING
    return msgspec.structs.replace(meant, which=which, candidates=meant.among[:_MOST])


def _about(meant: Meant, intent: Intent) -> Meant:
    return msgspec.structs.replace(meant, intent=intent)


def _unknown(meant: Meant, said: str, views: Sequence[RequestView]) -> Meant:
    return msgspec.structs.replace(meant, which=Which.UNKNOWN, candidates=_near(said, views), said=inert(said, 100))


def _joined_stranger(words: Sequence[str], left: list[int], spans: Spans) -> str:
    """The unknown name in "are media and foo up?"; an answer about media alone would not be one."""
    for group in spans.groups:
        after, before = group.span.end, group.span.start - 1
        if after + 1 in left and words[after] in JOINING:
            return words[after + 1]
        if before - 1 in left and words[before] in JOINING:
            return words[before - 1]
    return ""


def _stranger(words: Sequence[str], left: list[int], spans: Spans) -> str:
    """The word that was probably meant as a name: beside the kind, else after "my" or "the", else the first."""
    if not left:
        return ""
    kind = spans.kind_span

    def rank(index: int) -> tuple[bool, bool, int]:
        beside = kind is not None and index in (kind.end, kind.start - 1)
        return not beside, not (index and words[index - 1] in BEFORE_A_NAME), index

    return inert(words[min(left, key=rank)], 100)


def _near(said: str, views: Sequence[RequestView]) -> tuple[RequestView, ...]:
    by_name = {alias: view for view in reversed(views) for alias in aliases(view)}
    close = difflib.get_close_matches(said, sorted(by_name), n=_SUGGESTED, cutoff=_ALIKE)
    if not close:
        close = [name for name in sorted(by_name) if said and (said in name or name in said)][:_SUGGESTED]
    return tuple({id(by_name[name]): by_name[name] for name in close}.values())
