"""Selects the topics of a question by its words; the result is deterministic, with a fixed order."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache

from .catalogue import QUERY_CATALOG, TOPIC_KEYWORDS

__all__ = ["choose", "words_of"]

_MAX_TEXT = 4000
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)


def choose(question: str, keywords: Mapping[str, AbstractSet[str]] = TOPIC_KEYWORDS) -> tuple[str, ...]:
    """Return the topics of a question, in the order of their words.

    A keyword matches as a whole word, in any case and with a plural s; its words may be joined by spaces or hyphens.
    Of keywords at the same place the longer is first; of the topics of one keyword ours are first, then the others by
    name.

    Args:
        question: Any text; only its first 4,000 characters are read.
        keywords: Word or words -> topics.
    """
    head = question[:_MAX_TEXT].casefold()
    found: list[tuple[int, int, str]] = []
    for keyword in keywords:
        match = _pattern(keyword).search(head) if keyword.strip() else None
        if match:
            found.append((match.start(), -len(keyword), keyword))
    ordered = (topic for _, _, keyword in sorted(found) for topic in sorted(keywords[keyword], key=_ours_first))
    return tuple(dict.fromkeys(ordered))


def words_of(question: str) -> frozenset[str]:
    """Return all words of a question that could be names in Kubernetes, in lower case."""
    return frozenset(_NAME.findall(question[:_MAX_TEXT].lower()))


def _ours_first(topic: str) -> tuple[bool, str]:
    return topic not in QUERY_CATALOG, topic


@cache
def _pattern(keyword: str) -> re.Pattern[str]:
    joined = r"[\s-]+".join(re.escape(word) for word in keyword.casefold().split())
    return re.compile(rf"(?<!\w){joined}(?:e?s)?(?!\w)")
