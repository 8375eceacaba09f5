"""All assessments of one request, seen together (design.md section 5)."""

from collections.abc import Sequence

from msgspec import Struct

from .assessment import Assessment, Verdict

__all__ = ["Summary", "summarize"]


class Summary(Struct, frozen=True):
    """What the phase table asks about the sources.

    Attributes:
        blocking: Everything that is not good, worst first: bad by itself, bad because it is still on its way, paused,
            unreadable, pending; ties in source order.
        notes: What is worth saying although it does not block.
    """

    blocking: tuple[Assessment, ...]
    notes: tuple[str, ...]

    def having(self, *verdicts: Verdict) -> tuple[Assessment, ...]:
        """The blocking assessments with one of these verdicts, worst first."""
        return tuple(assessment for assessment in self.blocking if assessment.verdict in verdicts)

    @property
    def readable(self) -> tuple[Assessment, ...]:
        """The blocking assessments that rest on evidence."""
        return self.having(Verdict.BAD, Verdict.PAUSED, Verdict.PENDING)


def summarize(assessments: Sequence[Assessment]) -> Summary:
    """Order what blocks; the sort is stable, so equals stay in source order."""
    blocking = sorted(
        (assessment for assessment in assessments if assessment.verdict is not Verdict.GOOD),
        key=lambda assessment: (assessment.verdict, assessment.verdict is Verdict.BAD and assessment.on_its_way),
    )
    return Summary(tuple(blocking), tuple(assessment.note for assessment in assessments if assessment.note))
