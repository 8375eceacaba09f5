"""Which request a question means: the cluster's names against people's words."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hctl.reading.views import RequestView
from platform_status_assistant.ask.intents import Topic
from platform_status_assistant.ask.names import Which, find_meant
from platform_status_assistant.ask.words import read_question
from tests.unit.hctl.golden import judged
from tests.unit.hctl.requests import request
from tests.unit.hctl.settings import quick

from .cases import KINDS


def _view(name: str, namespace: str = "team-a", **differing: Any) -> RequestView:  # noqa: ANN401 - JSON
    found = request("Ready", name=name, namespace=namespace)
    found["spec"]["name"] = differing.get("spec", name)
    found["status"]["contract"]["name"] = differing.get("contract", name)
    return judged(found).view


def _meant(text: str, *views: RequestView) -> tuple[Which, list[str]]:
    meant = find_meant(read_question(text), views, KINDS)
    return meant.which, sorted(f"{view.namespace}/{view.name}" for view in meant.candidates)


MEDIA, SHOP = _view("media"), _view("shop", "team-b")


@pytest.mark.parametrize(
    "text",
    [
        "is media ok",
        "Is MEDIA ok",
        "is the media vcluster ok",
        "is vcluster media ok",
        "is 'media' ok",
        "is team-a/media ok",
        "is vcluster/media ok",
        "is media in team-a ok",
        "is media in namespace team-a ok",
        "media, is it ok?",
        "is my virtual cluster media ok",
        "is media's api up",
    ],
)
def test_a_name_is_found_however_it_is_put(text: str) -> None:
    assert _meant(text, MEDIA, SHOP) == (Which.ONE, ["team-a/media"])


def test_every_name_that_a_request_answers_to_is_found() -> None:
    odd = _view("vc-7f3a", spec="gaming", contract="gaming-box")
    for text in ("is vc-7f3a ok", "is gaming ok", "is gaming-box ok"):
        assert _meant(text, odd, SHOP) == (Which.ONE, ["team-a/vc-7f3a"])


def test_in_one_namespace_the_real_name_decides() -> None:
    assert _meant("is media ok", MEDIA, _view("other", spec="media", contract="media")) == (
        Which.ONE,
        ["team-a/media"],
    )


def test_a_longer_name_cannot_hide_a_shorter_one() -> None:
    hiding = _view("x", "evil", spec="my media vcluster", contract="my media vcluster")
    assert _meant("is my media vcluster working?", MEDIA, hiding) == (Which.SEVERAL, ["evil/x", "team-a/media"])


@pytest.mark.parametrize("word", ["working", "is", "my", "vcluster", "ok", "everything", "which"])
def test_a_name_that_is_a_word_of_ours_takes_no_question_over(word: str) -> None:
    assert _meant("is my media vcluster working?", MEDIA, _view(word, "evil")) == (Which.ONE, ["team-a/media"])
    meant = find_meant(read_question("is everything ok?"), [MEDIA, SHOP, _view(word, "evil")], KINDS)
    assert meant.intent.topic is Topic.BROKEN
    assert len(meant.among) == 3


@pytest.mark.parametrize(
    "text", ["is ready ready?", "why is ready not ready?", "is ready broken", "is the ready vcluster ok"]
)
def test_a_name_that_is_a_word_of_ours_is_found_where_it_stands_as_a_name(text: str) -> None:
    assert _meant(text, MEDIA, _view("ready", "lab")) == (Which.ONE, ["lab/ready"])


def test_how_many_are_ready_is_about_all_whoever_is_called_ready() -> None:
    for text in ("how many vclusters are ready?", "which are ready", "are all of them ready"):
        meant = find_meant(read_question(text), [MEDIA, SHOP, _view("ready", "lab")], KINDS)
        assert (meant.intent.topic, len(meant.among)) == (Topic.BROKEN, 3), text


def test_a_word_of_ours_beside_a_plain_name_is_the_word() -> None:
    assert _meant("why isn't media ready?", MEDIA, _view("ready", "lab")) == (Which.ONE, ["team-a/media"])


def test_a_namespace_chooses_between_namesakes() -> None:
    both = (_view("media", "team-a"), _view("media", "team-b"))
    assert _meant("is media ok", *both) == (Which.SEVERAL, ["team-a/media", "team-b/media"])
    for text in (
        "is media in team-b ok",
        "is team-b media ok",
        "is team-b/media ok",
        "media ns team-b ok?",
        "media (team-b)",
    ):
        assert _meant(text, *both) == (Which.ONE, ["team-b/media"]), text


TWINS = (_view("media", "team-a"), _view("media", "team-b"), _view("shop", "team-b"), _view("shop", "team-c"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("is media in team-a ok and media in team-b", "team-a/media team-b/media"),
        ("are team-a/media and team-b/media up", "team-a/media team-b/media"),
        ("is media in team-b fine and shop in team-c?", "team-b/media team-c/shop"),
        ("are team-a/media and team-c/shop up", "team-a/media team-c/shop"),
    ],
)
def test_each_name_has_the_namespace_that_is_said_of_it(text: str, found: str) -> None:
    meant = find_meant(read_question(text), TWINS, KINDS)
    assert (meant.which, meant.intent.topic) == (Which.MANY, Topic.BROKEN)
    assert sorted(f"{view.namespace}/{view.name}" for view in meant.among) == found.split()


@pytest.mark.parametrize("text", ["is media in team-a or team-b ok", "is media ok in team-a and in namespace team-b?"])
def test_a_name_with_two_namespaces_is_not_the_one_in_the_first(text: str) -> None:
    assert _meant(text, *TWINS) == (Which.SEVERAL, ["team-a/media", "team-b/media"])


def test_all_of_several_namespaces_are_meant() -> None:
    meant = find_meant(read_question("what is broken in team-a and team-c"), TWINS, KINDS)
    assert sorted(f"{view.namespace}/{view.name}" for view in meant.among) == ["team-a/media", "team-c/shop"]
    assert meant.where == ' in namespaces "team-a, team-c"'


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("is everything except media ok", "media"),
        ("is anything besides media broken?", "media"),
        ("are all ready apart from media and shop", "media, shop"),
        ("everything but media ok?", "media"),
    ],
)
def test_what_is_excepted_is_left_out_of_all(text: str, left_out: str) -> None:
    views = (MEDIA, SHOP, _view("wiki"))
    meant = find_meant(read_question(text), views, KINDS)
    assert (meant.which, meant.intent.topic, meant.besides) == (Which.UNNAMED, Topic.BROKEN, left_out)
    assert {view.name for view in meant.among} == {"media", "shop", "wiki"} - set(left_out.split(", "))
    assert meant.where == f' besides "{left_out}"'


@pytest.mark.parametrize(
    "text", ["media is ok but is shop", "is media ok, everything else but shop?", "media besides shop"]
)
def test_who_is_named_first_is_not_left_out(text: str) -> None:
    assert not find_meant(read_question(text), [MEDIA, SHOP], KINDS).besides


@pytest.mark.parametrize("text", ["are at least 5 vclusters ready?", "are none of the vclusters ready"])
def test_behind_many_of_a_kind_stands_no_name(text: str) -> None:
    meant = find_meant(read_question(text), [MEDIA, SHOP, _view("ready", "lab")], KINDS)
    assert (meant.which, meant.intent.topic, len(meant.among)) == (Which.UNNAMED, Topic.BROKEN, 3)


@pytest.mark.parametrize("text", ["did media change in the last 10 minutes", "are 3/3 pods of media up", "media 2h?"])
def test_a_number_is_no_name(text: str) -> None:
    assert _meant(text, MEDIA, SHOP) == (Which.ONE, ["team-a/media"])
    nameless = find_meant(read_question(text.replace("media", "it")), [MEDIA, SHOP], KINDS)
    assert nameless.said == ""


def test_a_request_may_be_called_by_a_number() -> None:
    assert _meant("is 10 ok", MEDIA, _view("10", "lab")) == (Which.ONE, ["lab/10"])


def test_a_namespace_of_the_same_name_is_no_second_name() -> None:
    assert _meant("is media in media ok", _view("media", "media"), SHOP) == (Which.ONE, ["media/media"])
    assert _meant("is media ok", _view("media", "media"), SHOP) == (Which.ONE, ["media/media"])


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    assert _meant("is my meda vcluster ok", MEDIA, SHOP) == (Which.UNKNOWN, ["team-a/media"])
    assert _meant("is grafana ok", MEDIA, SHOP) == (Which.UNKNOWN, [])
    assert _meant("is grafana ok", MEDIA) == (Which.UNKNOWN, []), "the only one is not meant by another's name"


def test_without_a_name_the_only_one_is_meant() -> None:
    assert _meant("is it working?", MEDIA) == (Which.ONE, ["team-a/media"])
    assert _meant("is it working?", MEDIA, SHOP) == (Which.UNNAMED, ["team-a/media", "team-b/shop"])
    assert _meant("is it working?") == (Which.NOTHING, [])


def test_several_names_are_all_heard() -> None:
    meant = find_meant(read_question("are media and shop up?"), [MEDIA, SHOP, _view("wiki")], KINDS)
    assert (meant.which, meant.intent.topic) == (Which.MANY, Topic.BROKEN)
    assert {view.name for view in meant.among} == {"media", "shop"}
    assert _meant("are media and grafana up?", MEDIA, SHOP)[0] is Which.UNKNOWN
    assert _meant("why are media and shop down?", MEDIA, SHOP)[0] is Which.MANY


def test_a_kind_narrows_and_excludes() -> None:
    assert _meant("is the media webapp ok", MEDIA, SHOP) == (Which.UNKNOWN, ["team-a/media"])
    meant = find_meant(read_question("which webapps are broken"), [MEDIA, SHOP], KINDS)
    assert (meant.kind, meant.among) == ("webapp", ())


@quick
@given(
    text=st.text(max_size=60) | st.sampled_from(["is media ok", "which are broken", "media/media", "in namespace"]),
    names=st.lists(st.text(max_size=12) | st.sampled_from(["media", "is", "my media", "a/b", "ready"]), max_size=4),
    space=st.text(max_size=8) | st.sampled_from(["media", "in", "team-a"]),
)
def test_any_question_about_any_names_means_something(text: str, names: list[str], space: str) -> None:
    views = [_view("media", space, spec=name, contract=name) for name in names]
    meant = find_meant(read_question(text), views, KINDS)
    assert (meant.chosen is not None) is (meant.which is Which.ONE)
    assert all(view in views for view in (*meant.among, *meant.candidates))


_PIECES = ("is", "media", "shop", "in", "team-a", "team-b", "team-c", "and", "or", "ns", "ok", "team-b/media", "broken")


@quick
@given(words=st.lists(st.sampled_from(_PIECES), max_size=10))
def test_what_is_said_of_several_namespaces_is_never_told_of_one_silently(words: list[str]) -> None:
    """A name that is in two of the namespaces that are said is either asked back, or all of them are looked at."""
    meant = find_meant(read_question(" ".join(words)), TWINS, KINDS)
    if meant.chosen is not None and "media" in words and {"team-a", "team-b"} <= set(words):
        spaces = [space for before, space in pairwise(words) if before in ("in", "ns") and space.startswith("team")]
        assert meant.chosen.name != "media" or len({*spaces} & {"team-a", "team-b"}) < 2, words
