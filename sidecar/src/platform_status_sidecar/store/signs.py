"""When each Argo CD was last known to be at work. Bookkeeping only; the store locks.

Argo CD looks at each Application every few minutes and writes `reconciledAt`. One that hangs leaves its Applications as
they are, Synced and Healthy. What hangs is a controller (of one namespace) or its watch of one cluster, so that is a
group; one Application that moves keeps its group alive, however old another one is.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from platform_status_contract.observing.records import ApplicationRecord, Key
from platform_status_contract.rules.observation import Silence

__all__ = ["SignsOfLife"]

_REFRESH_TIMEOUT: Final = timedelta(minutes=5)
"""A refresh that is asked for is done within seconds; one that Argo CD forgot, with its next comparison."""
_MIN_WATCHED: Final = timedelta(minutes=5)
"""After a start, ours or the whole cluster's, Argo CD is given this long for its first sign of life."""

Group = tuple[str, str, str]
"""Namespace of the controller, and server and name of the destination."""


class _Signs(Struct):
    """Of one group.

    Attributes:
        last: Its last sign of life; None if none of its Applications was ever looked at.
        asked: The Applications with a refresh that is not done, and since when.
        size: How many Applications it has.
    """

    last: datetime | None = None
    asked: dict[Key, datetime] = {}
    size: int = 0


class SignsOfLife:
    """Signs of life of each group of Applications; nothing is kept if nobody asks for them."""

    def __init__(self, after: float) -> None:
        """Know nothing yet.

        Args:
            after: Seconds without a sign of life that count as silence; 0 for never.
        """
        self._after = timedelta(seconds=after)
        self._groups: dict[Group, _Signs] = {}

    def note(self, before: ApplicationRecord | None, after: ApplicationRecord | None, now: datetime) -> bool:
        """Take note of an Application.

        Args:
            before: What was known of it.
            after: What is known now; None if it is gone.
            now: The wall time. A sign of life in the future is one of now.

        Returns:
            Whether its group was silent, and is not any more.
        """
        record = after or before
        if record is None or not self._after:
            return False
        if before is not None and after is not None and _group(before) != _group(after):
            self.note(before, None, now)
            return self.note(None, after, now)
        signs = self._groups.setdefault(_group(record), _Signs())
        was_silent = self._is_silent(signs, now)
        signs.size += (before is None) - (after is None)
        if not signs.size:
            del self._groups[_group(record)]
        if after is None or not after.refreshing:
            signs.asked.pop(record.key, None)
        if after is not None and after.reconciled is not None and not after.seen.skipped:
            moved = before is not None and before.reconciled is not None and after.reconciled > before.reconciled
            sign = now if moved else min(after.reconciled, now)
            signs.last = sign if signs.last is None else max(signs.last, sign)
            if after.refreshing:
                signs.asked.setdefault(after.key, now)
        return was_silent and not self._is_silent(signs, now)

    def of(self, record: ApplicationRecord, watched_since: datetime | None) -> Silence | None:
        """Return when the Argo CD of an Application counts as silent, unless it shows a sign of life before.

        Args:
            record: The Application; one that Argo CD is to leave alone says nothing about Argo CD.
            watched_since: Since when Applications have been watched without a gap.
        """
        signs = self._groups.get(_group(record))
        due = None if signs is None or record.seen.skipped else self._due(signs)
        return None if due is None or watched_since is None else Silence(due, watched_since + _MIN_WATCHED)

    def _is_silent(self, signs: _Signs, now: datetime) -> bool:
        due = self._due(signs)
        return due is not None and due <= now

    def _due(self, signs: _Signs) -> datetime | None:
        if signs.last is None:
            return None
        # One that moved since is at work, and has only forgotten.
        unanswered = [asked + _REFRESH_TIMEOUT for asked in signs.asked.values() if asked >= signs.last]
        return min([signs.last + self._after, *unanswered])


def _group(record: ApplicationRecord) -> Group:
    return (record.controller, record.server, record.destination)
