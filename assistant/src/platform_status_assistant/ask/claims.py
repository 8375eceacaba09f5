"""A text -> the claims in it: what is left when the words that claim nothing are taken away. Pure.

A token is a word, a number with its unit, an address or a quotation; a negation is part of the token that it denies.
The words that claim nothing are a closed list, so every other word is a claim, in whatever language it is.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from platform_status_contract.model.vocabulary import Phase

__all__ = [
    "CAUTION",
    "NOT",
    "PHASES",
    "POSITIVE",
    "Fragment",
    "addresses",
    "fragments",
    "is_cautious",
    "is_noun",
    "parts_of",
    "plain",
    "tokens",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOT: Final = "\u00ac"
"""Stands before a token that is denied."""

PHASES: Final = frozenset(phase.value.casefold() for phase in Phase)

POSITIVE: Final = _words(
    """
    ready healthy synced running working up fine ok okay operational available well good all fully fresh current
    complete completed succeeded true
    """
)
"""States that are good news; what else they say, the word beside them says too."""

CAUTION: Final = (PHASES - {"ready"}) | _words(
    """
    stale old older outdated silent unreachable unreadable missing absent denied late forbidden refused restarting
    pending waiting paused suspended trusted trust doubt contradict contradicts unverified outofsync unhealthy broken
    down failing fails error errors crashing warning problem problems nothing nobody only behind overdue
    crashloopbackoff false
    """
)
"""Words that an answer is not the same without."""

_GLUE: Final = _words(
    """
    a an the this that these those it its they them their there here you your yours i we our us he she who whose is are
    am be been has have having had does do did of in on at to from for by as into onto about per via under within with
    while which because since where when and so also too plus then but however although though whereas now currently
    presently just simply overall both either can according note please hi hello summary update information info
    details detail
    """
)
_SPEAKING: Final = _words(
    """
    answer reports reported reporting says said shows shown showing indicates seen reach reached find found located use
    accessible
    """
)
"""Verbs that claim nothing, as long as they are not denied."""

_NEGATORS: Final = _words("not no never neither nor without cannot none")
_SMALL: Final = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty
"""
_NUMBERS: Final = {
    **{word: number for number, word in enumerate(_SMALL.split())},
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "dozen": 12,
}
_MEASURES: Final = _words("ago")
"""What stands beside a number without saying of what it is."""

_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("percent", "%"), "%"),
}
_ADDRESS: Final = re.compile(r"""(?:[A-Za-z][A-Za-z0-9+.-]*://|www\.|mailto:)[^\s"<>()`*\u201c\u201d]+""", re.ASCII)
_WORD: Final = re.compile(r"[^\W_](?:[\w./:@+&=#~%-]*[\w%])?|[\ue000-\uf8ff]|%")
_BREAK: Final = re.compile(
    r"[.;!?](?=\s|\Z)|,(?=\s|\Z)|\n|\b(?:and|with|while|whereas|because|which)\b|\b(?P<but>but|however|although|though)\b",
    re.IGNORECASE,
)
_ENDS: Final = frozenset(".;!?\n")
_COLON: Final = re.compile(r":(?=\s)")
_PHASE: Final = re.compile(rf"\b(?:{'|'.join(sorted(PHASES))})\b", re.IGNORECASE)
_RATIO: Final = re.compile(r"(\d+)\s*(?:/|\b(?:out )?of(?: the| its| all)?\b)\s*(?=\d)", re.ASCII)
_WHOLE: Final = re.compile(r"\ball(?: of)?(?: its| the)? (\d+)(?![\w/.%])", re.ASCII)
_FIRST_PRIVATE: Final = 0xE000
_MOST_PRIVATE: Final = 6000
_SHORTEST_PLURAL: Final = 4


class Fragment(Struct, frozen=True):
    """One thing that an answer or a fact says.

    Attributes:
        claims: Its tokens, in their order.
        turned: Whether it began with "but" or the like.
    """

    claims: tuple[str, ...]
    turned: bool = False


def plain(text: str) -> str:
    """Undo typography and emphasis: they say nothing.

    Curly quotation marks become apostrophes and not straight marks: a stranger's message may hold some, and must not
    get out of the straight ones that it stands in.
    """
    for mark in "\u2018\u2019\u201c\u201d":
        text = text.replace(mark, "'")
    text = text.replace("**", "").replace("`", "")
    return re.sub(r"[\u2013\u2014]", " - ", text)


def addresses(text: str) -> list[str]:
    """Return every URL, without the punctuation of the sentence around it."""
    return [found.rstrip(".,;:!?'") for found in _ADDRESS.findall(text)]


def fragments(text: str, spans: Sequence[str]) -> list[Fragment]:
    """Split a text where one claim ends and the next begins.

    A colon ends a claim only after a phase: before it stands what the rest is about. What names nothing of its own
    ("synced but not healthy") belongs to what was named last in the same sentence.

    Args:
        text: After `plain`.
        spans: Texts of others that are one token each, the longest first.
    """
    hidden, names = _hide(text, spans)
    made: list[Fragment] = []
    start, turned, whole = 0, False, True
    for match in [*_BREAK.finditer(hidden), None]:
        for piece in _after_phases(hidden[start : match.start() if match else None]):
            claims = tuple(_claims(piece, names))
            if claims and made and not whole and not any(map(is_noun, claims)) and not PHASES & set(made[-1].claims):
                claims, turned = made[-1].claims + claims, turned or made[-1].turned
                made.pop()
            if claims:
                made.append(Fragment(claims, turned))
                whole = False
        if match:
            turned = bool(match["but"]) or (turned and not hidden[start : match.start()].strip())
            whole = whole or match[0] in _ENDS
            start = match.end()
    return made


def tokens(text: str, spans: Sequence[str]) -> list[str]:
    """Return the claims of a text as one line of tokens, however it is punctuated."""
    return _claims(*_hide(text, spans))


def is_noun(token: str) -> bool:
    """Whether a token says what something is, rather than how it is or where."""
    measured = token[0].isdigit() or token in _MEASURES
    return not (measured or token.startswith((NOT, '"', "@")) or token in POSITIVE or token in CAUTION)


def is_cautious(token: str) -> bool:
    """Whether a token must not be left out: a denial, bad news, fewer than all."""
    ready, slash, total = token.partition("/")
    fewer = bool(slash) and ready.isdigit() and total.isdigit() and ready != total
    return token.startswith(NOT) or token in CAUTION or fewer


def parts_of(claims: Iterable[str]) -> set[str]:
    """Add to each ``namespace/name`` its parts: they may be said apart."""
    found: set[str] = set()
    for claim in claims:
        found.add(claim)
        pieces = claim.split("/")
        if len(pieces) == 2 and is_noun(claim):  # noqa: PLR2004 - a pair
            found |= {_stem(piece) for piece in pieces if piece}
    return found


def _after_phases(piece: str) -> list[str]:
    for colon in _COLON.finditer(piece):
        if _PHASE.search(piece, 0, colon.start()):
            return [piece[: colon.start()], piece[colon.end() :]]
    return [piece]


def _hide(text: str, spans: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Put one private character for each span and address, so that nothing in them is read."""
    names: dict[str, str] = {}
    hidden = [(span, f'"{span}') for span in spans]
    hidden += [(address, f"@{address}") for address in sorted(set(addresses(text)), key=lambda one: (-len(one), one))]
    for number, (shown, name) in enumerate(hidden[:_MOST_PRIVATE], _FIRST_PRIVATE):
        text, names[chr(number)] = text.replace(shown, f" {chr(number)} "), name
    return text, names


def _claims(text: str, names: dict[str, str]) -> list[str]:
    lowered = re.sub(r"\bargo[ -]cd\b", "argocd", text.casefold())
    lowered = re.sub(r"'s\b", "", re.sub(r"n't\b", " not", lowered))
    lowered = _WHOLE.sub(r"\1/\1", _RATIO.sub(r"\1/", re.sub(r"[a-z]+(?:-[a-z]+)?", _digits, lowered)))
    found: list[str] = []
    denied = False
    for word in (names.get(word, word) for word in _WORD.findall(lowered)):
        if word in _NEGATORS:
            found += [NOT] * denied  # a denial of a denial
            denied = True
        elif word in _UNITS and found and re.fullmatch(r"\d+(?:\.\d+)?", found[-1]):
            found[-1] += _UNITS[word]
        elif word not in _GLUE and (denied or word not in _SPEAKING):
            found.append((NOT if denied else "") + _stem(word))
            denied = False
    return [*found, NOT] if denied else found


def _digits(match: re.Match[str]) -> str:
    parts = match[0].split("-")
    return str(sum(_NUMBERS[part] for part in parts)) if all(part in _NUMBERS for part in parts) else match[0]


def _stem(word: str) -> str:
    plural = len(word) >= _SHORTEST_PLURAL and word.isalpha() and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if plural and word not in CAUTION and word not in POSITIVE else word
