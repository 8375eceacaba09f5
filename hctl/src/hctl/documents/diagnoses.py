"""A diagnosis -> its JSON document; apart, because only ``hctl diagnose`` should pay for what it imports."""

from typing import Any

from hctl.diagnosis.conclude import Diagnosis
from hctl.diagnosis.evidence import Look

from .reports import API_VERSION, body_of

__all__ = ["diagnosis_report"]

Json = dict[str, Any]


def diagnosis_report(diagnosis: Diagnosis) -> Json:
    """One request, diagnosed."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Diagnosis",
        "status": body_of(diagnosis.judged),
        "cause": _look(diagnosis.cause) if diagnosis.cause else None,
        "looks": [_look(look) for look in diagnosis.looks],
        "commands": list(diagnosis.commands),
        "remark": diagnosis.remark,
        "exitCode": int(diagnosis.judged.exit_code),
    }


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
        "grade": look.grade.name.lower(),
        "summary": look.summary,
        "details": list(look.details),
        "log": log,
        "commands": list(look.commands),
    }
