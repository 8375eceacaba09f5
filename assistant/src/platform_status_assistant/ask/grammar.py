"""The closed grammar of ``hctl ask``: a dozen forms, each with a place for names. Pure, and total over any text.

The notation of a form is that of `hctl ask --help`: ``(a|b)`` is a choice, ``[a]`` is optional, ``NAMES`` is the place
of names. Words are names only at that place, so a request may have the name ``ready`` or ``why``. The last form is only
names, so every question matches a form; other words at the place of names are reported as unknown (`meaning`).
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from msgspec import Struct

from platform_status_contract.rules.texts import clean

__all__ = [
    "FORMS",
    "FORM_WORDS",
    "MAX_QUESTION_BYTES",
    "Intent",
    "Question",
    "QuestionForm",
    "forms_help",
    "read_question",
]

MAX_QUESTION_BYTES: Final = 1000
_MAX_WORDS: Final = 100


class Intent(StrEnum):
    """The intent of a form."""

    READY = "ready"
    STATUS = "status"
    WHY = "why"
    SINCE = "since"
    CHECKED = "checked"
    WHERE = "where"
    LOGIN = "login"
    CHANGED = "changed"
    PODS = "pods"
    SUBAPPS = "subapps"
    ARGOCD = "argocd"
    OVERVIEW = "overview"


class QuestionForm(Struct, frozen=True):
    """One form of the grammar.

    Attributes:
        intent: Its intent.
        text: Its notation.
    """

    intent: Intent
    text: str


_WORDS: Final = {
    "GOOD": "(ready|working|up|ok|healthy|running)",
    "STATE": "(ready|working|up|ok|healthy|running|down|broken|degraded|failed|unknown|progressing|scheduled)",
}

FORMS: Final[tuple[QuestionForm, ...]] = (
    QuestionForm(Intent.WHY, "why (is|are) NAMES [not] STATE"),
    QuestionForm(Intent.WHY, "what is wrong with NAMES"),
    QuestionForm(Intent.WHY, "why NAMES"),
    QuestionForm(Intent.SINCE, "since when (is|are) NAMES [not] STATE"),
    QuestionForm(Intent.SINCE, "how long (has|have) NAMES been [not] STATE"),
    QuestionForm(Intent.CHECKED, "when (was|were) NAMES [last] checked"),
    QuestionForm(Intent.LOGIN, "how do i log in to NAMES"),
    QuestionForm(Intent.LOGIN, "(kubeconfig|credentials) (of|for) NAMES"),
    QuestionForm(Intent.WHERE, "where (is|are) NAMES"),
    QuestionForm(Intent.WHERE, "(url|urls|endpoint|endpoints|address) of NAMES"),
    QuestionForm(Intent.CHANGED, "what changed (in|of) NAMES"),
    QuestionForm(Intent.CHANGED, "events of NAMES"),
    QuestionForm(Intent.PODS, "pods of NAMES"),
    QuestionForm(Intent.PODS, "how many pods (has|have|does|do) NAMES [have]"),
    QuestionForm(Intent.SUBAPPS, "(sub-applications|sub-apps|subapps|apps) (of|in) NAMES"),
    QuestionForm(Intent.ARGOCD, "(argocd|argo cd) of NAMES"),
    QuestionForm(Intent.ARGOCD, "(is|are) NAMES synced"),
    QuestionForm(Intent.OVERVIEW, "(which|what) [NAMES] (is|are) [not] STATE"),
    QuestionForm(Intent.OVERVIEW, "how many [NAMES] (is|are) [not] STATE"),
    QuestionForm(Intent.OVERVIEW, "list NAMES"),
    QuestionForm(Intent.READY, "(is|are) NAMES GOOD"),
    QuestionForm(Intent.STATUS, "[what is the] (status|phase) of NAMES"),
    QuestionForm(Intent.STATUS, "how (is|are) NAMES"),
    QuestionForm(Intent.STATUS, "NAMES"),
)
"""The forms, in order of precedence: the first match without unknown words is used."""


class Question(Struct, frozen=True):
    """A parsed question.

    Attributes:
        text: The text, inert and cut to a limit.
        readings: Each matching form, with the words at the place of its names; the last one is only names.
        cut: Whether the end was cut off.
    """

    text: str
    readings: tuple[tuple[Intent, tuple[str, ...]], ...]
    cut: bool = False


_EDGE: Final = "?!.:;\"'`\u201c\u201d\u2018\u2019()"
_IS: Final = re.compile(r"\b(what|how|where|who|it)['\u2019]s\b")
_BLANK: Final = re.compile(r"\s+")


def _compiled(text: str) -> re.Pattern[str]:
    """Return the pattern of a form's notation; each word is followed by one space."""
    pattern = ""
    for part in re.findall(r"\[[^\]]*\]|\([^)]*\)|\S+", text):
        inner = _WORDS.get(part, part).strip("[]()")
        words = r"(?P<names>(?:\S+ )+?)" if inner == "NAMES" else f"(?:{inner}) "
        pattern += f"(?:{words})?" if part.startswith("[") else words
    return re.compile(pattern)


FORM_WORDS: Final = frozenset(re.findall(r"[a-z-]+", " ".join((*_WORDS.values(), *(form.text for form in FORMS)))))
"""All words in forms, except names."""

_PATTERNS: Final = tuple((form.intent, _compiled(form.text)) for form in FORMS)


def read_question(question: str) -> Question:
    """Parse a question; total for any text.

    Args:
        question: Any text; only the first `MAX_QUESTION_BYTES` bytes are read.
    """
    text = clean(question, MAX_QUESTION_BYTES)
    plain = _IS.sub(r"\1 is", unicodedata.normalize("NFKC", text).lower()).replace(",", " and ")
    words = [word for word in (part.strip(_EDGE) for part in _BLANK.split(plain)) if word]
    cut = len(question.encode(errors="replace")) > MAX_QUESTION_BYTES or len(words) > _MAX_WORDS
    said = "".join(f"{word} " for word in words[:_MAX_WORDS])
    readings: list[tuple[Intent, tuple[str, ...]]] = []
    for intent, pattern in _PATTERNS:
        found = pattern.fullmatch(said)
        if found is not None:
            readings.append((intent, tuple((found["names"] or "").split())))
    return Question(text, tuple(readings) or ((Intent.STATUS, ()),), cut)


def forms_help() -> str:
    """Return the forms for `--help`, one line per intent."""
    of = {intent: [form.text for form in FORMS if form.intent is intent] for intent in Intent}
    lines = [f"  {intent:9} {'; '.join(texts)}" for intent, texts in of.items()]
    return "\n".join([*lines, "", *(f"{name}: {words.strip('()')}" for name, words in _WORDS.items()), _NAMES_HELP])


_NAMES_HELP: Final = """\
NAMES: NAME, KIND NAME, NAMESPACE/NAME or KIND/NAME, with "and" between several; or a KIND, "all KIND", "everything";
each may be followed by "in NAMESPACE". "the", "my", "our" and "please" may be anywhere between them."""
