"""The text says nothing that no fact says: numbers, phases, addresses, names, ages. Pure.

A text may name the facts that it rests on, as in ``[1, 2]``: then those alone count. One that names none rests on all.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from hctl.texts import inert
from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import Phase

from .inhabitants import INHABITANTS
from .questions import Question

__all__ = ["citations", "invented"]

Answer = Mapping[str, Any]
Json = Mapping[str, Any]

_CITATION: Final = re.compile(r"\[(\d+(?:, ?\d+)*)\]")
_URL: Final = re.compile(r"https?://[^\s,;()\[\]<>\"']+")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_DURATION: Final = re.compile(r"\b(?=\d)((?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?)\b(?<=[dhms])")
_NUMBER: Final = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w])")
_UNITS: Final = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_WORDS: Final = {"ready", "why"}
"""Inhabitants whose name is a word of the language: they are not looked for in texts."""
_KIND: Final = "web app"
"""A display name, which holds the name of an inhabitant."""


def invented(question: Question, answer: Answer, now: datetime) -> list[str]:
    """Return what the text says and neither a cited fact nor the question does: numbers, phases, addresses, names."""
    text: str = answer["text"]
    cited = citations(text)
    facts = [fact for fact in answer["facts"] if not cited or fact["id"] in cited]
    known = "\n".join(
        [
            *(_told(fact) for fact in facts),
            *(" ".join(map(str, one.values())) for one in (answer["request"] or {}, *answer["candidates"])),
            inert(question.question),
            question.namespace,
            # Where nothing could be read, the text is the reason, which names the server.
            "" if answer["facts"] else answer["abstainedBecause"],
        ]
    )
    rest = _CITATION.sub(" ", text)
    addresses = (url.rstrip(".:") for url in _URL.findall(rest))
    found = [f"text: the address {url} is in no cited fact" for url in addresses if url not in known]
    rest = _URL.sub(" ", rest)
    phases = (word for word in Phase if re.search(rf"\b{word}\b", rest) and not re.search(rf"\b{word}\b", known))
    found += [f"text: the phase {word} is in no cited fact: {text!r}" for word in phases]
    found += _durations(rest, facts, known, now)
    rest = _DURATION.sub(" ", _TIME.sub(lambda time: " " if time[0] in known else time[0], rest))
    numbers = set(_NUMBER.findall(known)) | {str(len(listed)) for listed in (*_lists(facts), answer["candidates"])}
    numbers |= {number for fact in facts for number in re.findall(r"\d+", fact["source"]["query"])}
    for number in _NUMBER.findall(rest):
        if number not in numbers and not (number == "0" and answer["abstained"]):
            found.append(f"text: the number {number} is in no cited fact: {text!r}")
    rest = rest.lower().replace(_KIND, "")
    if not answer["abstained"]:  # who abstains may suggest names that there are
        for one in INHABITANTS:
            if one.name not in _WORDS and _named(one.name, rest) and not _named(one.name, known):
                found.append(f"text: the name {one.name} is in no cited fact: {text!r}")
    return found


def _told(fact: Json) -> str:
    source = fact["source"]
    value = fact["value"]
    listed = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return " ".join([fact["name"], listed, fact["text"], source["reference"], source["key"]])


def _lists(facts: Iterable[Json]) -> Iterable[list[object]]:
    return (fact["value"] for fact in facts if isinstance(fact["value"], list))


def citations(text: str) -> set[str]:
    return {number.strip() for group in _CITATION.findall(text) for number in group.split(",")}


def _named(name: str, text: str) -> bool:
    return re.search(rf"(?<![-\w.]){re.escape(name)}(?![-\w])", text) is not None


def _durations(text: str, facts: Iterable[Json], known: str, now: datetime) -> Iterable[str]:
    ages = [fact["ageSeconds"] for fact in facts if fact["ageSeconds"] is not None]
    ages += [(now - moment).total_seconds() for moment in map(parse_time, _TIME.findall(known)) if moment]
    for spelled in filter(None, _DURATION.findall(text)):
        seconds = sum(int(amount) * _UNITS[unit] for amount, unit in re.findall(r"(\d+)([dhms])", spelled))
        # the last unit may be rounded away, and the clocks of two machines differ
        slack = 5 + min(_UNITS[unit] for unit in re.findall("[dhms]", spelled))
        if spelled not in known and not any(abs(age - seconds) <= slack for age in ages):
            yield f"text: the age {spelled} is in no cited fact: {text!r}"
