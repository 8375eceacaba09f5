"""Is a model's reply nothing but the answer in other words? Pure, and it rather refuses a true reply than pass a lie.

The authority is the answer that the rules made, and the texts of its facts; nothing else that the model saw. A reply
passes only if every claim in it is one of theirs, said of the same thing, denied only where they deny it; if the phase,
the verdict and every caution of the answer are still in it; and if it brings no address, no markup and no control
character along. What a stranger's message says counts only as a whole, and in quotation marks if it had some.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Protocol

from platform_status_contract.rules.texts import clean

from .claims import (
    NOT,
    PHASES,
    POSITIVE,
    Fragment,
    addresses,
    fragments,
    is_cautious,
    is_noun,
    parts_of,
    plain,
    tokens,
)

__all__ = ["Cited", "check"]

_LONGEST: Final = 4000
_SHORTEST_BOUND: Final = 300
_TIMES: Final = 3
_MOST_REASONS: Final = 5
_PUNCTUATION: Final = frozenset(" \n.,;:!'\"()-/%*`\u2018\u2019\u201c\u201d\u2013\u2014")
_LEAD: Final = re.compile(r"""\s*[*"'(]*(yes\b|no\b(?=[*"')]*\s*(?:[,.:;!-]|\Z)))[*"')]*""", re.IGNORECASE)
_MARKUP: Final = re.compile(r"\]\(|<\s*[a-z/!][^>]*", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"([^"\n]{1,1000})"')
_VERDICTS: Final = {"yes", "no"}


class Cited(Protocol):
    """A fact, as far as this check needs to know it."""

    @property
    def name(self) -> str:
        """A stable word."""
        ...

    @property
    def value(self) -> object:
        """JSON."""
        ...

    @property
    def text(self) -> str:
        """The citation, for people."""
        ...


def check(reply: object, answer: str, facts: Iterable[Cited] = (), *, verdict: str = "") -> tuple[str, ...]:
    """Say why a reply may not be shown; the caller then shows the answer, and says why.

    Args:
        reply: What the model said; anything but a text is refused.
        answer: What the rules answered.
        facts: What it rests on.
        verdict: ``yes`` or ``no`` if the answer is about being ready; anything else permits neither word.

    Returns:
        Reasons, each one inert line; empty if the reply may be shown.
    """
    if not isinstance(reply, str) or not reply.strip():
        return ("the reply is empty or no text",)
    if reply.strip() == answer.strip():
        return ()
    if len(reply) > min(_LONGEST, max(_SHORTEST_BOUND, _TIMES * len(answer))):
        return (f"the reply has {len(reply)} characters, which is too much for this answer",)
    foreign = sorted({char for char in reply if not _may_stand(char)} - {char for char in answer if char.isprintable()})
    if foreign:
        named = ", ".join(f"U+{ord(char):04X}" for char in foreign[:8])
        return (f"the reply holds characters that the answer does not: {named}",)
    return tuple(dict.fromkeys(_Grounds(answer, list(facts), verdict).against(reply)))[:_MOST_REASONS]


class _Grounds:
    """What may be said."""

    def __init__(self, answer: str, facts: Sequence[Cited], verdict: str) -> None:
        told = plain(answer)
        texts = [plain(fact.text) for fact in facts]
        self._spans = _spans_of([told, *texts], [fact.value for fact in facts])
        self._told = told
        lead = _LEAD.match(told)
        self._lead = lead[1].casefold() if lead else ""
        self._verdict = self._lead or (verdict if verdict in _VERDICTS else "")
        self._addresses = {address for text in (told, *texts) for address in addresses(_unquoted(text))}
        own = fragments(told[lead.end() :] if lead else told, self._spans)
        cited = [part for text in texts for part in fragments(text, self._spans)]
        self._own, self._ambient = own, _ambient_of(own)
        self._pools = [parts_of(part.claims) for part in (*own, *cited)]
        self._known = set().union(*self._pools)
        self._ready = any("ready" in claims for claims in _stated(own))
        self._asks = _asks(told, self._spans)
        names = {name for fact in facts if isinstance(fact.value, str) for name in _name_in(fact.value)}
        self._labels = _labels_of(tokens(told, self._spans), names)

    def against(self, reply: str) -> list[str]:
        """Return everything that speaks against a reply."""
        text = plain(reply)
        lead = _LEAD.match(text)
        said = lead[1].casefold() if lead else ""
        if said != self._lead and (self._lead or said != self._verdict):
            expected = self._lead or self._verdict or "neither Yes nor No"
            return [f"the reply begins with {said or 'no verdict'}, the answer is {expected}"]
        if any(mark not in self._told for mark in _MARKUP.findall(text)):
            return ["the reply holds a link or markup"]
        strange = [address for address in addresses(_unquoted(text)) if address not in self._addresses]
        if strange:
            return [f"the reply has an address that the answer has not: {clean(strange[0], 120)}"]
        if _asks(text, self._spans) and not self._asks:
            return ["the reply asks instead of answering"]
        claims = tokens(text[lead.end() :] if lead else text, self._spans)
        return self._missing(claims) + self._repeated(claims) + self._unknown(claims) + self._mislabelled(claims)

    def _missing(self, claims: Sequence[str]) -> list[str]:
        """Phases and cautions may not be left out."""
        present = parts_of(claims)
        needed = [claim for part in self._own for claim in _needed(part) if claim not in self._ambient]
        return [f"the reply leaves out {_shown(claim)}" for claim in dict.fromkeys(needed) if claim not in present]

    def _repeated(self, claims: Sequence[str]) -> list[str]:
        """A denial said oftener than in the answer denies something else; where phases are several, each counts."""
        own, said = Counter(claim for part in self._own for claim in part.claims), Counter(claims)
        odd = [claim for claim in said if claim.startswith(NOT) and 0 < own[claim] < said[claim]]
        phases = sorted(PHASES & own.keys())
        odd += [phase for phase in phases if len(phases) > 1 and own[phase] != said[phase]]
        return [f"the reply says {_shown(claim)} {said[claim]} times, the answer {own[claim]}" for claim in odd]

    def _unknown(self, claims: Sequence[str]) -> list[str]:
        left = self._without_synonyms(claims)
        strange = [claim for claim in left if claim not in self._known]
        if strange:
            return [f"the reply says {_shown(claim)}, the answer does not" for claim in strange]
        bound = [claim for claim in left if claim not in self._ambient]
        reach = _covered(bound, [pool - self._ambient for pool in self._pools])
        if reach == len(bound):
            return []
        near = " ".join(_shown(claim) for claim in bound[max(reach - 1, 0) : reach + 2])
        return [f"the reply says {near}, which the answer does not say of one thing"]

    def _mislabelled(self, claims: Sequence[str]) -> list[str]:
        """What stands before a name says what is called so: a Secret and its namespace may not change places."""
        return [
            f"the reply says {_shown(label)} of {_shown(name) if name else 'nothing'}, the answer does not"
            for label, name in pairwise([*claims, ""])
            if label in self._labels and name not in self._labels[label]
        ]

    def _without_synonyms(self, claims: Sequence[str]) -> list[str]:
        """Take out other words for the verdict, where they are said of the request itself."""
        kept: list[str] = []
        about = True
        for place, claim in enumerate(claims, 1):
            if about and self._is_synonym(claim, claims[place] if place < len(claims) else ""):
                continue
            about = claim in self._ambient or (about and claim in PHASES | POSITIVE)
            kept.append(claim)
        return kept

    def _is_synonym(self, claim: str, after: str) -> bool:
        if claim in POSITIVE:
            return self._verdict == "yes"
        stands_alone = not after or not is_noun(after) or after in self._ambient
        denied = claim.removeprefix(NOT) in POSITIVE and claim not in self._known
        return denied and self._verdict == "no" and not self._ready and stands_alone


def _covered(claims: Sequence[str], pools: Sequence[set[str]]) -> int:
    """Return how far a line of claims can be cut into runs that are each fairly taken out of one pool."""
    reached = {0}
    for start in range(len(claims)):
        if start not in reached:
            continue
        for pool in pools:
            run: set[str] = set()
            for stop in range(start, len(claims)):
                if claims[stop] not in pool:
                    break
                run.add(claims[stop])
                if _is_fair(run, pool):
                    reached.add(stop + 1)
    return max(reached)


def _is_fair(run: set[str], pool: set[str]) -> bool:
    """Whether a run keeps the binding of its pool: no value without what it is said of, and the other way round."""
    nouns = {claim for claim in pool if is_noun(claim)}
    said = run & nouns
    located = any(claim.startswith("@") for claim in run)
    if nouns and ((located and said != nouns) or (run - nouns and not said)):
        return False
    good = not any(map(is_cautious, pool))
    droppable = {claim for claim in pool if claim.startswith("@") or (good and claim in POSITIVE)}
    return not said or pool - nouns - droppable <= run


def _name_in(value: str) -> list[str]:
    """Return a value as the one token that it is in a text; nothing if it is several or no name."""
    found = tokens(value, ())
    return found if len(found) == 1 and is_noun(found[0]) else []


def _labels_of(told: Sequence[str], names: set[str]) -> dict[str, set[str]]:
    """Return the words that stand before a fact's name, each with all that it stands before."""
    labels = {label for label, name in pairwise(told) if name in names and is_noun(label) and label not in names}
    return {label: {after for before, after in pairwise([*told, ""]) if before == label} for label in labels}


def _stated(own: Sequence[Fragment]) -> list[tuple[str, ...]]:
    """Return what an answer says of phases; ``5/5 Ready`` is said of pods."""
    return [part.claims for part in own if PHASES & set(part.claims) and not any(c[0].isdigit() for c in part.claims)]


def _ambient_of(own: Sequence[Fragment]) -> frozenset[str]:
    """Return the words for the one request that an answer is about: they may stand anywhere. None if there are two."""
    stated = _stated(own)
    phases = {claim for claims in stated for claim in claims if claim in PHASES}
    if len(phases) != 1:
        return frozenset()
    before = [claims[: min(claims.index(phase) for phase in phases)] for claims in stated]
    named = parts_of(filter(is_noun, before[0]))
    others = any(is_noun(claim) and claim not in named for claims in stated[1:] for claim in claims)
    return frozenset() if others else frozenset(named)


def _needed(part: Fragment) -> list[str]:
    if part.turned or any(map(is_cautious, part.claims)):
        values = [claim for claim in part.claims if not is_noun(claim) and not claim.startswith("@")]
        return values or list(part.claims)
    return [claim for claim in part.claims if claim in PHASES]


def _spans_of(texts: Sequence[str], values: Sequence[object]) -> list[str]:
    """Return what is one token, because strangers said it: quotations with their marks, values of several words."""
    quoted = {match[0] for text in texts for match in _QUOTED.finditer(text)}
    every = [one for value in values for one in (value if isinstance(value, (list, tuple)) else (value,))]
    sentences = {plain(one) for one in every if isinstance(one, str) and len(one.split()) > 1}
    return sorted(quoted | sentences, key=lambda span: (-len(span), span))


def _unquoted(text: str) -> str:
    return _QUOTED.sub(" ", text)


def _asks(text: str, spans: Sequence[str]) -> bool:
    for known in (*spans, *addresses(text)):
        text = text.replace(known, " ")
    return "?" in text


def _may_stand(char: str) -> bool:
    return (char.isascii() and char.isalnum()) or char in _PUNCTUATION


def _shown(claim: str) -> str:
    word = claim.removeprefix(NOT)
    return ("not " if claim.startswith(NOT) else "") + repr(clean(word.lstrip('@"'), 80))
