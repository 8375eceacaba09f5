"""An answer -> plain text: the sentence, then the evidence by number, then what has to be said beside it."""

from typing import Any

__all__ = ["spell_answer"]


def spell_answer(report: dict[str, Any]) -> str:
    """Spell the document of an answer for people; there is nothing in it that a terminal would obey.

    Args:
        report: As `documents.answer_report` makes it.
    """
    lines = [report["text"]]
    if report["facts"]:
        lines += ["", *(f"[{fact['id']}] {fact['text']}" for fact in report["facts"])]
    if report["notes"]:
        lines += [
            "",
            *(f"Note: {note}." if not note.endswith((".", "?")) else f"Note: {note}" for note in report["notes"]),
        ]
    model = report["model"]
    if model["used"]:
        lines += [
            "",
            f"Worded by {model['name']} from the facts above; each of its statements was checked against them.",
        ]
    elif model["rejected"]:
        lines += ["", f"Note: not worded by {model['name']}: {model['rejected']}"]
    return "\n".join(lines) + "\n"
