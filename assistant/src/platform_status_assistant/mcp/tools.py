"""The four tools: names, arguments, and the documents that they build from hctl's results; blocking and read-only."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import jsonschema
import msgspec
from mcp_types import Tool, ToolAnnotations
from msgspec import Struct

from hctl.public.access import Session, collect, diagnose_request, judge_all
from hctl.public.facts import (
    UsageError,
    diagnosis_report,
    explain,
    explanation_report,
    list_report,
    schema_text,
    status_report,
)
from platform_status_contract.validation import validate_with

from . import sentences

__all__ = [
    "PAGE",
    "TOOLS",
    "ToolAnswer",
    "checked",
    "diagnosis_document",
    "explanation_document",
    "list_document",
    "offered",
    "status_document",
]

PAGE = 100
"""Requests per page, because a language model pays for each."""

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


def list_document(
    session: Session, kind: str = "", *, problems: bool = False, page: int = 1
) -> tuple[Any, tuple[str, ...]]:
    """List the requests of one kind, or of every golden path.

    Args:
        session: The cluster.
        kind: Name of the kind; empty for every golden path.
        problems: Whether to list only requests that need attention.
        page: Page of `PAGE` requests, from 1; the summary covers all.

    Returns:
        The document, and notes on its gaps: kinds or namespaces that the user may not list, and the other pages.

    Raises:
        HctlError: The cluster cannot be read, or does not have the kind.
    """
    collections = session.requests_of(session.kind(kind)) if kind else session.golden_paths()
    judged = judge_all(session.transport, [view for collection in collections for view in collection.views])
    chosen = sorted(
        (entry for entry in judged if entry.problem or not problems),
        key=lambda entry: (entry.view.namespace, entry.view.kind, entry.view.name),
    )
    spaces = sorted({collection.namespace for collection in collections if collection.narrowed})
    missing = [f"not all namespaces may be listed; listed only {', '.join(spaces)}"] if spaces else []
    if session.refused:
        missing.append(f"{', '.join(sorted(session.refused))} may not be listed; their requests are missing here")
    document = msgspec.to_builtins(list_report(chosen))
    pages = max(-(-len(chosen) // PAGE), 1)
    document["items"] = document["items"][(page - 1) * PAGE : page * PAGE]
    if pages > 1 or page > pages:
        missing.append(f"this is page {page} of {pages}; request the others by `page`")
    return document, tuple(missing)


def status_document(session: Session, reference: str) -> Any:  # noqa: ANN401 - JSON
    """Return the status of one request, with its freshness.

    Raises:
        HctlError: It does not exist, or the cluster cannot be read.
    """
    found = session.find(reference)
    return msgspec.to_builtins(status_report(judge_all(session.transport, (found.view,))[0]))


def explanation_document(session: Session, reference: str) -> Any:  # noqa: ANN401 - JSON
    """Return the derivation of the phase of one request.

    Raises:
        HctlError: It does not exist, or the cluster cannot be read.
    """
    found = session.find(reference)
    case = collect(session.transport, found.view, found.raw, _quietly)
    return msgspec.to_builtins(explanation_report(explain(case)))


def diagnosis_document(session: Session, reference: str) -> Any:  # noqa: ANN401 - JSON
    """Return the first cause of one request's phase, and the command to run next.

    Raises:
        HctlError: It does not exist, or the cluster cannot be read.
    """
    found = session.find(reference)
    diagnosis = diagnose_request(session.transport, session.orders, found.view, found.raw)
    return msgspec.to_builtins(diagnosis_report(diagnosis))


def _quietly(_what: str) -> None:
    """Ignore a progress message, because the protocol has no place for it."""


def _list(session: Session, given: Mapping[str, Any]) -> ToolAnswer:
    document, missing = list_document(
        session, given.get("kind", ""), problems=given.get("problems", False), page=given.get("page", 1)
    )
    return ToolAnswer(document, sentences.of_list(document, missing))


def _about_one(
    build: Callable[[Session, str], Any], tell: Callable[[Any], str]
) -> Callable[[Session, Mapping[str, Any]], ToolAnswer]:
    """Return how a tool about one request runs: it builds its document, and tells it in a text."""

    def run(session: Session, given: Mapping[str, Any]) -> ToolAnswer:
        document = build(session, given["name"])
        return ToolAnswer(document, tell(document))

    return run


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
                "description": f"Page of {PAGE} requests; default: the first.",
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
        _about_one(status_document, sentences.of_status),
    ),
    "explain": _Spec(
        "By which rule a request is in its phase, from which objects, and what follows if nothing changes.",
        "explanation",
        {"name": _REFERENCE},
        ("name",),
        _about_one(explanation_document, sentences.of_explanation),
    ),
    "diagnose": _Spec(
        "Why a request is not ready: the first cause in the present state of the cluster, and the next command.",
        "diagnosis",
        {"name": _REFERENCE},
        ("name",),
        _about_one(diagnosis_document, sentences.of_diagnosis),
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
