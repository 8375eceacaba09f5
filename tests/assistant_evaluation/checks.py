"""What is wrong with an answer: against what its question expects. Pure; each finding is one line for people."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .questions import Expected, Question

__all__ = ["against_expectation", "against_refusal", "facts_of", "saying"]

Answer = Mapping[str, Any]


def against_expectation(question: Question, answer: Answer) -> list[str]:
    """Return what differs from what the question expects; nothing if the answer is right."""
    expect = question.expect
    found = [
        *_one_of("intent", expect.intent, answer["intent"]),
        *_one_of("verdict", expect.verdict, answer["verdict"]),
        *_one_of("exitCode", expect.exit, answer["exitCode"]),
        *_one_of("abstained", expect.abstained, answer["abstained"]),
        *_request(expect, answer),
        *_facts(expect, answer),
        *_sources(expect, answer),
        *_texts(expect, answer),
    ]
    asked = " ".join(question.question.split())
    if " ".join(answer["question"].split()) != asked and question.question.isprintable():
        found.append(f"question: found {answer['question']!r}, expected {question.question!r}")
    return found


def against_refusal(question: Question, line: str, exit_code: int) -> list[str]:
    """Return what is wrong with an error in the place of an answer: that is a way to abstain, and the only one.

    Args:
        question: It.
        line: What stood on standard error.
        exit_code: What the command ended with.
    """
    expect = question.expect
    found = list(_one_of("exit code", expect.exit, exit_code))
    if expect.abstained is False or expect.facts:
        found.append(f"an error, and an answer is possible: {line!r}")
    if not line.startswith("hctl: ") or line.strip().count("\n") or not line.strip().isprintable():
        found.append(f"an error that is not one clear line: {line!r}")
    found += [f"the error says /{pattern}/: {line!r}" for pattern in expect.never_says if _finds(pattern, line)]
    return found + [
        f"the error does not say /{pattern}/: {line!r}" for pattern in expect.notes if not _finds(pattern, line)
    ]


def facts_of(answer: Answer, name: str) -> list[Mapping[str, Any]]:
    """Return the facts of a name."""
    return [fact for fact in answer["facts"] if fact["name"] == name]


def saying(answer: Answer) -> str:
    """Return all that the answer says besides its facts."""
    return "\n".join([answer["text"], *answer["notes"], answer["abstainedBecause"]])


def _one_of(name: str, expected: object, found: object) -> Iterable[str]:
    allowed = expected if isinstance(expected, list) else [expected]
    if expected is not None and found not in allowed:
        yield f"{name}: found {found!r}, expected {' or '.join(map(repr, allowed))}"


def _request(expect: Expected, answer: Answer) -> Iterable[str]:
    request = answer["request"]
    found = f"{request['namespace']}/{request['name']}" if request else ""
    yield from _one_of("request", expect.request, found)
    listed = {f"{one['namespace']}/{one['name']}" for one in answer["candidates"]}
    if expect.candidates and listed != set(expect.candidates):
        yield f"candidates: found {sorted(listed)}, expected {sorted(expect.candidates)}"


def _facts(expect: Expected, answer: Answer) -> Iterable[str]:
    for name, wanted in expect.facts.items():
        values = [fact["value"] for fact in facts_of(answer, name)]
        if not any(_holds(wanted, value) for value in values):
            yield f"fact {name}: found {values or 'none'}, expected {wanted!r}"
    for name, unwanted in expect.lacks.items():
        for value in (fact["value"] for fact in facts_of(answer, name)):
            wrong = [one for one in unwanted if _holds([one], value)]
            if wrong:
                yield f"fact {name}: holds {wrong}, which must not be in it"


def _holds(wanted: object, value: object) -> bool:
    if isinstance(wanted, str) and wanted.startswith("~"):
        return re.search(wanted[1:], str(value)) is not None
    if isinstance(wanted, list):
        listed = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        return all(any(_means(one, entry) for entry in listed) for one in wanted)
    return type(wanted) is type(value) and wanted == value


def _means(wanted: str, entry: str) -> bool:
    """Whether an entry of a list is about ``namespace/name``, be it spelled so or as ``resource/name in namespace``."""
    namespace, _, name = map(re.escape, wanted.partition("/"))
    spelled = rf"{namespace}/{name}|(?:\S+/)?{name} in {namespace}"
    return re.search(rf"(?<![-\w.])(?:{spelled})(?![-\w.])", entry) is not None


def _sources(expect: Expected, answer: Answer) -> Iterable[str]:
    types = {fact["source"]["type"] for fact in answer["facts"]}
    if missing := [kind for kind in expect.cites if kind not in types]:
        yield f"sources: none of type {', '.join(missing)}; found {', '.join(sorted(types)) or 'none'}"
    if wrong := [kind for kind in expect.never_cites if kind in types]:
        yield f"sources: found type {', '.join(wrong)}, which cannot have been read"


def _texts(expect: Expected, answer: Answer) -> Iterable[str]:
    text = answer["text"]
    for pattern in expect.says:
        if not _finds(pattern, text):
            yield f"text does not say /{pattern}/: {text!r}"
    for pattern in expect.never_says:
        if _finds(pattern, text):
            yield f"text says /{pattern}/: {text!r}"
    for pattern in expect.notes:
        if not _finds(pattern, saying(answer)):
            yield f"neither text nor notes say /{pattern}/: {saying(answer)!r}"


def _finds(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
