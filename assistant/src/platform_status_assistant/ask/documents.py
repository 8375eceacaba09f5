"""An answer -> its JSON document (schema: `jsonschema/answer-v1.schema.json`) and its text. Pure."""

from importlib.resources import files
from typing import Any, Final

from hctl.public.facts import API_VERSION

from .facts import Answer
from .grammar import Question

__all__ = ["KIND", "answer_report", "schema_text", "spell_answer"]

KIND: Final = "Answer"

Json = dict[str, Any]


def answer_report(question: Question, answer: Answer) -> Json:
    """Return the document of an answer.

    Args:
        question: The parsed question.
        answer: The answer.
    """
    notes = [*answer.notes, *(["The question is too long; only its beginning was read"] if question.cut else [])]
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "question": question.text,
        "intent": str(answer.intent),
        "verdict": str(answer.verdict),
        "text": answer.text,
        "notUnderstood": list(answer.unknown),
        "abstainedBecause": answer.abstained,
        "requests": [
            {"resource": view.resource, "namespace": view.namespace, "name": view.name, "calledName": view.called}
            for view in answer.requests
        ],
        "facts": [
            {
                "name": fact.name,
                "value": list(fact.value) if isinstance(fact.value, tuple) else fact.value,
                "type": fact.type,
                "reference": fact.reference,
                "key": fact.key,
                "resourceVersion": fact.version,
                "ageSeconds": fact.age,
            }
            for fact in answer.facts
        ],
        "notes": notes,
        "exitCode": int(answer.exit_code),
    }


def spell_answer(report: Json, answer: Answer, *, cite: bool) -> str:
    """Return the text of an answer, without characters that control a terminal.

    Args:
        report: Its document.
        answer: The answer.
        cite: Whether the facts are cited below it.
    """
    lines = [report["text"], *(f"Note: {note}" for note in report["notes"])]
    if cite:
        lines += ["", *(f"[{number}] {fact.text}" for number, fact in enumerate(answer.facts, start=1))]
    return "\n".join(lines) + "\n"


def schema_text() -> str:
    """Return the JSON Schema (2020-12) of an answer, as text."""
    path = files("platform_status_assistant").joinpath("jsonschema", "answer-v1.schema.json")
    return path.read_text(encoding="utf-8")
