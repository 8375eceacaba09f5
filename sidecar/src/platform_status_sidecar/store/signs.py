"""When each controller was last known to be at work. Bookkeeping only; the store locks.

Argo CD looks at each Application every few minutes and writes `reconciledAt`. One that hangs leaves its Applications as
they are, Synced and Healthy. What hangs is a controller (of one namespace) or its watch of one cluster, so that is a
group; one Application that moves keeps its group alive, however old another one is.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from platform_status_contract.observing.interest import Topic
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.signs import Sign
from platform_status_contract.rules.observation import Silence

__all__ = ["SignsOfLife"]

_REFRESH_TIMEOUT: Final = timedelta(minutes=5)
"""A refresh that is asked for is done within seconds; one that Argo CD forgot, with its next comparison."""
_MIN_WATCHED: Final = timedelta(minutes=5)
"""After a start, ours or the whole cluster's, Argo CD is given this long for its first sign of life."""


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
        self._groups: dict[Topic, _Signs] = {}

    def note(self, key: Key, before: Sign | None, after: Sign | None, now: datetime) -> bool:
        """Take note of an object.

        Args:
            key: Its namespace and name.
            before: What was known of it.
            after: What is known now; None if it is gone.
            now: The wall time. A sign of life in the future is one of now.

        Returns:
            Whether its group was silent, and is not any more.
        """
        sign = after or before
        if sign is None or not self._after:
            return False
        if before is not None and after is not None and before.group != after.group:
            self.note(key, before, None, now)
            return self.note(key, None, after, now)
        signs = self._groups.setdefault(sign.group, _Signs())
        was_silent = self._is_silent(signs, now)
        signs.size += (before is None) - (after is None)
        if not signs.size:
            del self._groups[sign.group]
        if after is None or not after.asked:
            signs.asked.pop(key, None)
        if after is not None and after.at is not None and after.counts:
            moved = before is not None and before.at is not None and after.at > before.at
            seen = now if moved else min(after.at, now)
            signs.last = seen if signs.last is None else max(signs.last, seen)
            if after.asked:
                signs.asked.setdefault(key, now)
        return was_silent and not self._is_silent(signs, now)

    def of(self, sign: Sign, watched_since: datetime | None) -> Silence | None:
        """Return when the group of an object counts as silent, unless it shows a sign of life before.

        Args:
            sign: What the object says; one that is to be left alone says nothing about who looks after it.
            watched_since: Since when its kind has been watched without a gap.
        """
        signs = self._groups.get(sign.group)
        due = None if signs is None or not sign.counts else self._due(signs)
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
