"""Every form is understood as it is printed, and --help prints every form."""

import itertools
import re

import pytest

from platform_status_assistant.ask.grammar import FORMS, Intent, QuestionForm, forms_help, read_question

_WORDS = dict(line.split(": ", 1) for line in forms_help().splitlines() if line.startswith(("GOOD:", "STATE:")))


def _spoken(form: QuestionForm) -> list[str]:
    """Every way to say a form about media: each choice, with and without what may be left out."""
    parts: list[list[str]] = []
    for part in re.findall(r"\[[^\]]*\]|\([^)]*\)|\S+", form.text):
        choices = _WORDS.get(part, part).strip("[]()").replace("NAMES", "media").split("|")
        parts.append([*choices, ""] if part.startswith("[") else choices)
    return [" ".join(filter(None, words)) for words in itertools.product(*parts)]


@pytest.mark.parametrize("form", FORMS, ids=[form.text for form in FORMS])
def test_each_form_is_read_in_every_way_to_say_it(form: QuestionForm) -> None:
    for question in _spoken(form):
        readings = read_question(f"{question.capitalize()}?").readings
        named = ("media",) if "media" in question.split() else ()
        assert (form.intent, named) in readings, question


def test_the_help_prints_each_form_and_every_word_of_it() -> None:
    text = forms_help()
    assert all(form.text in text for form in FORMS)
    assert all(str(intent) in text for intent in Intent)
    assert max(map(len, text.splitlines())) <= 120
    assert len({form.intent for form in FORMS}) == len(Intent) == 12


@pytest.mark.parametrize(
    ("question", "intent", "words"),
    [
        ("What\u2019s wrong with media?", Intent.WHY, ("media",)),
        ("  IS   Media\tREADY ?!", Intent.READY, ("media",)),
        ("are media, shop ok", Intent.READY, ("media", "and", "shop")),
        ('is "media" up', Intent.READY, ("media",)),
        ("", Intent.STATUS, ()),
        ("???", Intent.STATUS, ()),
    ],
)
def test_marks_case_and_blanks_do_not_matter(question: str, intent: Intent, words: tuple[str, ...]) -> None:
    assert (intent, words) in read_question(question).readings


def test_only_the_beginning_of_a_long_question_is_read() -> None:
    read = read_question("is media ready " + "x" * 5000)
    assert read.cut
    assert len(read.text) <= 1000
    assert not read_question("is media ready").cut
