"""Comparisons with now, which remember when their answer will change.

Every deadline of the phase table passes through here, so "when must this request be looked at again?" is answered by
the decision itself: no list of timers kept beside the rules can fall out of step with them.
"""

from datetime import UTC, datetime, timedelta

__all__ = ["Clock"]

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class Clock:
    """One moment, and the later moments at which a comparison made with it turns out differently.

    It lives for one decision and reads no real clock: `now` is given.

    Attributes:
        now: The moment of the decision, aware, UTC.
    """

    def __init__(self, now: datetime) -> None:
        """Hold `now` still for one decision."""
        self.now = now
        self._due: datetime | None = None

    def older_than(self, since: datetime | None, seconds: float) -> bool:
        """Whether `since` lies at least `seconds` back.

        Args:
            since: When something began; None if it has not. A time in the future counts as not yet begun. Parts of a
                second are cut off, as `now` has none: else a wake between two seconds would change nothing.
            seconds: The age in question.

        Returns:
            False for None. A False answer about a real time is remembered as due at `since + seconds`.
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
        """The earliest moment at which an answer given so far becomes True; None if none can."""
        return self._due
