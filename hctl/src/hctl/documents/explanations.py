"""An explanation -> its JSON document; a module of its own, because only ``hctl explain`` needs its imports."""

from datetime import datetime

from hctl.explain.derive import Explained, Explanation
from hctl.explain.forecast import Step
from hctl.explain.inputs import Input
from platform_status_contract.model.times import format_time

from .reports import API_VERSION, Json, body_of

__all__ = ["explanation_report"]


def explanation_report(explanation: Explanation) -> Json:
    """Return the document of an explanation."""
    projection = explanation.projection
    since = projection.health.get("since")
    return {
        "apiVersion": API_VERSION,
        "kind": "Explanation",
        "now": format_time(explanation.now),
        "phase": str(projection.phase),
        "reason": projection.ready.reason,
        "row": projection.row,
        "message": projection.ready.message,
        "rows": [
            {"row": row.row, "title": row.title, "matched": row.matched, "why": list(row.why)}
            for row in explanation.rows
        ],
        "conditions": [
            {
                "type": entry.type,
                "status": str(entry.status),
                "reason": entry.reason,
                "message": entry.message,
                "lastTransitionTime": entry.last_transition_time,
            }
            for entry in projection.conditions
        ],
        "sources": [_source(source, explanation) for source in explanation.sources],
        "timers": dict(since) if isinstance(since, dict) else {},
        "forecast": [_step(step, explanation.now) for step in explanation.forecast],
        "differences": [
            {"field": entry.field, "stored": entry.stored, "concluded": entry.concluded}
            for entry in explanation.differences
        ],
        "remarks": list(explanation.remarks),
        "status": body_of(explanation.judged),
        "exitCode": int(explanation.exit_code),
    }


def _source(source: Explained, explanation: Explanation) -> Json:
    found = source.assessment
    names = sorted({*map(str, found.timers), found.bad_timer})
    since = explanation.projection.health.get("since")
    running = since if isinstance(since, dict) else {}
    return {
        "source": str(found.source),
        "condition": str(found.condition),
        "verdict": found.verdict.name.lower(),
        "status": str(found.status),
        "reason": str(found.reason),
        "message": source.says,
        "timers": {name: running[name] for name in names if name in running},
        "inputs": [_input(entry, explanation.now) for entry in source.inputs],
    }


def _input(entry: Input, now: datetime) -> Json:
    return {
        "kind": entry.kind,
        "namespace": entry.namespace,
        "name": entry.name,
        "resourceVersion": entry.version,
        "ageSeconds": int((now - entry.created).total_seconds()) if entry.created is not None else None,
        "found": entry.found,
        "says": entry.says,
    }


def _step(step: Step, now: datetime) -> Json:
    return {
        "at": format_time(step.at),
        "inSeconds": int((step.at - now).total_seconds()),
        "phase": str(step.projection.phase),
        "reason": step.projection.ready.reason,
        "row": step.projection.row,
        "message": step.projection.ready.message,
        "changes": list(step.changes),
    }
