"""The four documents that a tool answers with, composed from what hctl reads and concludes; blocking, and read-only."""

from typing import Any

import msgspec

from hctl.public.access import Session, collect, diagnose_request, judge_all
from hctl.public.facts import diagnosis_report, explain, explanation_report, list_report, status_report

__all__ = ["PAGE", "diagnosis_document", "explanation_document", "list_document", "status_document"]

PAGE = 100
"""Requests of one answer: an assistant pays for each."""


def list_document(
    session: Session, kind: str = "", *, problems: bool = False, page: int = 1
) -> tuple[Any, tuple[str, ...]]:
    """Requests of one kind, or of every golden path; with ``problems`` only those somebody should look at.

    Args:
        session: The cluster.
        kind: Which kind; empty for every golden path.
        problems: Whether to leave out what is well.
        page: Which `PAGE` of them, from 1; the summary is of all.

    Returns:
        The document, and what is missing in it: kinds or namespaces that may not be listed, and the other pages.

    Raises:
        HctlError: The cluster cannot be asked, or has no such kind.
    """
    collections = session.requests_of(session.kind(kind)) if kind else session.golden_paths()
    judged = judge_all(session.transport, [view for collection in collections for view in collection.views])
    chosen = sorted(
        (entry for entry in judged if entry.problem or not problems),
        key=lambda entry: (entry.view.namespace, entry.view.kind, entry.view.name),
    )
    spaces = sorted({collection.namespace for collection in collections if collection.narrowed})
    missing = [f"not all namespaces may be listed; looked into {', '.join(spaces)} only"] if spaces else []
    if session.refused:
        missing.append(f"{', '.join(sorted(session.refused))} may not be listed; what is there is missing here")
    document = msgspec.to_builtins(list_report(chosen))
    pages = max(-(-len(chosen) // PAGE), 1)
    document["items"] = document["items"][(page - 1) * PAGE : page * PAGE]
    if pages > 1 or page > pages:
        missing.append(f"this is page {page} of {pages}; ask for the others by `page`")
    return document, tuple(missing)


def status_document(session: Session, reference: str) -> Any:  # noqa: ANN401 - JSON
    """The status of one request, with the judgement of its freshness.

    Raises:
        HctlError: It cannot be found, or the cluster not be asked.
    """
    found = session.find(reference)
    return msgspec.to_builtins(status_report(judge_all(session.transport, (found.view,))[0]))


def explanation_document(session: Session, reference: str) -> Any:  # noqa: ANN401 - JSON
    """Why one request is in its phase.

    Raises:
        HctlError: It cannot be found, or the cluster not be asked.
    """
    found = session.find(reference)
    case = collect(session.transport, found.view, found.raw, _quietly)
    return msgspec.to_builtins(explanation_report(explain(case)))


def diagnosis_document(session: Session, reference: str) -> Any:  # noqa: ANN401 - JSON
    """The first cause of one request's phase, and the command to run next.

    Raises:
        HctlError: It cannot be found, or the cluster not be asked.
    """
    found = session.find(reference)
    diagnosis = diagnose_request(session.transport, session.orders, found.view, found.raw)
    return msgspec.to_builtins(diagnosis_report(diagnosis))


def _quietly(_what: str) -> None:
    """Nobody watches the progress."""
