"""The wiring: how the parts are connected, started and stopped."""

import logging
import queue
import threading
import time
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from platform_status_contract.observing.interest import Place
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.sources.registry import KINDS
from platform_status_kube.transport import Transport

from . import __version__
from .clock import Jumps, TimeSource
from .decide import Conclude
from .events.sender import EventSender
from .health import is_informed, liveness
from .kinds import api_version, request_path, watched_kinds
from .notify.notifier import Notifier
from .notify.receiver import Receiver
from .observer import TurnObserver
from .outcomes import Outcomes
from .queue import CoalescingQueue
from .reconcile import Reconciler
from .serve import StatusServer, pages
from .settings import SidecarSettings
from .store import Store
from .watch.backfill import Backfill
from .watch.election import Election
from .watch.lease import LeaseOwner, LeaseRenewal
from .watch.reflector import Reflector
from .watch.secrets import SecretPolls
from .workers import Turns, Worker
from .write.pace import LIMITS, Limits
from .write.writer import Writer

__all__ = ["App"]

_STOP_TIMEOUT: Final = 5.0
"""Seconds to release the Lease, and again to join all other threads together. A thread that still waits for a response
is abandoned; as a daemon thread it ends with the process."""
_DRAIN_TIMEOUT: Final = 10.0
"""Seconds to finish the writes that are due at shutdown; a pod has 30 s to terminate."""
_EVENT_TIMEOUT: Final = 2.0
"""Events and notifications that are queued when we are told to stop are sent, if that takes no longer."""
_WRITERS: Final = 6
_ASKERS: Final = 3
"""Threads that write, and threads that poll Secrets: they spend most of their time waiting for the API server."""
_LOOK_INTERVAL: Final = 1.0
_log = logging.getLogger(__name__)


class App:
    """The whole sidecar as one object: start it, wait for it, stop it."""

    def __init__(
        self,
        settings: SidecarSettings,
        *,
        transport: Transport,
        clock: TimeSource,
        identity: str,
        rules: Conclude = conclude,
        limits: Limits = LIMITS,
    ) -> None:
        """Connect the parts and bind the port; no thread is started yet.

        Args:
            settings: What to do.
            transport: The API server.
            clock: The clocks.
            identity: Name of this host, for the Lease.
            rules: The rules.
            limits: For how long a write is held; the interval comes from the settings.

        Raises:
            OSError: If the port cannot be bound.
        """
        self._transport = transport
        self._jumps = Jumps(clock)
        self._stop = threading.Event()
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._written = threading.Event()
        self._threads: list[threading.Thread] = []
        self.outcomes = Outcomes()
        self.queue: CoalescingQueue[Key] = CoalescingQueue(clock)
        self._secrets: CoalescingQueue[Key] = CoalescingQueue(clock)
        self._places: CoalescingQueue[Place] = CoalescingQueue(clock)
        counts, stop = self.outcomes.counts, self._stop
        self.store = store = Store(
            promise=settings.promise,
            clock=clock,
            wake=self._wake,
            poll=self._secrets.add,
            cover=self._places.add,
            mine=settings.shard.owns,
            kinds={**KINDS, **settings.kinds},
            scope=settings.scope,
            silent_after=settings.argocd_silent_after,
        )
        self._lease = (Election if settings.leader_elect else LeaseRenewal)(
            settings.lease,
            identity=identity,
            transport=transport,
            clock=clock,
            stop=self._written,
            healthy=lambda: liveness(self._threads).ok and is_informed(store),
            owner=LeaseOwner(transport, settings.lease.partition("/")[0]).metadata,
            on_change=self._on_leading,
        )
        self._events = EventSender(
            transport, api_version(settings.resource), counts=counts, identity=identity, clock=clock, stop=stop
        )
        self._notifier = settings.notify_url and Notifier(
            Receiver(settings.notify_url, settings.notify_folder, clock),
            promise=settings.promise,
            api_version=api_version(settings.resource),
            counts=counts,
            clock=clock,
            stop=stop,
        )
        self.observer = TurnObserver(self.outcomes, self._events, clock, self._notifier)
        self.reconciler = Reconciler(
            store=store,
            writer=Writer(transport, request_path(settings.resource)),
            clock=clock,
            lease=settings.lease,
            limits=replace(limits, interval=settings.write_interval),
            rules=rules,
            leads=lambda: self.leads,
        )
        reconciling = Turns(self.queue, self.observer.observed(self.reconciler.turn))
        asking = Turns(self._secrets, SecretPolls(transport=transport, store=store, clock=clock).ask)
        self._writers = [
            Worker(f"reconcile-{number}", reconciling, clock=clock, stop=stop) for number in range(_WRITERS)
        ]
        self._server = StatusServer(
            settings.listen_host,
            settings.listen_port,
            pages(self._threads, store, self._lease, self.outcomes, clock),
        )
        self._threads += (
            *(
                Reflector(kind, transport=transport, store=store, clock=clock, stop=stop, restarts=counts.restarts)
                for kind in watched_kinds(settings.resource, settings.promise, self.store.kinds.values())
            ),
            Backfill(self._places, transport=transport, store=store, clock=clock, stop=stop),
            *(Worker(f"secrets-{number}", asking, clock=clock, stop=stop) for number in range(_ASKERS)),
            self._lease,
            *self._writers,
            self._events,
            self._server,
        )

    @property
    def leads(self) -> bool:
        """Whether this replica writes; always, without an election."""
        return self._lease.leads

    @property
    def port(self) -> int:
        """The port that is served."""
        return self._server.port

    def start(self) -> None:
        """Start every thread."""
        for thread in self._threads:
            thread.start()
        if self._notifier:
            self._notifier.start()
        _log.info("Started", extra={"version": __version__, "port": self.port})

    def wait(self) -> bool:
        """Wait until `stop` is called or a thread ends.

        Returns:
            True if `stop` was called.
        """
        while True:
            try:
                self._asked.get(timeout=_LOOK_INTERVAL)
            except queue.Empty:
                dead = [thread.name for thread in self._threads if not thread.is_alive()]
                if dead:
                    _log.error("A thread died", extra={"threads": dead})
                    return False
                if by := self._jumps.look():
                    # A conclusion drawn with a wrong clock must be revised now, not at the next event.
                    _log.warning(
                        "The wall clock was set, looking at every request again", extra={"seconds": round(by, 1)}
                    )
                    self.store.wake_all()
            else:
                return True

    def stop(self) -> None:
        """Let `wait` return; returns at once, and may be called from a signal handler.

        A threading.Event would not do: the interrupted thread may hold its lock, and the handler would deadlock.
        """
        self._asked.put(None)

    def close(self) -> None:
        """Stop: finish the writes that are due, release the Lease, join the threads."""
        self._stop.set()
        self.queue.drain()
        _join(self._writers, _DRAIN_TIMEOUT)
        self.queue.close()
        self.observer.tell_what_is_left()
        self._written.set()
        _join([self._lease], _STOP_TIMEOUT)
        self._events.close()
        last: list[threading.Thread] = [self._events]
        if self._notifier:
            self._notifier.close()
            last.append(self._notifier)
        _join(last, _EVENT_TIMEOUT)
        self._secrets.close()
        self._places.close()
        self._transport.close()
        self._server.close()
        _join(self._threads, _STOP_TIMEOUT)
        _log.info("Stopped")

    def _wake(self, key: Key, *, bulk: bool) -> None:
        if not bulk:
            self.observer.woken(key)
        self.queue.add(key, bulk=bulk)

    def _on_leading(self, leads: bool) -> None:  # noqa: FBT001 - its only argument
        if leads:
            self.store.wake_all()
        else:
            for turn in self.reconciler.forget():
                self.observer.tell(turn)


def _join(threads: Iterable[threading.Thread], timeout: float) -> None:
    end = time.monotonic() + timeout
    for thread in threads:
        if thread.is_alive():
            thread.join(max(end - time.monotonic(), 0.0))
