"""Comparisons with now, which record when their result will change.

Every deadline of the phase table uses this clock, so the decision itself computes when the request is due again, and
no separate list of timers can disagree with the rules.
"""

from datetime import UTC, datetime, timedelta

__all__ = ["Clock"]

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class Clock:
    """One moment, and the later moments at which a comparison with it has another result.

    An instance is used for one decision and reads no real clock: `now` is an argument.

    Attributes:
        now: The moment of the decision, aware, UTC.
    """

    def __init__(self, now: datetime) -> None:
        """Fix `now` for one decision."""
        self.now = now
        self._due: datetime | None = None

    def older_than(self, since: datetime | None, seconds: float) -> bool:
        """Whether `since` is at least `seconds` ago.

        Args:
            since: When something began; None if it has not. A time in the future counts as not yet begun. Fractions
                of a second are cut off, as in `now`: else a wake-up between two seconds would change nothing.
            seconds: The age in question.

        Returns:
            False for None. A False result for a time is recorded as due at `since + seconds`.
        """
        if since is None:
            return False
        try:
            due = since.replace(microsecond=0) + timedelta(seconds=seconds)
        except OverflowError:
            due = _END_OF_TIME
        if due <= self.now:
            return True
        if self._due is None or due < self._due:
            self._due = due
        return False

    @property
    def wake(self) -> datetime | None:
        """The earliest moment at which a False result so far becomes True; None if there is none."""
        return self._due
