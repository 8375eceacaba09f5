"""Views -> the JSON documents of ``-o json``; `jsonschema` holds their schemas."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from hctl.reading.judgement import Judged, worst
from hctl.reading.views import Counts
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.times import format_time

__all__ = ["API_VERSION", "DOCUMENTS", "Json", "body_of", "list_report", "schema_text", "status_report", "summary_of"]

DOCUMENTS: Final = ("status", "list", "diagnosis", "explanation", "dump", "validation", "doctor")


def schema_text(document: str) -> str:
    """Return the JSON Schema (2020-12) of a document, as text.

    Args:
        document: One of `DOCUMENTS`.
    """
    return files("hctl").joinpath("jsonschema", f"{document}-v1.schema.json").read_text(encoding="utf-8")


API_VERSION: Final = "hctl.status.integratn.tech/v1"

Json = dict[str, Any]


def status_report(judged: Judged) -> Json:
    """Return the document of one request."""
    return {"apiVersion": API_VERSION, "kind": "Status", **body_of(judged)}


def list_report(judged: Sequence[Judged]) -> Json:
    """Return the document of several requests, with their counts."""
    return {
        "apiVersion": API_VERSION,
        "kind": "StatusList",
        "items": [body_of(entry) for entry in judged],
        "summary": summary_of(judged),
        "exitCode": int(worst(judged)),
    }


def summary_of(judged: Sequence[Judged]) -> Json:
    """Return the number of all, ready, stale and problematic requests, and of those in each phase."""
    phases = Counter(entry.view.phase or "None" for entry in judged)
    return {
        "total": len(judged),
        "ready": sum(entry.ready for entry in judged),
        "stale": sum(not entry.trusted for entry in judged),
        "problems": sum(entry.problem for entry in judged),
        "phases": {str(phase): count for phase, count in sorted(phases.items())},
    }


def body_of(judged: Judged) -> Json:
    """Return the fields of one request that all documents share."""
    view, freshness = judged.view, judged.freshness
    health: Json = {}
    if view.sync or view.health:
        health["argocd"] = {"syncStatus": view.sync, "healthStatus": view.health}
    if view.workloads is not None:
        health["workloads"] = _counts(view.workloads, "ready")
    if view.sub_apps is not None:
        health["subApps"] = {**_counts(view.sub_apps, "healthy"), "unhealthy": list(view.unhealthy)}
    if view.objects is not None:
        health["objects"] = {**_counts(view.objects, "ready"), "unready": list(view.unready)}
    return {
        "request": {
            "apiVersion": view.api_version,
            "kind": view.kind,
            "resource": view.resource,
            "namespace": view.namespace,
            "name": view.name,
            "calledName": view.called,
            "displayName": view.display_name,
            "generation": view.generation,
            "observedGeneration": view.observed_generation,
            "created": _time(view.created),
            "deleting": view.deleting,
        },
        "phase": str(view.phase) if view.phase else None,
        "ready": judged.ready,
        "trusted": judged.trusted,
        "reason": view.ready_reason,
        "message": view.message,
        "warnings": list(judged.warnings),
        "freshness": {
            "state": str(freshness.state),
            "lastCheck": _time(freshness.checked),
            "ageSeconds": freshness.seconds,
            "lastWrite": _time(view.last_reconciled),
            "lease": view.lease,
            "explanation": freshness.text,
        },
        "endpoints": dict(view.endpoints),
        "credentials": dict(view.credentials),
        "health": health,
        "conditions": [
            {
                "type": entry.type,
                "status": entry.status,
                "reason": entry.reason,
                "message": entry.message,
                "lastTransitionTime": _time(entry.since),
                "owned": entry.owned,
            }
            for entry in view.conditions
        ],
        "problems": list(view.problems),
        "workflow": str(view.workflow),
        "contract": view.contract.version if isinstance(view.contract, Contract) else None,
        "exitCode": int(judged.exit_code),
    }


def _counts(counts: Counts, key: str) -> Json:
    return {key: counts.good, "total": counts.total}


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment is not None else None
