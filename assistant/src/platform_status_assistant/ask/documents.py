"""An answer -> its JSON document; `jsonschema/answer-v1.schema.json` is the promise."""

from importlib.resources import files
from typing import Any, Final

from msgspec import Struct

from hctl.documents.reports import API_VERSION
from hctl.reading.views import RequestView

from .facts import Answer, Fact

__all__ = ["KIND", "Worded", "answer_report", "schema_text"]

KIND: Final = "Answer"

Json = dict[str, Any]


class Worded(Struct, frozen=True):
    """Who worded an answer.

    Attributes:
        used: Whether the text is a model's.
        name: Which model was asked; empty if none was.
        rejected: Why its wording was not taken; empty if it was.
        text: Its wording.
    """

    used: bool = False
    name: str = ""
    rejected: str = ""
    text: str = ""


def answer_report(question: str, answer: Answer, worded: Worded = Worded()) -> Json:  # noqa: B008 - frozen
    """Return the document of an answer.

    Args:
        question: As it was asked, inert and bounded.
        answer: The answer.
        worded: Who worded it.
    """
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "question": question,
        "intent": str(answer.topic),
        "verdict": answer.verdict,
        "text": worded.text if worded.used else answer.text,
        "abstained": bool(answer.abstained),
        "abstainedBecause": answer.abstained,
        "request": _request(answer.request),
        "candidates": [
            {"namespace": view.namespace, "name": view.name, "kind": view.kind} for view in answer.candidates
        ],
        "facts": [_fact(str(number), fact) for number, fact in enumerate(answer.facts, start=1)],
        "notes": list(answer.notes),
        "model": {"used": worded.used, "name": worded.name, "rejected": worded.rejected},
        "exitCode": int(answer.exit_code),
    }


def schema_text() -> str:
    """Return the JSON Schema (2020-12) of an answer, as text."""
    path = files("platform_status_assistant").joinpath("jsonschema", "answer-v1.schema.json")
    return path.read_text(encoding="utf-8")


def _request(view: RequestView | None) -> Json | None:
    if view is None:
        return None
    return {
        "kind": view.kind,
        "resource": view.resource,
        "namespace": view.namespace,
        "name": view.name,
        "calledName": view.called,
    }


def _fact(identifier: str, fact: Fact) -> Json:
    source = fact.source
    return {
        "id": identifier,
        "name": fact.name,
        "value": list(fact.value) if isinstance(fact.value, tuple) else fact.value,
        "text": fact.text,
        "source": {
            "type": source.type,
            "reference": source.reference,
            "key": source.key,
            "resourceVersion": source.resource_version,
            "query": source.query,
        },
        "ageSeconds": fact.age,
    }
