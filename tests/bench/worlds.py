"""What else happens while the sidecar is measured: nothing, the writes of Argo CD at rest, or bursts of changes."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from localplane.client import Client
from localplane.errors import FAILURES
from tests.bench.load import application_names

__all__ = ["Change", "World", "argo_writes", "planned_changes", "planned_writes"]

_WRITES_PER_MINUTE = 0.39
"""Of each Application, measured on a real Argo CD at rest (next to its resync of three minutes)."""
_BLIP_BATCH = 100
"""Requests that blip together: three waves of so many are taken in less than 3 s by any API server."""


class World(StrEnum):
    """What moves besides the changes that are timed one by one."""

    STILL = "still"
    ARGOCD = "argocd"
    BURST = "burst"


class Change(NamedTuple):
    """A pod's Ready that flips."""

    request: int
    pod: int
    ready: bool


def planned_changes(requests: Sequence[int], *, blip: bool) -> Iterator[list[Change]]:
    """Plan a burst; whatever its kind, in the end the second pod of each request is not ready, and no other.

    Args:
        requests: Their numbers.
        blip: Before it, the first pod breaks and heals; else it is one change per request.

    Yields:
        Waves; the next begins when the server has taken every change of the one before.
    """
    if not blip:
        yield [Change(number, 1, ready=False) for number in requests]
        return
    for first in range(0, len(requests), _BLIP_BATCH):
        for pod, ready in ((0, False), (0, True), (1, False)):
            yield [Change(number, pod, ready) for number in requests[first : first + _BLIP_BATCH]]


def planned_writes(applications: int, seed: int = 7) -> Iterator[tuple[float, int]]:
    """Plan the writes of an Argo CD at rest: it looks at each Application with a fixed period, each at its own moment.

    Args:
        applications: How many there are.
        seed: Of the moments.

    Yields:
        Seconds since the start, ascending, and the number of an Application; without end.
    """
    period = 60 / _WRITES_PER_MINUTE
    draw = random.Random(seed)  # noqa: S311 - a repeatable load
    moments = sorted((draw.uniform(0, period), number) for number in range(applications))
    for turn in itertools.count():
        for moment, number in moments:
            yield turn * period + moment, number


@contextmanager
def argo_writes(client: Client, requests: int, *, patient: bool = False) -> Iterator[Callable[[], int]]:
    """Write as Argo CD at rest does, from a thread: merge patches that change status.reconciledAt alone.

    Applications have no status subresource, so resourceVersion and generation move with it.

    Args:
        client: Its own.
        requests: How many requests there are.
        patient: Pass over a server that refuses or does not answer.

    Yields:
        What says how many were written so far.
    """
    names = [name for number in range(requests) for name in application_names(number)]
    stop = threading.Event()
    written: list[float] = []

    def run() -> None:
        began = time.monotonic()
        for moment, number in planned_writes(len(names)):
            if stop.wait(max(0.0, began + moment - time.monotonic())):
                return
            patch = {"status": {"reconciledAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}}
            with suppress(*FAILURES) if patient else nullcontext():
                client.patch("argoproj.io/v1alpha1", "Application", names[number], patch, namespace="argocd")
                written.append(moment)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            yield lambda: len(written)
        finally:
            stop.set()
        running.result()  # raises what a write raised
