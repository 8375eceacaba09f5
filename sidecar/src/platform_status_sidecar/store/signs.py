"""The last sign of life of each controller. Bookkeeping only; the store holds the lock.

Argo CD compares each Application every few minutes and writes `reconciledAt`. If it hangs, its Applications stay Synced
and Healthy. Either a controller (of one namespace) hangs or its watch of one cluster, so both identify a group; one
Application with a recent `reconciledAt` proves that its group is alive, however old the others are.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from platform_status_contract.observing.interest import Topic
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.observation import Silence
from platform_status_contract.sources.source import Sign

__all__ = ["SignsOfLife"]

_REFRESH_TIMEOUT: Final = timedelta(minutes=5)
"""Argo CD does a requested refresh within seconds; one that it missed, with its next comparison."""
_MIN_WATCHED: Final = timedelta(minutes=5)
"""After a start of the sidecar or of the cluster, Argo CD has this long for its first sign of life."""


class _Signs(Struct):
    """The state of one group.

    Attributes:
        last: Its last sign of life; None if none of its Applications was ever compared.
        asked: The Applications with a pending refresh, and since when.
        size: Number of its Applications.
    """

    last: datetime | None = None
    asked: dict[Key, datetime] = {}
    size: int = 0


class SignsOfLife:
    """Signs of life of each group of Applications; nothing is kept if the check is off."""

    def __init__(self, after: float) -> None:
        """Begin without any group.

        Args:
            after: Seconds without a sign of life after which a group counts as silent; 0 for never.
        """
        self._after = timedelta(seconds=after)
        self._groups: dict[Topic, _Signs] = {}

    def note(self, key: Key, before: Sign | None, after: Sign | None, now: datetime) -> bool:
        """Record a new state of an object.

        Args:
            key: Its namespace and name.
            before: Its previous state.
            after: Its new state; None if it was deleted.
            now: The wall time. A sign of life in the future counts as now.

        Returns:
            Whether its group was silent, and no longer is.
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
        """Return when the group of an object counts as silent, unless there is a sign of life before.

        Args:
            sign: The sign in the object; one of an object that is paused is no evidence about its controller.
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
        # A group with a later sign of life is alive, and has only missed the refresh.
        unanswered = [asked + _REFRESH_TIMEOUT for asked in signs.asked.values() if asked >= signs.last]
        return min([signs.last + self._after, *unanswered])
