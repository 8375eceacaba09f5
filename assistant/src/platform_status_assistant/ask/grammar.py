"""The closed grammar of ``hctl ask``: 14 forms, each with a place for names. Pure, and total over any text.

The notation of a form is that of `hctl ask --help`: ``(a|b)`` is a choice, ``[a]`` is optional, ``NAMES`` is the place
of names. Words are names only at that place, so a request may have the name ``ready`` or ``why``. The last form is only
names, so every question matches a form; other words at the place of names are reported as unknown (`meaning`).
"""

import itertools
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from platform_status_contract.rules.texts import clean

__all__ = ["FORMS", "FORM_WORDS", "MAX_QUESTION_BYTES", "Intent", "Question", "forms_help", "read_question"]

MAX_QUESTION_BYTES: Final = 1000
_MAX_BYTES_OF_A_CHARACTER: Final = 12  # in JSON, as an escaped pair


class Intent(StrEnum):
    """The intent of a form."""

    READY = "ready"
    STATUS = "status"
    WHY = "why"
    SINCE = "since"
    WHERE = "where"
    LOGIN = "login"
    OVERVIEW = "overview"


_WORDS: Final = {
    "GOOD": "(ready|working|up|ok|healthy|running)",
    "STATE": "(ready|working|up|ok|healthy|running|down|broken|degraded|failed|unknown|progressing|scheduled)",
}

FORMS: Final[Mapping[Intent, tuple[str, ...]]] = {
    Intent.WHY: ("why (is|are) NAMES [not] STATE", "(why|what is wrong with) NAMES"),
    Intent.SINCE: ("since when (is|are) NAMES [not] STATE", "how long (has|have) NAMES been [not] STATE"),
    Intent.LOGIN: ("how do i log in to NAMES", "(kubeconfig|credentials) (of|for) NAMES"),
    Intent.WHERE: ("where (is|are) NAMES", "(url|urls|endpoint|endpoints|address) of NAMES"),
    Intent.OVERVIEW: ("(which|what|how many) [NAMES] (is|are) [not] STATE", "list NAMES"),
    Intent.READY: ("(is|are) NAMES GOOD",),
    Intent.STATUS: ("[what is the] (status|phase) of NAMES", "how (is|are) NAMES", "NAMES"),
}
"""Intent -> its forms, in order of precedence: the first match without unknown words is used."""


class Question(Struct, frozen=True):
    """A parsed question.

    Attributes:
        text: The text, inert and cut to a limit.
        readings: Each matching form, with the words at the place of its names; the last one is only names.
    """

    text: str
    readings: tuple[tuple[Intent, tuple[str, ...]], ...]


_EDGE: Final = "?!.:;\"'`\u201c\u201d\u2018\u2019()"
_IS: Final = re.compile(r"\b(what|how|where|who|it)['\u2019]s\b")
_CUT: Final = f"[over-{MAX_QUESTION_BYTES}-bytes]"
_BLANK: Final = re.compile(r"\s+")


def _compiled(text: str) -> re.Pattern[str]:
    """Return the pattern of a form's notation; each word is followed by one space."""
    pattern = ""
    for part in re.findall(r"\[[^\]]*\]|\([^)]*\)|\S+", text):
        inner = _WORDS.get(part, part).strip("[]()")
        words = r"(?P<names>(?:\S+ )+?)" if inner == "NAMES" else f"(?:{inner}) "
        pattern += f"(?:{words})?" if part.startswith("[") else words
    return re.compile(pattern)


FORM_WORDS: Final = frozenset(re.findall(r"[a-z-]+", " ".join((*_WORDS.values(), *itertools.chain(*FORMS.values())))))
"""All words in forms, except names."""

_PATTERNS: Final = tuple((intent, _compiled(form)) for intent, forms in FORMS.items() for form in forms)


def read_question(question: str) -> Question:
    """Parse a question; total for any text.

    Args:
        question: Any text. One that is cut to `MAX_QUESTION_BYTES` has an unknown word, so it gets no verdict.
    """
    text = clean(question, MAX_QUESTION_BYTES)
    plain = _IS.sub(r"\1 is", unicodedata.normalize("NFKC", text).lower()).replace(",", " and ")
    words = [word for word in (part.strip(_EDGE) for part in _BLANK.split(plain)) if word]
    if text != clean(question, MAX_QUESTION_BYTES + _MAX_BYTES_OF_A_CHARACTER * len(question)):
        words.append(_CUT)
    said = "".join(f"{word} " for word in words)
    readings: list[tuple[Intent, tuple[str, ...]]] = []
    for intent, pattern in _PATTERNS:
        found = pattern.fullmatch(said)
        if found is not None:
            readings.append((intent, tuple((found["names"] or "").split())))
    return Question(text, tuple(readings) or ((Intent.STATUS, ()),))


def forms_help() -> str:
    """Return the forms for `--help`, one line per intent."""
    lines = [f"  {intent:9} {'; '.join(FORMS[intent])}" for intent in Intent]
    return "\n".join([*lines, "", *(f"{name}: {words.strip('()')}" for name, words in _WORDS.items()), _NAMES_HELP])


_NAMES_HELP: Final = """\
NAMES: NAME, KIND NAME, NAMESPACE/NAME or KIND/NAME, with "and" between several; or a KIND, "all KIND", "everything";
each may be followed by "in NAMESPACE". "the", "my", "our" and "please" may be anywhere between them."""
