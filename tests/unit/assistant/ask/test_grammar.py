"""Every form is understood as it is printed, and --help prints every form."""

import itertools
import re

import pytest

from platform_status_assistant.ask.grammar import FORMS, MAX_QUESTION_BYTES, Intent, forms_help, read_question

_WORDS = dict(line.split(": ", 1) for line in forms_help().splitlines() if line.startswith(("GOOD:", "STATE:")))


def _spoken(form: str) -> list[str]:
    """Every way to say a form about media: each choice, with and without what may be left out."""
    parts: list[list[str]] = []
    for part in re.findall(r"\[[^\]]*\]|\([^)]*\)|\S+", form):
        choices = _WORDS.get(part, part).strip("[]()").replace("NAMES", "media").split("|")
        parts.append([*choices, ""] if part.startswith("[") else choices)
    return [" ".join(filter(None, words)) for words in itertools.product(*parts)]


@pytest.mark.parametrize(("intent", "form"), [(intent, form) for intent, forms in FORMS.items() for form in forms])
def test_each_form_is_read_in_every_way_to_say_it(intent: Intent, form: str) -> None:
    for question in _spoken(form):
        readings = read_question(f"{question.capitalize()}?").readings
        named = ("media",) if "media" in question.split() else ()
        assert (intent, named) in readings, question


def test_the_help_prints_each_form_and_every_word_of_it() -> None:
    text = forms_help()
    assert all(form in text for forms in FORMS.values() for form in forms)
    assert all(str(intent) in text for intent in Intent)
    assert max(map(len, text.splitlines())) <= 120
    assert FORMS.keys() == set(Intent)


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


@pytest.mark.parametrize("rest", ["x" * 5000, "not " * 400 + "ready", "\u2026" * 500, " " * 9000, '"' * 990])
def test_a_question_that_is_cut_has_a_word_that_is_not_understood(rest: str) -> None:
    read = read_question(f"is media {rest} ready")
    assert len(read.text) <= MAX_QUESTION_BYTES
    assert all("[over-1000-bytes]" in words for _, words in read.readings)


def test_a_question_that_just_fits_is_not_cut() -> None:
    read = read_question("is " + "m" * (MAX_QUESTION_BYTES - 9) + " ready")
    assert read.readings[0][0] is Intent.READY
