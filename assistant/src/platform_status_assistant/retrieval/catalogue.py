"""The queries of each topic, and the keywords by which a question selects topics; any pipeline can merge both.

A query is (label, PromQL, format); `formats` defines the formats. Topics in the keywords that this catalogue lacks,
such as ``pods``, belong to the merging pipeline.
"""

import re
from collections.abc import Collection, Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Final

from platform_status_contract.rules.texts import clean

__all__ = ["AGES", "QUERY_CATALOG", "TOPIC_KEYWORDS", "CatalogueError", "Query", "choose", "merge_into", "words_of"]

Query = tuple[str, str, str]

_MAX_TEXT = 4000
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)
_OTHERS: Final = '{kind!="VClusterOrchestratorV2"}'

QUERY_CATALOG: dict[str, list[Query]] = {
    "platform_status": [
        ("VCluster readiness", "platform_vcluster_ready", "platform_ready"),
        ("VCluster phase", "platform_vcluster_phase == 1", "platform_phase"),
        ("VCluster pod health", "platform_vcluster_pods_ready / platform_vcluster_pods_total", "platform_pod_ratio"),
    ],
    "platform_resources": [
        ("Phase of other resources", f"platform_resource_phase{_OTHERS} == 1", "platform_phase"),
        (
            "Pod health of other resources",
            f"platform_resource_pods_ready{_OTHERS} / platform_resource_pods{_OTHERS}",
            "platform_pod_ratio",
        ),
        (
            "Why resources of any kind are not Ready",
            'platform_resource_reason{reason!~"AllHealthy|Tolerating"} == 1',
            "platform_reason",
        ),
    ],
}
"""Topic -> its queries. The first topic has vclusters, by the plan's metrics; the second has every other kind."""

AGES: Final[dict[str, str]] = {
    "platform_status": "timestamp(platform_vcluster_ready)",
    "platform_resources": "timestamp(platform_resource_info)",
}
"""Topic -> query for the scrape time: one series per request, because all series of a request are scraped together."""

TOPIC_KEYWORDS: dict[str, set[str]] = {
    "vcluster": {"platform_status", "pods"},
    "platform": {"platform_status", "nodes", "pods"},
    "golden path": {"platform_status"},
    "ready": {"platform_status", "pods"},
    "promise": {"platform_resources"},
    "kratix": {"platform_resources"},
    "degraded": {"platform_resources"},
    "golden path resource": {"platform_resources"},
}
"""Word or words of a question -> the topics that they select; the first four rows are the plan's."""


class CatalogueError(ValueError):
    """A catalogue cannot be merged; it is unchanged."""


def merge_into(
    catalog: MutableMapping[str, list[Query]],
    keywords: MutableMapping[str, set[str]] | None = None,
    replace: Collection[str] = (),
) -> tuple[str, ...]:
    """Add our queries and keywords to those of a pipeline; its own entries are unchanged.

    Args:
        catalog: Topic -> queries; receives copies of ours.
        keywords: Word -> topics; our topics are added to those of an existing word.
        replace: Topics whose queries are replaced by ours.

    Returns:
        Topics in the keywords that the catalogue lacks, sorted; a pipeline must skip these.

    Raises:
        CatalogueError: The catalogue has one of our topics with other queries, or the value of a keyword is not a set.
    """
    for topic, queries in QUERY_CATALOG.items():
        if topic in catalog and topic not in replace and [tuple(query) for query in catalog[topic]] != queries:
            raise CatalogueError(
                f"topic {topic!r}: the catalogue has {len(catalog[topic])} queries of its own under this name, "
                f"expected none or the {len(queries)} of platform_status_assistant; rename one of them, or "
                "give its name in replace"
            )
    words = {} if keywords is None else keywords
    for word in TOPIC_KEYWORDS:
        if word in words and not isinstance(words[word], AbstractSet):
            raise CatalogueError(
                f"keyword {word!r}: found {clean(type(words[word]).__name__)}, expected a set of topics; make it one"
            )
    for topic, queries in QUERY_CATALOG.items():
        catalog[topic] = list(queries)
    for word, topics in TOPIC_KEYWORDS.items() if keywords is not None else ():
        words[word] = set(words.get(word, ())) | topics
    return tuple(sorted({topic for topics in words.values() for topic in topics} - catalog.keys()))


def choose(question: str, keywords: Mapping[str, AbstractSet[str]] = TOPIC_KEYWORDS) -> tuple[str, ...]:
    """Return the topics of a question, in the order of their words; the same for the same words.

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
