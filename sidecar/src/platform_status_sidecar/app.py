"""The wiring: which part feeds which, how they start, and how they stop."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import msgspec
from msgspec.structs import replace

from platform_status_contract.observing.facts import is_dry_run
from platform_status_contract.observing.records import Key, RequestRecord
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.contracts import read_contract

from . import __version__
from .clock import Clock, Jumps
from .decide import Conclude
from .events.announcer import Announcer
from .events.budget import Budget
from .events.sender import EventSender
from .health import Answer, is_informed, liveness, readiness
from .kinds import api_version, watched_kinds
from .metrics import CONTENT_TYPE, ProcessMetrics, collect, exposition
from .observer import TurnObserver
from .outcomes import Outcomes
from .queue import CoalescingQueue
from .reconcile import Reconciler
from .serve import Page, StatusServer, text_page
from .settings import Settings
from .store.interest import NOTHING, Interest, interest_of
from .store.store import Store
from .transport import Transport
from .watch.backfill import Backfill
from .watch.election import Election
from .watch.lease import LeaseRenewal
from .watch.lease_owner import LeaseOwner
from .watch.reflector import Reflector
from .watch.secrets import SecretPolls
from .workers import Turns, Worker
from .write.pace import LIMITS, Limits
from .write.writer import Writer

__all__ = ["App"]

_STOP_SECONDS: Final = 5.0
"""For the Lease to be given back, and again for all other threads together: one that waits for an answer that never
comes is left behind, and ends with the process."""
_DRAIN_SECONDS: Final = 10.0
"""Writes that are due when we are told to stop are finished, if that takes no longer; a pod has 30 s to end."""
_EVENT_SECONDS: Final = 2.0
"""Events that are queued when we are told to stop are sent, if that takes no longer."""
_WRITERS: Final = 6
_ASKERS: Final = 3
"""Threads that write, and that ask for Secrets: an answer takes the API server far longer than it takes us."""
_LOOK_SECONDS: Final = 1.0
_log = logging.getLogger(__name__)


class App:
    """The sidecar, as one object that starts, is waited for, and stops."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: Transport,
        clock: Clock,
        identity: str,
        rules: Conclude = conclude,
        limits: Limits = LIMITS,
    ) -> None:
        """Wire everything; nothing runs yet, only the port is bound.

        Args:
            settings: What to do.
            transport: The API server.
            clock: The clocks.
            identity: Name of this host, for the Lease.
            rules: The rules.
            limits: For how long a write is held out of Kratix's way.

        Raises:
            OSError: If the port cannot be bound.
        """
        self._transport = transport
        self._clock = clock
        self._jumps = Jumps(clock)
        self._stop = threading.Event()
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._written = threading.Event()
        self.outcomes = Outcomes()
        self.queue: CoalescingQueue[Key] = CoalescingQueue(clock)
        self._secrets: CoalescingQueue[Key] = CoalescingQueue(clock)
        self._namespaces: CoalescingQueue[tuple[str]] = CoalescingQueue(clock)
        self.store = Store(
            promise=settings.promise,
            clock=clock,
            interest=_interest(settings.promise),
            wake=self._wake,
            poll=self._secrets.add,
            cover=lambda namespace: self._namespaces.add((namespace,)),
            wake_bulk=self._wake_bulk,
            mine=settings.shard.owns,
        )
        self._process = ProcessMetrics()
        self._events = EventSender(
            transport, counts=self.outcomes.counts, identity=identity, clock=clock, stop=self._stop
        )
        announcer = Announcer(
            api_version(settings.resource),
            clock=clock,
            counts=self.outcomes.counts,
            send=self._events.offer,
            budget=Budget(),
        )
        self.observer = TurnObserver(self.outcomes, announcer, clock)
        kinds = watched_kinds(settings.resource, settings.promise)
        requests = next(kind for kind in kinds if kind.source is Source.REQUESTS)
        self.reconciler = Reconciler(
            store=self.store,
            writer=Writer(transport, requests.path),
            clock=clock,
            lease=settings.lease,
            limits=replace(limits, interval=settings.write_interval),
            rules=rules,
            leads=lambda: self.leads,
        )
        reconciling = Turns(self.queue, self.observer.observed(self.reconciler.turn))
        asking = Turns(self._secrets, SecretPolls(transport=transport, store=self.store, clock=clock).ask)
        self._writers = [
            Worker(f"reconcile-{number}", reconciling, clock=clock, stop=self._stop) for number in range(_WRITERS)
        ]
        self._lease = self._lease_thread(settings, identity, clock)
        self._server = StatusServer(
            settings.listen_host,
            settings.listen_port,
            {
                "/healthz": lambda: text_page(liveness(self._threads)),
                "/readyz": lambda: text_page(self._readiness()),
                "/metrics": lambda: self._metrics(settings.lease),
            },
        )
        self._threads: list[threading.Thread] = [
            *(
                Reflector(
                    kind,
                    transport=transport,
                    store=self.store,
                    clock=clock,
                    stop=self._stop,
                    restarts=self.outcomes.counts.restarts,
                )
                for kind in kinds
            ),
            Backfill(self._namespaces, transport=transport, store=self.store, clock=clock, stop=self._stop),
            *(Worker(f"secrets-{number}", asking, clock=clock, stop=self._stop) for number in range(_ASKERS)),
            self._lease,
            *self._writers,
            self._events,
            self._server,
        ]

    def _lease_thread(self, settings: Settings, identity: str, clock: Clock) -> LeaseRenewal | Election:
        def healthy() -> bool:
            return liveness(self._threads).ok and is_informed(self.store)

        owner = LeaseOwner(self._transport, settings.lease.partition("/")[0]).metadata
        if not settings.leader_elect:
            return LeaseRenewal(
                settings.lease,
                identity=identity,
                transport=self._transport,
                clock=clock,
                stop=self._written,
                healthy=healthy,
                owner=owner,
            )
        return Election(
            settings.lease,
            identity=identity,
            transport=self._transport,
            clock=clock,
            stop=self._written,
            healthy=healthy,
            on_change=self._on_leading,
            owner=owner,
        )

    def _wake_bulk(self, key: Key) -> None:
        # Every first reading wakes it again: while one is missing, ten thousand pods are no reason for a turn each.
        if not self.store.awaits(key):
            self.queue.add(key, bulk=True)

    def _on_leading(self, leads: bool) -> None:  # noqa: FBT001 - the one thing that it says
        if leads:
            self.store.wake_all()
        else:
            for turn in self.reconciler.forget():
                self.observer.tell(turn)

    def _wake(self, key: Key) -> None:
        self.observer.woken(key)
        self.queue.add(key)

    def _metrics(self, lease: str) -> Page:
        scrape = collect(
            self.outcomes,
            self.store,
            version=__version__,
            lease=lease,
            lease_age=self._lease.age,
            now=self._clock.now(),
        )
        return Page(HTTPStatus.OK, CONTENT_TYPE, exposition(scrape, self._process.text()))

    def _readiness(self) -> Answer:
        answer = readiness(self.store)
        if isinstance(self._lease, LeaseRenewal):
            return answer
        return Answer(answer.ok, (*answer.lines, f"lease: {'leads' if self.leads else 'stands by'}"))

    @property
    def leads(self) -> bool:
        """Whether this replica writes; always, without an election."""
        return isinstance(self._lease, LeaseRenewal) or self._lease.leads

    @property
    def port(self) -> int:
        """The port that is served."""
        return self._server.port

    def start(self) -> None:
        """Start every thread."""
        for thread in self._threads:
            thread.start()
        _log.info("Started", extra={"version": __version__, "port": self.port})

    def wait(self) -> bool:
        """Wait until `stop` is called or a thread dies.

        Returns:
            True if it was asked to stop.
        """
        while True:
            try:
                self._asked.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                dead = [thread.name for thread in self._threads if not thread.is_alive()]
                if dead:
                    _log.error("A thread died", extra={"threads": dead})
                    return False
                self.look_at_clock()
            else:
                return True

    def look_at_clock(self) -> None:
        """Wake every request if the wall clock was set: what a wrong clock concluded must not wait for an event."""
        by = self._jumps.look()
        if by:
            _log.warning("The wall clock was set, looking at every request again", extra={"seconds": round(by, 1)})
            self.store.wake_all()

    def stop(self) -> None:
        """Let `wait` return; returns at once, and may be called from a signal handler.

        Not by an Event: the thread that a handler interrupts may hold the lock of it, and would wait for itself.
        """
        self._asked.put(None)

    def close(self) -> None:
        """Stop: finish the writes that are due, give the Lease back, wait for the threads."""
        self._stop.set()
        self.queue.drain()
        end = time.monotonic() + _DRAIN_SECONDS
        for writer in self._writers:
            if writer.is_alive():
                writer.join(max(end - time.monotonic(), 0.0))
        self.queue.close()
        self.observer.tell_what_is_left()
        self._written.set()
        if self._lease.is_alive():
            self._lease.join(_STOP_SECONDS)
        self._events.close()
        if self._events.is_alive():
            self._events.join(_EVENT_SECONDS)
        self._secrets.close()
        self._namespaces.close()
        self._transport.close()
        self._server.close()
        end = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(end - time.monotonic(), 0.0))
        _log.info("Stopped")


def _interest(promise: str) -> Callable[[RequestRecord], Interest]:
    """Return what looks into a request's contract; a dry run is never touched, so it makes us look at nothing."""

    def look(record: RequestRecord) -> Interest:
        if is_dry_run(record):
            return NOTHING
        try:
            status = msgspec.json.decode(record.status)
        except (msgspec.DecodeError, RecursionError):
            # Nested beyond reason: its reconcile will say so; the other requests must not suffer.
            return NOTHING
        contract = read_contract(status)
        return interest_of(contract, request=record.key, promise=promise)

    return look
