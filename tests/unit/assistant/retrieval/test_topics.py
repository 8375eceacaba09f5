"""Which topics a question chooses: whole words, any case, plurals, several words, always in the same order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_assistant.retrieval.catalogue import TOPIC_KEYWORDS, choose, words_of
from tests.unit.rules.settings import quick


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("Is my media vCluster working?", ("platform_status", "pods")),
        ("Are all VCLUSTERS ready?", ("platform_status", "pods")),
        ("How is the platform?", ("platform_status", "nodes", "pods")),
        ("Which golden paths are there?", ("platform_status",)),
        ("golden-path status", ("platform_status",)),
        ("golden\tpath", ("platform_status",)),
        ("Is anything degraded on the platform?", ("platform_resources", "platform_status", "nodes", "pods")),
        ("list golden path resources", ("platform_resources", "platform_status")),
        ("the vcluster's API", ("platform_status", "pods")),
        ("vcluster-media", ("platform_status", "pods")),
        ("It is already there", ()),
        ("readiness", ()),
        ("platforming", ()),
        ("a golden opportunity on the path", ()),
        ("platform_vcluster_ready", ()),
        ("", ()),
    ],
)
def test_a_question_chooses_its_topics(question: str, topics: tuple[str, ...]) -> None:
    assert choose(question) == topics


def test_the_order_is_that_of_the_question() -> None:
    assert choose("kratix, then vcluster")[0] == "platform_resources"
    assert choose("vcluster, then kratix")[0] == "platform_status"


def test_only_the_beginning_of_a_long_question_is_read() -> None:
    assert choose("x " * 4000 + "vcluster") == ()


def test_an_empty_keyword_chooses_nothing() -> None:
    assert choose("anything", {" ": {"all"}, "c++": {"code"}}) == ()
    assert choose("is c++ fine?", {"c++": {"code"}}) == ("code",)


@quick
@given(st.text())
def test_any_text_chooses_known_topics_and_always_the_same(question: str) -> None:
    topics = choose(question)
    assert set(topics) <= set().union(*TOPIC_KEYWORDS.values())
    assert choose(question, dict(reversed(TOPIC_KEYWORDS.items()))) == topics


def test_whatever_could_be_a_name_is_found() -> None:
    assert words_of("Is team-a's Media.v2 ready?") == {"is", "team-a", "s", "media.v2", "ready"}
