"""The four documents that the tools return, built from hctl's results; blocking and read-only."""

from typing import Any

import msgspec

from hctl.public.access import Session, collect, diagnose_request, judge_all
from hctl.public.facts import diagnosis_report, explain, explanation_report, list_report, status_report

__all__ = ["PAGE", "diagnosis_document", "explanation_document", "list_document", "status_document"]

PAGE = 100
"""Requests per page, because a language model pays for each."""


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
