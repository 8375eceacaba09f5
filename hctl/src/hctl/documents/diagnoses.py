"""A diagnosis -> its JSON document; a module of its own, because only ``hctl diagnose`` needs its imports."""

from hctl.diagnosis.conclude import Diagnosis
from hctl.diagnosis.evidence import Events, Look
from platform_status_contract.model.times import format_time
from platform_status_contract.rules.assessment import Verdict

from .reports import API_VERSION, Json, body_of

__all__ = ["diagnosis_report"]

_GRADES = {Verdict.PENDING: "waiting"}
"""Values of `grade` that differ from the verdicts of the rules, because they are older."""


def diagnosis_report(diagnosis: Diagnosis) -> Json:
    """Return the document of a diagnosis."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Diagnosis",
        "status": body_of(diagnosis.judged),
        "seen": _seen(diagnosis),
        "cause": _look(diagnosis.cause) if diagnosis.cause else None,
        "events": _events(diagnosis.events) if diagnosis.events else None,
        "looks": [_look(look) for look in diagnosis.looks],
        "commands": list(diagnosis.commands),
        "links": dict(diagnosis.links),
        "remark": diagnosis.remark,
        "exitCode": int(diagnosis.exit_code),
    }


def _seen(diagnosis: Diagnosis) -> Json | None:
    seen = diagnosis.seen
    if seen is None:
        return None
    ready = seen.ready
    return {"phase": str(seen.phase), "reason": ready.reason, "message": ready.message, "row": seen.row}


def _events(events: Events) -> Json:
    warnings = [
        {
            "kind": event.kind,
            "namespace": event.namespace,
            "name": event.name,
            "reason": event.reason,
            "message": event.message,
            "count": event.count,
            "last": format_time(event.last) if event.last else None,
        }
        for event in events.warnings
    ]
    return {"warnings": warnings, "unread": events.unread}


def _look(look: Look) -> Json:
    log = None
    if look.log is not None:
        of = look.log.of
        log = {
            "namespace": of.namespace,
            "pod": of.pod,
            "container": of.container,
            "previous": of.previous,
            "lines": list(look.log.lines),
            "unread": look.log.unread,
        }
    return {
        "title": look.title,
        "grade": _GRADES.get(look.verdict, look.verdict.name.lower()),
        "verdict": look.verdict.name.lower(),
        "source": str(look.source) if look.source else None,
        "reason": str(look.reason) if look.reason else "",
        "summary": look.summary,
        "details": list(look.details),
        "log": log,
        "commands": list(look.commands),
    }
