"""Secrets that must exist: only their metadata is ever asked for."""

import msgspec

from platform_status_contract.model.contract import SecretReference
from platform_status_contract.model.vocabulary import Reason
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

from .read import entry_of

__all__ = ["assess_secrets"]

_SOURCE = SourceName.SECRET


def assess_secrets(observation: Observation, situation: Situation, clock: Clock) -> tuple[Assessment, ...]:
    """Existing is good, unless it is being deleted; of several Secrets of one role the worst counts.

    A 403 before firstReady means that the Role which the pipeline ships has not arrived yet, until the deadline.
    """
    references = situation.contract.secrets or ()
    readings = (*(observation.secrets or ()), *([None] * len(references)))
    found: dict[str, list[Assessment]] = {}
    for reference, reading in zip(references, readings, strict=False):
        found.setdefault(reference.condition, []).append(_assess_one(reference, reading, situation, clock))
    return tuple(_worst(several) for several in found.values())


def _worst(found: list[Assessment]) -> Assessment:
    ordered = sorted(found, key=lambda assessment: assessment.verdict)
    worst = ordered[0]
    alike = [assessment.message for assessment in ordered if assessment.verdict is worst.verdict]
    return msgspec.structs.replace(worst, message=clean("; ".join(dict.fromkeys(alike))))


def _assess_one(
    reference: SecretReference, reading: Reading[SecretSeen] | None, situation: Situation, clock: Clock
) -> Assessment:
    what = f"Secret {reference.namespace}/{reference.name}"
    entry = entry_of(reference)
    is_forbidden = isinstance(reading, Unreadable) and reading.reason is Reason.FORBIDDEN
    settled = settle(reading, situation, clock)
    if is_forbidden and not situation.first_ready and not situation.overdue:
        verdict, reason, said = Verdict.PENDING, Reason.AWAITING_PERMISSION, f"waiting for permission to look at {what}"
    elif isinstance(settled, Blind):
        return blind(_SOURCE, reference.condition, settled, what, situation, [], entry=entry)
    elif isinstance(settled, Absent):
        verdict, reason, said = missing(situation), Reason.SECRET_MISSING, f"{what} does not exist"
    elif settled.value.foreign:
        verdict, reason, said = Verdict.BAD, Reason.NOT_OURS, f"{what} belongs to another request"
    elif settled.value.deleted is not None:
        said = being_deleted(what, settled.value.deleted)
        verdict, reason = missing(situation), Reason.BEING_DELETED
    else:
        verdict, reason, said = Verdict.GOOD, Reason.SECRET_EXISTS, f"{what} exists"
    return Assessment(_SOURCE, reference.condition, verdict, reason, clean(said), entry=entry)
