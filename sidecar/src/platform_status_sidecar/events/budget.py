"""The rate limit of Events: a token bucket per request, and one for all requests together. No I/O and no clock.

Neither a flapping request nor a thousand that change at once may fill etcd. An Event over the limit is dropped, not
queued: the status holds the same information, and is newer.
"""

from typing import Final

from msgspec import Struct

from platform_status_contract.observing.records import Key

__all__ = ["Budget"]

_PER_REQUEST: Final = (10.0, 1 / 60)
"""Capacity, and tokens a second: enough for all phases from Scheduled to Ready at once, then one a minute."""
_ALTOGETHER: Final = (100.0, 1.0)


class _Bucket(Struct, gc=False):
    tokens: float
    filled_at: float

    def fill(self, now: float, most: float, rate: float) -> float:
        self.tokens = min(most, self.tokens + max(now - self.filled_at, 0.0) * rate)
        self.filled_at = now
        return self.tokens


class Budget:
    """The buckets; not thread-safe: the sender holds a lock."""

    def __init__(
        self, per_request: tuple[float, float] = _PER_REQUEST, whole: tuple[float, float] = _ALTOGETHER
    ) -> None:
        """Begin with full buckets.

        Args:
            per_request: Capacity and tokens a second, of each request.
            whole: The same, of all requests together.
        """
        self._per_request = per_request
        self._altogether = whole
        self._whole = _Bucket(whole[0], 0.0)
        self._buckets: dict[Key, _Bucket] = {}

    def take(self, key: Key, now: float) -> bool:
        """Take one token from each of the two buckets, or none from either.

        Args:
            key: The request.
            now: Monotonic seconds.

        Returns:
            Whether the Event may be sent.
        """
        bucket = self._buckets.setdefault(key, _Bucket(self._per_request[0], now))
        own = bucket.fill(now, *self._per_request)
        whole = self._whole.fill(now, *self._altogether)
        if own < 1 or whole < 1:
            return False
        bucket.tokens -= 1
        self._whole.tokens -= 1
        return True

    def forget(self, key: Key) -> None:
        """Drop a request's bucket."""
        self._buckets.pop(key, None)
