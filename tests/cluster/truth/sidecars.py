"""The whole sidecar in process, with a clock that skips and a transport that can be tapped."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from platform_status_contract.observing.records import Key
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import Facts, Observation
from platform_status_contract.rules.projection import Projection
from platform_status_contract.sources.source import ObservedKind
from platform_status_kube.connection import connect
from platform_status_kube.http_transport import HttpTransport
from platform_status_sidecar.app import App
from platform_status_sidecar.settings import SidecarSettings

from .clocks import SkippingClock
from .tap import Tap

__all__ = ["Sidecar", "eventually", "running_sidecar"]

T = TypeVar("T")

_PATIENCE = 20.0


def eventually(look: Callable[[], T | None], what: str, *, seconds: float = _PATIENCE, pause: float = 0.005) -> T:
    """Return the first true answer of `look`; fail after 20 s, or what is given."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(pause)
    raise AssertionError(f"waited {seconds:g} s in vain: {what}")


class Sidecar:
    """A running sidecar, and what a test may do with it.

    Attributes:
        app: The sidecar.
        clock: Its clock.
        tap: Its transport.
        rows: The row of the phase table that matched last, by request.
    """

    def __init__(self, app: App, clock: SkippingClock, tap: Tap, rows: dict[Key, str]) -> None:
        self.app = app
        self.clock = clock
        self.tap = tap
        self.rows = rows

    def reconciles(self, key: Key) -> int:
        """Say how often a request was reconciled; names of requests are unique in these tests."""
        return sum(sum(tally.timings.counts) for name, tally in self.app.outcomes.tallies() if name == key[1])

    def poke(self, key: Key) -> None:
        """Fire every wake of a request that is due, and return once a reconcile that began after this is over."""
        for _ in range(2):  # the first one may have been under way already
            before = self.reconciles(key)
            self.app.queue.add(key)
            # A key that the skipped time made due tells nobody; one of no request makes the worker look at the clock.
            self.app.queue.add(("", "nobody"))
            eventually(lambda before=before: self.reconciles(key) > before, f"a reconcile of {key}")  # type: ignore[misc]  # mypy does not infer a lambda with a default

    def skip(self, seconds: float, *keys: Key) -> None:
        """Let time pass, and fire what has become due of these requests."""
        self.clock.skip(seconds)
        for key in keys:
            self.poke(key)

    def pass_the_hold(self, *keys: Key) -> None:
        """Skip the 2 s after a change for which a write is held while a workflow may be about to run (rule 5)."""
        self.skip(3, *keys)

    def concluded(self, key: Key, row: str) -> None:
        """Wait until this row of the phase table has matched."""
        eventually(lambda: self.rows.get(key) == row, f"row {row} for {key}, last {self.rows.get(key)}")

    def writes(self, key: Key) -> int:
        """Say how often a write of the request was tried."""
        return self.tap.count("patch", f"/namespaces/{key[0]}/vclusterorchestratorv2s/{key[1]}/status")


@contextmanager
def running_sidecar(
    kubeconfig: Path,
    namespace: str,
    *,
    clock: SkippingClock | None = None,
    watch_seconds: int | None = None,
    kinds: Mapping[str, ObservedKind] | None = None,
    scope: tuple[str, ...] | None = None,
) -> Iterator[Sidecar]:
    """Run a sidecar for the length of a ``with`` block.

    Args:
        kubeconfig: As whom it talks to the API server.
        namespace: Where its Lease goes.
        clock: Its clock, to go on with after a restart.
        watch_seconds: See `Tap`.
        kinds: Kinds that its Promise's contracts name under `objects`.
        scope: Where contracts may look.
    """
    clock = clock or SkippingClock()
    connection = connect(str(kubeconfig), connections=16)
    tap = Tap(HttpTransport(connection, user_agent="truth"))
    tap.watch_seconds = watch_seconds
    rows: dict[Key, str] = {}

    def note_row(history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
        projection = conclude(history, observation, facts, now)
        rows[facts.namespace, facts.name] = projection.row
        return projection

    settings = SidecarSettings(
        lease=f"{namespace}/truth",
        listen_host="127.0.0.1",
        listen_port=0,
        write_interval=0,
        kinds=kinds or {},
        scope=scope,
    )
    app = App(settings, transport=tap, clock=clock, identity="truth", rules=note_row)
    app.start()
    try:
        yield Sidecar(app, clock, tap, rows)
    finally:
        app.close()
        connection.close()
