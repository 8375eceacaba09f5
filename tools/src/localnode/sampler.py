"""Samples the node's containers ten times a second, because their cgroups are removed with them."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localnode import cgroups

__all__ = ["Measured", "Sampler"]

_PAUSE = 0.1


@dataclass(frozen=True)
class Measured:
    """Measurements of a container.

    Attributes:
        peak: Its peak memory in bytes, page cache included, which counts against its limit.
        uid: User of its first process; None if it ended before a sample.
    """

    peak: int
    uid: int | None


class Sampler:
    """Samples until it is closed, in its own thread.

    Args:
        cgroup: Name of the node's cgroup.
        root: Mount point of cgroups.
    """

    def __init__(self, cgroup: str, root: Path = cgroups.ROOT) -> None:
        self._cgroup = cgroup
        self._root = root
        self._lock = threading.Lock()
        self._seen: dict[str, Measured] = {}
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="localnode-sampler", daemon=True)
        self._thread.start()

    def measured(self) -> Mapping[str, Measured]:
        """Return the measurements of every container so far, by ID."""
        self._sample()
        with self._lock:
            return dict(self._seen)

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(_PAUSE):
            self._sample()

    def _sample(self) -> None:
        usage = cgroups.usage(self._cgroup, self._root)
        with self._lock:
            for container, (peak, uid) in usage.items():
                before = self._seen.get(container, Measured(0, None))
                self._seen[container] = Measured(max(before.peak, peak), before.uid if uid is None else uid)
