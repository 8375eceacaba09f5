"""What a question wants to know: phrasings that people use, and the rule that each of them holds to account."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_assistant.ask.intents import Topic, read_intent
from platform_status_assistant.ask.vocabulary import KNOWN
from platform_status_assistant.ask.words import LONGEST, mend, read_question
from tests.unit.hctl.settings import quick

_KEEP: Final = {"media", "shop"}

PHRASINGS: Final = {
    Topic.WORKING: (
        ("Is my media vCluster working?", "the plan's own words"),
        ("is media up", "no mark, no kind"),
        ("media ready?", "no verb"),
        ("is meda wokring pls", "two typing errors, one of them in the name"),
        ("can i use media now", "use"),
        ("does media work", "does"),
        ("hows media doing", "no apostrophe"),
        ("how's media?", "an apostrophe"),
        ("status of media", "no question at all"),
        ("media stauts", "letters swapped"),
        ("is media ok", "ok"),
        ("is media alright thx", "chatter at the end"),
        ("hey can you tell me whether media is healthy", "chatter at the beginning"),
        ("is media down?", "the other way round"),
        ("is media borken", "the other way round, mistyped"),
        ("media isn't working", "a statement"),
        ("what about media", "nothing else"),
        ("is media fixed now?", "fixed"),
        ("can we trust media right now?", "trust"),
        ("media: OOM?", "a fault by its name"),
        ("has media recovered", "recovered"),
        ("could someone tell me how media is doing today?", "how, and the verb later"),
        ("is media reachable", "reachable is no address"),
        ("when will media be ready", "no oracle, but how it is now helps"),
    ),
    Topic.WHY: (
        ("why is media not ready?", "why"),
        ("why not", "of the only one"),
        ("why isnt media up", "no apostrophe"),
        ("whats wrong with media", "wrong with"),
        ("what is the problem with media", "a problem of one is a cause"),
        ("how come media is down", "how come"),
        ("reason media is degraded", "reason"),
        ("diagnose media", "an order that only reads"),
        ("explain media", "likewise"),
        ("how do i fix media", "fix"),
        ("what is media waiting for", "waiting"),
        ("root cause media?", "two words"),
        ("what blocks media", "blocks"),
        ("y is media broken", "one letter"),
    ),
    Topic.SINCE: (
        ("since when is media ready?", "since when"),
        ("how long has media been down", "how long"),
        ("when did media become ready", "when did"),
        ("media uptime", "uptime"),
        ("broken since?", "since at the end"),
        ("time since media went bad?", "time since"),
    ),
    Topic.CHECKED: (
        ("when did anyone last look at media", "looked, by somebody"),
        ("when was media last checked", "last checked"),
        ("last check of media?", "last check"),
        ("how fresh is the status of media", "fresh"),
        ("can i trust the status of media", "trust"),
        ("is media's status up to date", "up to date"),
        ("is the status of media stale?", "stale"),
    ),
    Topic.WHERE: (
        ("where is media?", "where"),
        ("where can i find the argocd app of media", "a page, not what is deployed"),
        ("wheres media", "no apostrophe"),
        ("whats the url of media", "url"),
        ("media endpoint pls", "endpoint"),
        ("media endpiont", "mistyped"),
        ("address of the api of media", "address"),
        ("how can i reach media", "reach"),
        ("link to media", "link"),
        ("namespace of media?", "namespace of"),
        ("in which namespace does media live", "which namespace"),
        ("whats the api server of media", "api server"),
        ("where do I see media in argocd", "a page, not a state"),
    ),
    Topic.LOGIN: (
        ("how do I log in to media?", "log in"),
        ("how do i login", "login"),
        ("kubeconfig for media", "kubeconfig"),
        ("kubconfig of media", "mistyped"),
        ("where is the kubeconfig of media", "where, but of the kubeconfig"),
        ("media credentials", "credentials"),
        ("give me the password of media", "it will get a name"),
        ("how do i connect to media", "connect"),
        ("how can i access media", "access"),
        ("which secret has the credentials of media", "which, but of a Secret"),
        ("1password item of media", "1Password"),
    ),
    Topic.BROKEN: (
        ("which are broken?", "which"),
        ("is everything ok?", "everything"),
        ("how many are ready?", "how many"),
        ("any problems?", "problems"),
        ("what is broken", "what"),
        ("whats down", "no apostrophe"),
        ("are all vclusters ready", "all"),
        ("list all vclusters", "list"),
        ("overview", "one word"),
        ("which ones need attention", "attention"),
        ("anything failing?", "anything"),
        ("broken stuff in team-a?", "stuff"),
        ("is at least one vcluster broken", "at least one"),
        ("show me all vclusters", "show"),
    ),
    Topic.CHANGED: (
        ("what changed in media?", "changed"),
        ("what happened to media", "happened"),
        ("any recent changes in media", "changes"),
        ("events of media", "events"),
        ("media history", "history"),
        ("whats new with media", "new"),
        ("when did media last change", "changed outranks when"),
    ),
    Topic.PHASE: (
        ("what phase is media in?", "phase"),
        ("which phase", "which, but of a phase"),
        ("media state", "state"),
        ("is media being deleted", "a phase in other words"),
        ("pahse of media", "mistyped"),
        ("is media still progressing?", "a phase by its name"),
    ),
    Topic.PODS: (
        ("how many pods does media have?", "how many, but of pods"),
        ("are all pods of media running", "all, but pods"),
        ("media pods", "two words"),
        ("which pods are not ready in media", "which, but pods"),
        ("replicas of media?", "replicas"),
    ),
    Topic.SUBAPPS: (
        ("are the sub-apps of media healthy?", "with a dash"),
        ("sub apps of media", "in two words"),
        ("media subapps", "in one word"),
        ("which apps in media are broken", "apps in"),
        ("are all addons of media ok", "addons"),
    ),
    Topic.ARGOCD: (
        ("is argo cd synced for media?", "in two words"),
        ("argocd status of media", "in one word"),
        ("is media in sync", "in sync"),
        ("is media out of sync?", "out of sync"),
        ("did argocd sync media", "a verb"),
    ),
    Topic.OTHER: (
        ("what is the weather?", "something else"),
        ("", "nothing"),
        ("???", "no word"),
        ("delete media", "an order"),
        ("can you restart media please", "a polite order"),
        ("scale media to 5", "an order"),
        ("tell me a joke", "something else"),
        ("who are you", "something else"),
    ),
}

_TABLE = [(text, topic, why) for topic, entries in PHRASINGS.items() for text, why in entries]


@pytest.mark.parametrize(("text", "topic", "why"), _TABLE, ids=[text or "empty" for text, _, _ in _TABLE])
def test_a_phrasing_is_understood(text: str, topic: Topic, why: str) -> None:
    assert read_intent(read_question(text).words, _KEEP).topic is topic, why


@pytest.mark.parametrize(
    "text",
    [
        "is media broken?",
        "is media down",
        "isn't media ready?",
        "why is media ok",
        "status of media",
        "media fails",
        "has media stopped working?",
        "is media no longer ready",
        "was media up yesterday?",
        "is media the only one working",
        "is media unusable",
        "is media unstable?",
        "is media stale",
        "is media hardly working",
        "does media refuse to work",
        "is media redy",
        "can media be fixed?",
        "could media be restored",
        "is media being repaired",
        "does media have to be running",
        "has media been ok today",
        "is media done for",
        "is it good that media is still running",
    ],
)
def test_yes_and_no_are_kept_for_questions_that_nobody_can_mistake(text: str) -> None:
    assert not read_intent(read_question(text).words, _KEEP).yes_or_no


@pytest.mark.parametrize("word", ["down", "broken", "not", "stale", "paused"])
def test_a_request_that_is_called_so_turns_no_question_about_another_round(word: str) -> None:
    assert not read_intent(("is", "_", word, "ready"), {word}).yes_or_no
    assert not read_intent(("is", "_", word), {word}).yes_or_no


@pytest.mark.parametrize("text", ["Is my media vCluster working?", "media ok?", "hey is media up", "is everything ok?"])
def test_a_plain_question_gets_a_plain_yes_or_no(text: str) -> None:
    assert read_intent(read_question(text).words, _KEEP).yes_or_no


def test_a_word_of_ours_inside_a_name_is_no_word() -> None:
    assert read_intent(read_question("is pods-checker up").words, {"pods-checker"}).topic is Topic.WORKING


def test_names_of_the_cluster_are_no_typing_errors() -> None:
    assert mend(["is", "redy", "workin"], ()) == ("is", "ready", "working")
    assert mend(["is", "redy", "workin"], {"redy"}) == ("is", "redy", "working")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's up?", ("what", "is", "up")),
        ("media's pods", ("media", "pods")),
        ("media isn\u2019t ready", ("media", "is", "not", "ready")),
        ("is team-a/media ok?", ("is", "team-a/media", "ok")),
        ("\uff2d\uff25\uff24\uff29\uff21 ok", ("media", "ok")),
        ("is media.\x1b[2J ok", ("is", "media", "2j", "ok")),
    ],
)
def test_words_are_read_as_people_mean_them(text: str, words: tuple[str, ...]) -> None:
    assert read_question(text).words == words


def test_a_megabyte_is_cut_and_said_to_be() -> None:
    read = read_question("is media ok " + "x" * 1_000_000)
    assert read.cut
    assert len(read.text.encode()) <= LONGEST
    assert read_question("is " * 400).cut
    assert not read_question("is media ok").cut


@quick
@given(text=st.text() | st.lists(st.sampled_from(sorted(KNOWN))).map(" ".join))
def test_any_text_has_an_intent(text: str) -> None:
    read = read_question(text)
    assert read_intent(read.words).topic in Topic
    assert read.text.isprintable()
