"""The catalogue is the plan's, and merging it takes nothing away from anybody."""

import pytest

from platform_status_assistant.retrieval.catalogue import (
    AGES,
    QUERY_CATALOG,
    TOPIC_KEYWORDS,
    CatalogueError,
    Query,
    choose,
    merge_into,
)
from platform_status_assistant.retrieval.formats import FORMAT_HANDLERS


def test_the_queries_of_the_plan_are_word_for_word_the_plans() -> None:
    assert QUERY_CATALOG["platform_status"] == [
        ("VCluster readiness", "platform_vcluster_ready", "platform_ready"),
        ("VCluster phase", "platform_vcluster_phase == 1", "platform_phase"),
        ("VCluster pod health", "platform_vcluster_pods_ready / platform_vcluster_pods_total", "platform_pod_ratio"),
    ]


def test_the_keywords_of_the_plan_choose_the_plans_topics() -> None:
    plan = {
        "vcluster": {"platform_status", "pods"},
        "platform": {"platform_status", "nodes", "pods"},
        "golden path": {"platform_status"},
        "ready": {"platform_status", "pods"},
    }
    assert {word: topics for word, topics in TOPIC_KEYWORDS.items() if word in plan} == plan
    assert all(TOPIC_KEYWORDS[word] == {"platform_resources"} for word in TOPIC_KEYWORDS.keys() - plan.keys())


def test_every_query_has_a_handler_and_every_topic_an_age() -> None:
    assert {kind for queries in QUERY_CATALOG.values() for _, _, kind in queries} == set(FORMAT_HANDLERS)
    assert AGES.keys() == QUERY_CATALOG.keys()


def test_merging_adds_ours_and_keeps_theirs() -> None:
    theirs: list[Query] = [("Pods", "kube_pod_status_phase", "phase_count")]
    catalog = {"pods": theirs}
    keywords = {"ready": {"deployments"}, "disk": {"nodes"}}
    missing = merge_into(catalog, keywords)
    assert catalog == {"pods": theirs, **QUERY_CATALOG}
    assert keywords == {**TOPIC_KEYWORDS, "ready": {"deployments", "platform_status", "pods"}, "disk": {"nodes"}}
    assert missing == ("deployments", "nodes")


def test_merging_twice_is_merging_once() -> None:
    once: dict[str, list[Query]] = {}
    words: dict[str, set[str]] = {}
    assert merge_into(once, words) == ("nodes", "pods")
    twice, again = dict(once), dict(words)
    merge_into(twice, again)
    assert (twice, again) == (once, words)


def test_a_merged_catalogue_is_no_window_into_ours() -> None:
    catalog: dict[str, list[Query]] = {}
    keywords: dict[str, set[str]] = {}
    merge_into(catalog, keywords)
    catalog["platform_status"].clear()
    keywords["ready"].clear()
    assert len(QUERY_CATALOG["platform_status"]) == 3
    assert TOPIC_KEYWORDS["ready"] == {"platform_status", "pods"}


def test_a_topic_with_other_queries_is_not_overwritten() -> None:
    catalog: dict[str, list[Query]] = {"platform_status": [("Theirs", "up", "count")]}
    keywords: dict[str, set[str]] = {}
    with pytest.raises(CatalogueError, match="topic 'platform_status': the catalogue has 1 queries of its own"):
        merge_into(catalog, keywords)
    assert catalog == {"platform_status": [("Theirs", "up", "count")]}
    assert keywords == {}


def test_a_topic_of_the_older_pipeline_gives_way_where_it_is_named() -> None:
    theirs: list[Query] = [("VCluster pod health", "platform_vcluster_pods_ready", "platform_pods")]
    catalog = {"platform_status": theirs, "pods": theirs}
    keywords = {"vcluster": {"platform_status", "pods"}, "cli": {"platform_status"}, "ram": {"pods"}}
    assert merge_into(catalog, keywords, replace={"platform_status"}) == ("nodes",)
    assert catalog == {**QUERY_CATALOG, "pods": theirs}
    # Found as parts of words, theirs and ours choose topics that nobody asked about.
    question = "I already wrote a program for clients"
    assert {word for word in keywords if word in question} == {"cli", "ram", "ready"}
    assert choose(question, keywords) == ()
    assert choose("Which VCluster does the CLI show?", keywords) == ("platform_status", "pods")


def test_a_keyword_without_a_set_is_named_before_anything_changes() -> None:
    catalog: dict[str, list[Query]] = {}
    with pytest.raises(CatalogueError, match="keyword 'ready': found list, expected a set of topics"):
        merge_into(catalog, {"ready": ["pods"]})  # type: ignore[dict-item]  # what others may have
    assert catalog == {}


def test_plain_updates_do_the_same_as_the_plan_does_them() -> None:
    catalog: dict[str, list[Query]] = {"pods": []}
    catalog |= QUERY_CATALOG
    assert catalog.keys() == {"pods", "platform_status", "platform_resources"}
