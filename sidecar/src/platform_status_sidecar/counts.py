"""Counters and histograms since the start of the process, by small closed sets of labels.

Belongs here: numbers about the sidecar itself. May not: the name of a request, a message or a time as a label. Numbers
about one request are in `outcomes`, and are removed together with the request.
"""

import threading
from array import array
from bisect import bisect_left
from enum import StrEnum
from typing import Final

from msgspec import Struct

from platform_status_kube.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError, TransportError

__all__ = [
    "BUCKETS",
    "TRUTH_BUCKETS",
    "Counter",
    "EventResult",
    "Histogram",
    "NotificationResult",
    "ProcessCounts",
    "RestartCause",
    "Suppression",
    "Timings",
    "WriteResult",
    "no_timings",
]

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds, equal to the Go client's defaults, so that the plan's histogram keeps its buckets."""

TRUTH_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds in seconds of the time to truth: 0.25 s is the goal (design.md section 8), 5 s the interval between
writes, 60 s a late retry."""


class WriteResult(StrEnum):
    """The result of a status write that was sent."""

    WRITTEN = "written"
    """The API server has it."""
    CONFLICT = "conflict"
    """409: the request changed after it was read; the write is repeated from a fresh read."""
    REFUSED = "refused"
    """403, 422 and the like: the same write would be refused again."""
    FAILED = "failed"
    """No response, 5xx or 429: retried."""
    GONE = "gone"
    """The request was deleted meanwhile."""

    @classmethod
    def of(cls, error: TransportError) -> "WriteResult":
        """Return the result for a write that ended with this error, or without one."""
        if isinstance(error, ConflictError):
            return cls.CONFLICT
        if isinstance(error, NotFoundError):
            return cls.GONE
        if isinstance(error, ForbiddenError | RefusedError):
            return cls.REFUSED
        return cls.FAILED


class Suppression(StrEnum):
    """Why a status write was not sent."""

    UNCHANGED = "unchanged"
    """Only `lastReconciled` would change (design.md section 6, rule 2)."""
    HELD = "held"
    """It is delayed: Kratix is starting a workflow, or the last write is too recent (the same, rules 5 and 7)."""


class RestartCause(StrEnum):
    """Why a watch was opened again."""

    ENDED = "ended"
    """The server ended it after the requested timeout: the ordinary case."""
    EXPIRED = "expired"
    """The resourceVersion was too old (410): the kind was listed again."""
    BROKEN = "broken"
    """The stream was interrupted, or there was no response."""
    THROTTLED = "throttled"
    """429: too many requests at the API server."""
    FORBIDDEN = "forbidden"
    """403: the sidecar may not read the kind."""
    MISSING = "missing"
    """The kind is not served."""
    MALFORMED = "malformed"
    """The body was not the JSON of a list or an event."""


class EventResult(StrEnum):
    """The result of an Event."""

    SENT = "sent"
    """The API server has it."""
    REFUSED = "refused"
    """403, 422 and the like: the same Event would be refused again."""
    FAILED = "failed"
    """No response, 5xx or 429 at any try."""
    OVER_BUDGET = "over_budget"
    """Dropped: the token bucket of this request, or of all requests together, was empty."""
    OVERFLOW = "overflow"
    """Dropped: Events arrive faster than the API server accepts them, or the sidecar stopped."""


class NotificationResult(StrEnum):
    """What became of a notification."""

    SENT = "sent"
    """The receiver has it."""
    FAILED = "failed"
    """Refused, or not answered at any try."""
    DROPPED = "dropped"
    """The receiver takes them slower than they come, or the sidecar stopped."""


class Counter:
    """Counts by label values; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, ...], int] = {}

    def add(self, *labels: str) -> None:
        """Add one."""
        with self._lock:
            self._values[labels] = self._values.get(labels, 0) + 1

    def value(self, *labels: str) -> int:
        """Return one count; 0 if it was never incremented."""
        with self._lock:
            return self._values.get(labels, 0)

    def items(self) -> list[tuple[tuple[str, ...], int]]:
        """Return the counts, sorted by label values."""
        with self._lock:
            return sorted(self._values.items())


class Timings(Struct, gc=False):
    """Durations in buckets; the bounds are kept outside, so that a thousand of these stay small.

    Attributes:
        counts: One count a bucket, not cumulative; the last one has no bound.
        seconds: Their sum.
    """

    counts: "array[int]"  # the class cannot be subscripted before Python 3.12
    seconds: float = 0.0

    def add(self, seconds: float, bounds: tuple[float, ...]) -> None:
        """Count one duration."""
        self.counts[bisect_left(bounds, seconds)] += 1
        self.seconds += seconds


def no_timings(bounds: tuple[float, ...]) -> Timings:
    """Return timings of nothing yet."""
    return Timings(array("Q", bytes(8 * (len(bounds) + 1))))


class Histogram:
    """Timings by one label; thread-safe."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self._lock = threading.Lock()
        self._timings: dict[str, Timings] = {}

    def add(self, label: str, seconds: float) -> None:
        """Count one duration."""
        with self._lock:
            timings = self._timings.get(label)
            if timings is None:
                timings = self._timings[label] = no_timings(self.bounds)
            timings.add(seconds, self.bounds)

    def items(self) -> list[tuple[str, Timings]]:
        """Return copies, sorted by label."""
        with self._lock:
            return [
                (label, Timings(array("Q", found.counts), found.seconds))
                for label, found in sorted(self._timings.items())
            ]


class ProcessCounts:
    """Every counter of the process.

    Attributes:
        writes: By kind and `WriteResult`.
        suppressed: By kind and `Suppression`.
        pruned: By kind: writes of which the server dropped or changed a part (design.md section 6, rule 8).
        storms: By kind: how often a request was written so often that it was backed off (rule 9).
        holds_run_out: By kind: writes that went although Kratix was not out of the way, because they may wait no longer
            (rule 5).
        restarts: By source and `RestartCause`.
        events: By `EventResult`.
        notifications: By `NotificationResult`.
        truth: By kind: seconds from an event's arrival to the status that says it.
    """

    def __init__(self) -> None:
        self.writes = Counter()
        self.suppressed = Counter()
        self.pruned = Counter()
        self.storms = Counter()
        self.holds_run_out = Counter()
        self.restarts = Counter()
        self.events = Counter()
        self.notifications = Counter()
        self.truth = Histogram(TRUTH_BUCKETS)
