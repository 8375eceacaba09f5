"""The four tools: their names, arguments and documents."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import jsonschema
import msgspec
from mcp_types import Tool, ToolAnnotations
from msgspec import Struct

from hctl.public.access import Session
from hctl.public.facts import UsageError, schema_text
from platform_status_contract.validation import validate_with

from . import documents, sentences

__all__ = ["TOOLS", "ToolAnswer", "checked", "offered"]

_REFERENCE: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": 510,
    "description": "NAME or KIND/NAME: its metadata.name or spec.name, such as media or webapp/shop.",
}
_NAMESPACE: Final = {
    "type": "string",
    "maxLength": 63,
    "pattern": "^[-a-z0-9]*$",
    "description": "Read only this namespace.",
}


class ToolAnswer(Struct, frozen=True):
    """The result of a tool: a document that conforms to its schema, and a short text."""

    document: Any
    text: str


class _Spec(Struct, frozen=True):
    """One tool.

    Attributes:
        description: Its purpose, for the client's choice of a tool.
        schema: Name of the JSON Schema of its document, as in ``hctl schema``.
        properties: Its arguments, except the namespace.
        required: Names of its required arguments.
        run: Reads the cluster and returns the result; blocks.
    """

    description: str
    schema: str
    properties: Mapping[str, Any]
    required: tuple[str, ...]
    run: Callable[[Session, Mapping[str, Any]], ToolAnswer]


def _list(session: Session, given: Mapping[str, Any]) -> ToolAnswer:
    document, missing = documents.list_document(
        session, given.get("kind", ""), problems=given.get("problems", False), page=given.get("page", 1)
    )
    return ToolAnswer(document, sentences.of_list(document, missing))


def _status(session: Session, given: Mapping[str, Any]) -> ToolAnswer:
    document = documents.status_document(session, given["name"])
    return ToolAnswer(document, sentences.of_status(document))


def _explain(session: Session, given: Mapping[str, Any]) -> ToolAnswer:
    document = documents.explanation_document(session, given["name"])
    return ToolAnswer(document, sentences.of_explanation(document))


def _diagnose(session: Session, given: Mapping[str, Any]) -> ToolAnswer:
    document = documents.diagnosis_document(session, given["name"])
    return ToolAnswer(document, sentences.of_diagnosis(document))


TOOLS: Final[Mapping[str, _Spec]] = {
    "list": _Spec(
        "All requests of every golden path, or of one kind: phase, readiness, and whether each status can be trusted.",
        "list",
        {
            "kind": {
                "type": "string",
                "maxLength": 253,
                "description": "Such as webapps; default: every golden path.",
            },
            "problems": {"type": "boolean", "description": "Only requests that need attention."},
            "page": {
                "type": "integer",
                "minimum": 1,
                "maximum": 1000,
                "description": f"Page of {documents.PAGE} requests; default: the first.",
            },
        },
        (),
        _list,
    ),
    "status": _Spec(
        "Is this request ready? Phase, endpoints, names of credentials, health, conditions; staleness comes first.",
        "status",
        {"name": _REFERENCE},
        ("name",),
        _status,
    ),
    "explain": _Spec(
        "By which rule a request is in its phase, from which objects, and what follows if nothing changes.",
        "explanation",
        {"name": _REFERENCE},
        ("name",),
        _explain,
    ),
    "diagnose": _Spec(
        "Why a request is not ready: the first cause in the present state of the cluster, and the next command.",
        "diagnosis",
        {"name": _REFERENCE},
        ("name",),
        _diagnose,
    ),
}


def offered() -> list[Tool]:
    """Return the tools in the types of the protocol; all are read-only."""
    return [
        Tool(
            name=name,
            description=spec.description,
            input_schema=_input_schema(spec),
            output_schema=msgspec.json.decode(schema_text(spec.schema)),
            annotations=ToolAnnotations(
                read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
            ),
        )
        for name, spec in TOOLS.items()
    ]


def checked(name: str, given: object) -> Mapping[str, Any]:
    """Return the validated arguments of a call.

    Args:
        name: One of `TOOLS`.
        given: Any JSON value; None for no arguments.

    Raises:
        UsageError: They do not match the schema of the tool.
    """
    arguments = {} if given is None else given
    problems = validate_with(arguments, jsonschema.Draft202012Validator(_input_schema(TOOLS[name])))
    if problems:
        raise UsageError(f"{name}: {problems[0].message}")
    assert isinstance(arguments, dict)  # noqa: S101 - the schema requires it
    return arguments


def _input_schema(spec: _Spec) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**spec.properties, "namespace": _NAMESPACE},
        "required": list(spec.required),
        "additionalProperties": False,
    }
