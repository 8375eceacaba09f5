"""A question -> its words: bounded, inert, in lower case, with the common contractions and typing errors undone."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct

from platform_status_contract.rules.texts import clean

from .vocabulary import CONTRACTIONS, KNOWN, TYPABLE

__all__ = ["LONGEST", "Question", "mend", "read_question", "split"]

LONGEST: Final = 1000
"""So many bytes of a question are read; nobody asks about one request in more."""

_MOST_WORDS: Final = 150
_LONGEST_WORD: Final = 253
_WORD: Final = re.compile(r"[^\W_](?:[\w./:-]*[^\W_])?", re.UNICODE)
_NOT: Final = re.compile(r"n['\u2019]t\b")
_IS: Final = re.compile(r"\b(what|how|where|who|it|that|there|when|why|here)['\u2019]s\b")
_POSSESSIVE: Final = re.compile(r"['\u2019]s\b")
_QUOTED: Final = re.compile(r"(?<!\S)[\"'`\u201c\u2018]([^\"'`\u201d\u2019]{1,253})[\"'`\u201d\u2019](?!\w)")
_ASIDE: Final = re.compile(r"\(([^()]{1,253})\)")
_SHORTEST_TYPO: Final = 4
_LONGEST_TYPO: Final = 16
_ALIKE: Final = 0.83


class Question(Struct, frozen=True):
    """A question, read.

    Attributes:
        text: As it was asked, inert and bounded.
        words: In lower case, as they were typed.
        cut: Whether only its beginning was read.
        quoted: Words that stood in quotation marks, or in parentheses: names rather than words.
    """

    text: str
    words: tuple[str, ...]
    cut: bool = False
    quoted: frozenset[str] = frozenset()


def read_question(question: str) -> Question:
    """Read a question; total over any text."""
    text = clean(question, LONGEST)
    cut = len(question) > LONGEST * 4 or text.endswith("\u2026")
    lowered = unicodedata.normalize("NFKC", text).lower()
    quoted = {word for part in _QUOTED.findall(lowered) + _ASIDE.findall(lowered) for word in split(part)}
    plain = _POSSESSIVE.sub("", _IS.sub(r"\1 is", _NOT.sub(" not", lowered)))
    found: list[str] = []
    for word in split(plain):
        found += CONTRACTIONS.get(word, (word,))
    return Question(text, tuple(found[:_MOST_WORDS]), cut or len(found) > _MOST_WORDS, frozenset(quoted))


def split(text: str) -> tuple[str, ...]:
    """Split a text into words; a dash, a dot or a slash inside a word belongs to it."""
    return tuple(word[:_LONGEST_WORD] for word in _WORD.findall(text.lower()))


def mend(words: Sequence[str], keep: Collection[str] = ()) -> tuple[str, ...]:
    """Replace what is nearly a word that questions are understood by.

    Args:
        words: The words of a question.
        keep: Names of the cluster, which are never taken for a typing error.
    """
    return tuple(word if word in KNOWN or word in keep else _nearest(word) for word in words)


def _nearest(word: str) -> str:
    if not (_SHORTEST_TYPO <= len(word) <= _LONGEST_TYPO and word.isalpha()):
        return word
    # People hit the first letter; without this, "where" is nearly "here".
    candidates = TYPABLE.get(word[0], ())
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)}
    if found := swapped.intersection(candidates):
        return min(found)
    return next(iter(difflib.get_close_matches(word, candidates, n=1, cutoff=_ALIKE)), word)
