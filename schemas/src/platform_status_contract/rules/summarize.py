"""The combined assessments of one request (design.md section 5)."""

from collections.abc import Sequence

from msgspec import Struct

from platform_status_contract.model.vocabulary import Reason

from .assessment import Assessment, Verdict
from .timers import SourceName

__all__ = ["Summary", "summarize"]

_CAUSES = (SourceName.PODS, SourceName.OBJECTS)
"""Sources that make Argo CD report an Application as Degraded, if they are observed too."""


class Summary(Struct, frozen=True):
    """The sources as the phase table needs them.

    Attributes:
        blocking: The assessments that are not good, worst first: bad by itself, bad because it is still in progress or
            because of another bad source, paused, bad because of the pause, unreadable, pending; ties in source order.
        notes: Remarks of sources that do not block.
    """

    blocking: tuple[Assessment, ...]
    notes: tuple[str, ...]

    def having(self, *verdicts: Verdict) -> tuple[Assessment, ...]:
        """The blocking assessments with one of these verdicts, worst first."""
        return tuple(assessment for assessment in self.blocking if assessment.verdict in verdicts)

    @property
    def readable(self) -> tuple[Assessment, ...]:
        """The blocking assessments that are based on evidence."""
        return self.having(Verdict.BAD, Verdict.PAUSED, Verdict.PENDING)


def summarize(assessments: Sequence[Assessment]) -> Summary:
    """Sort the blocking assessments; the sort is stable, so equal ones stay in source order."""
    blocking = [assessment for assessment in assessments if assessment.verdict is not Verdict.GOOD]
    is_seen = any(found.source in _CAUSES and _is_bad_by_itself(found) for found in blocking)
    is_asleep = any(found.source is SourceName.PODS and found.verdict is Verdict.PAUSED for found in blocking)
    is_syncing = any(found.source is SourceName.ARGO_SYNC and found.on_its_way for found in blocking)
    consequences = {Reason.APPLICATION_DEGRADED: is_seen, Reason.APPLICATION_MISSING: is_syncing}

    def rank(found: Assessment) -> tuple[Verdict, bool]:
        if found.verdict is not Verdict.BAD:
            return found.verdict, False
        if is_asleep and found.follows_pause:
            return Verdict.PAUSED, True
        return Verdict.BAD, found.on_its_way or consequences.get(found.reason, False)

    blocking.sort(key=rank)
    return Summary(tuple(blocking), tuple(assessment.note for assessment in assessments if assessment.note))


def _is_bad_by_itself(found: Assessment) -> bool:
    return found.verdict is Verdict.BAD and not found.on_its_way
