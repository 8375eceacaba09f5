"""Secrets that must exist: only their metadata is ever asked for."""

import msgspec

from platform_status_contract.model.contract import SecretReference
from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import (
    Assessment,
    Blind,
    Situation,
    Verdict,
    being_deleted,
    blind,
    missing,
    settle,
)
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, Observation, Reading, SecretSeen, Unreadable
from platform_status_contract.rules.texts import clean
from platform_status_contract.rules.timers import SourceName

__all__ = ["assess_secrets"]

_SOURCE = SourceName.SECRET
_CONDITION = ConditionType.KUBECONFIG_AVAILABLE


def assess_secrets(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """Existing is good, unless it is being deleted; the worst of several counts.

    A 403 before firstReady means that the Role which the pipeline ships has not arrived yet, until the deadline.
    """
    references = situation.contract.secrets
    if not references:
        return None
    readings = (*(observation.secrets or ()), *([None] * len(references)))
    found = (
        _assess_one(reference, reading, situation, clock)
        for reference, reading in zip(references, readings, strict=False)
    )
    ordered = sorted(found, key=lambda assessment: assessment.verdict)
    worst = ordered[0]
    alike = [assessment.message for assessment in ordered if assessment.verdict is worst.verdict]
    return msgspec.structs.replace(worst, message=clean("; ".join(dict.fromkeys(alike))))


def _assess_one(
    reference: SecretReference, reading: Reading[SecretSeen] | None, situation: Situation, clock: Clock
) -> Assessment:
    what = f"Secret {reference.namespace}/{reference.name}"
    is_forbidden = isinstance(reading, Unreadable) and reading.reason is Reason.FORBIDDEN
    if is_forbidden and not situation.first_ready and not situation.overdue:
        message = clean(f"waiting for permission to look at {what}")
        return Assessment(_SOURCE, _CONDITION, Verdict.PENDING, Reason.AWAITING_PERMISSION, message)
    settled = settle(reading, situation, clock)
    if isinstance(settled, Blind):
        return blind(_SOURCE, _CONDITION, settled, what, situation, [])
    if isinstance(settled, Absent):
        verdict = missing(situation)
        return Assessment(_SOURCE, _CONDITION, verdict, Reason.SECRET_MISSING, clean(f"{what} does not exist"))
    if settled.value.foreign:
        message = clean(f"{what} belongs to another request")
        return Assessment(_SOURCE, _CONDITION, Verdict.BAD, Reason.NOT_OURS, message)
    if settled.value.deleted is not None:
        verdict = missing(situation)
        message = clean(being_deleted(what, settled.value.deleted))
        return Assessment(_SOURCE, _CONDITION, verdict, Reason.BEING_DELETED, message)
    return Assessment(_SOURCE, _CONDITION, Verdict.GOOD, Reason.SECRET_EXISTS, clean(f"{what} exists"))
