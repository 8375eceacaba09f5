"""The scoreboard for people: ``python -m tests.cluster.assistant.evaluation`` asks all, and says what was right."""

import argparse
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

from observability.binaries import find
from tests.assistant_evaluation.checks import against_expectation
from tests.assistant_evaluation.questions import FOLDER, Question, read

from .asking import Asked, ask, findings
from .world import World, world

__all__ = ["main", "scoreboard"]


def scoreboard(found: dict[str, list[str]], questions: list[Question]) -> str:
    """Return the lines: per intent so many right of so many, then each failure.

    Args:
        found: Id -> what is wrong with the answer.
        questions: Those that were asked.
    """
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for question in questions:
        intent = question.expect.intent
        name = intent if isinstance(intent, str) else intent[0]
        asked[name] += 1
        right[name] += not found[question.id]
    width = max(map(len, asked))
    lines = [f"{name:<{width}}  {right[name]:>3} of {asked[name]:>3}" for name in sorted(asked)]
    lines.append(f"{'all':<{width}}  {right.total():>3} of {asked.total():>3}")
    for question in questions:
        if found[question.id]:
            lines += ["", f"{question.id}: {question.question!r} ({question.world})"]
            lines += [f"  {line}" for line in found[question.id]]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Ask, print, and end with 1 if any answer is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.assistant.evaluation", description=__doc__)
    parser.add_argument("only", nargs="*", help="ids of questions, or how they begin; all if none is named")
    parser.add_argument("--answers", action="store_true", help="print each answer too")
    parser.add_argument("--questions", type=Path, default=FOLDER, help="a folder of other questions about that world")
    parser.add_argument("--swap", action="store_true", help="measure how sharp the questions are, not the answers")
    options = parser.parse_args(arguments)
    binary = find("prometheus")
    if binary is None:
        sys.stderr.write("there is no prometheus here; `make observability-binaries` fetches it\n")
        return 2
    questions = [one for one in read(options.questions) if not options.only or one.id.startswith(tuple(options.only))]
    with tempfile.TemporaryDirectory() as folder, world(binary, Path(folder)) as made:
        if options.swap:
            sys.stdout.write(f"{_swapped({question.id: (question, ask(made, question)) for question in questions})}\n")
            return 0
        found = {question.id: _judged(made, question, shown=options.answers) for question in questions}
    sys.stdout.write(f"{scoreboard(found, questions)}\n")
    return int(any(found.values()))


def _judged(made: World, question: Question, *, shown: bool) -> list[str]:
    try:
        asked = ask(made, question)
        if shown:
            sys.stdout.write(f"{question.id}: {question.question!r} -> {_told(asked)}\n")
        return findings(made, question, asked)
    except Exception:  # noqa: BLE001 - one question must not end the evaluation
        return [traceback.format_exc(limit=-3)]


def _swapped(answers: dict[str, tuple[Question, Asked]]) -> str:
    """Give each question the answer to every other one: how many of those that differ does it refuse?"""
    tried = refused = 0
    content: Counter[str] = Counter()
    for name, (question, own) in answers.items():
        for _, other in answers.values():
            if other.answer is None or (own.answer is not None and own.answer["text"] == other.answer["text"]):
                continue
            tried += 1
            wrong = against_expectation(question, {**other.answer, "question": question.question})
            refused += bool(wrong)
            content[name] += not wrong
    lines = [f"{refused} of {tried} answers to another question are refused ({refused / tried:.1%}); least sharp:"]
    return "\n".join([*lines, *(f"  {name} accepts {number}" for name, number in content.most_common(10))])


def _told(asked: Asked) -> str:
    answer = asked.answer
    if answer is None:
        return asked.error.strip()
    return "\n    note: ".join([f"{answer['verdict']} ({asked.exit_code}): {answer['text']}", *answer["notes"]])


if __name__ == "__main__":
    sys.exit(main())
