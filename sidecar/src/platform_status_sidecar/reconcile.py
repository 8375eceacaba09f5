"""One turn of a request: read, decide, write once. `workers` calls it, `observer` reports its result."""

import random
from collections.abc import Callable
from threading import Lock
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.facts import facts_of, is_dry_run
from platform_status_contract.observing.observe import NotYet, observe
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.observation import Observation
from platform_status_kube.errors import ConflictError, NotFoundError, TransportError

from . import __version__
from .clock import TimeSource
from .counts import WriteResult
from .decide import Conclude, Decision, Seen, decide
from .memories import Memories
from .queue import DueLook
from .store import Store
from .write.pace import LIMITS, Limits, noted_write
from .write.plan import pruned
from .write.writer import Writer

__all__ = ["Reconciler", "Turn"]

_MAX_WRITES: Final = 5
"""Attempts of one turn to write, each from a fresh read after a conflict; then the request is queued again."""
_LARGE_INTERVAL: Final = 0.2
"""Only one request with a large status is in memory at a time; another is retried after this many seconds."""
_RESYNC_INTERVAL: Final = 600.0
_RESYNC_SPREAD: Final = 0.2
"""Resync: every request is reconciled about every ten minutes without an event; the requests are spread over it."""


class Turn(Struct, frozen=True):
    """The result of a turn.

    Attributes:
        key: The request.
        decision: The last decision, with the input that was read for it.
        waits_for: Kinds whose first list is not complete, so that nothing could be decided.
        writes: The result of each write that was sent, in order: each but the last was a conflict.
        written_at: When the status was written; monotonic, None if it was not.
        pruned: Keys of the status that the server dropped or changed.
        others: If a write storm of this request begins: the other field managers that own keys of ours, by
            managedFields, usually none. Else None.
        error: The error that ended the turn.
        is_gone: Nothing is to be reported: the request does not exist, it is a dry run, or another replica leads.
        looks: When to reconcile again.
        seconds: Duration.
    """

    key: Key
    decision: Decision | None = None
    waits_for: tuple[str, ...] = ()
    writes: tuple[WriteResult, ...] = ()
    written_at: float | None = None
    pruned: tuple[str, ...] = ()
    others: tuple[str, ...] | None = None
    error: Exception | None = None
    is_gone: bool = False
    looks: tuple[DueLook, ...] = ()
    seconds: float = 0.0

    @property
    def is_failed(self) -> bool:
        """Whether the turn failed in an unexpected way; a conflict with another writer is expected."""
        return self.error is not None and not isinstance(self.error, NotFoundError | ConflictError)


class Reconciler:
    """Reconciles requests; any number of workers may share it, but each request has one worker at a time."""

    def __init__(
        self,
        *,
        store: Store,
        writer: Writer,
        clock: TimeSource,
        lease: str,
        limits: Limits = LIMITS,
        rules: Conclude = conclude,
        leads: Callable[[], bool] = lambda: True,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Prepare.

        Args:
            store: The store.
            writer: Sends the patches.
            clock: The clocks.
            lease: ``namespace/name`` of our Lease, for `health.reporter`.
            limits: For how long a write is held.
            rules: The rules.
            leads: Whether this replica may write; a replica that may not only maintains its store.
            chance: Uniform in [0, 1), for jitter.
        """
        self._store = store
        self._writer = writer
        self._clock = clock
        self._lease = lease
        self._limits = limits
        self._rules = rules
        self._leads = leads
        self._chance = chance
        self._memories = Memories(chance)
        self._large = Lock()

    def turn(self, key: Key, on_decision: Callable[[Turn], None] = lambda _turn: None) -> Turn:
        """Reconcile one request once; an unexpected exception is returned as a result and does not end the worker.

        Args:
            key: The request.
            on_decision: Called before each write, so that a write that hangs does not delay the metrics.
        """
        began = self._clock.monotonic()
        turn = Turn(key)
        if not self._leads():
            # A replica that becomes the leader reconciles every request anyway.
            self._memories.drop(key)
            return replace(turn, is_gone=True)
        record = self._store.request(key)
        is_large = record is not None and record.is_cut
        if is_large and not self._large.acquire(blocking=False):
            return replace(turn, looks=(DueLook(began + _LARGE_INTERVAL, bulk=True),))
        try:
            for _ in range(_MAX_WRITES):
                try:
                    turn = self._attempt(turn, on_decision)
                except Exception as error:  # noqa: BLE001 - the observer reports it; the other requests go on
                    turn = replace(turn, error=error)
                if not isinstance(turn.error, ConflictError):
                    break
        finally:
            if is_large:
                self._large.release()
        return self._ended(turn, began)

    def forget(self) -> list[Turn]:
        """Drop every request: another replica reports them from now on.

        Returns:
            For each request a result with `is_gone`.
        """
        keys = self._memories.remembered()
        for key in keys:
            self._memories.drop(key)
        return [Turn(key, is_gone=True) for key in keys]

    def _attempt(self, turn: Turn, on_decision: Callable[[Turn], None]) -> Turn:
        seen = self._read(turn.key, afresh=turn.error is not None)
        turn = replace(turn, error=None)
        if seen is None:
            self._memories.drop(turn.key)
            return replace(turn, is_gone=True)
        if isinstance(seen, NotYet):
            return replace(turn, waits_for=seen.waiting_for)
        decision = decide(
            seen,
            self._rules,
            self._limits,
            now=self._clock.now(),
            moment=self._clock.monotonic(),
            resync=_RESYNC_INTERVAL * (1 + _RESYNC_SPREAD * (2 * self._chance() - 1)),
        )
        self._memories.keep(turn.key, decision.memory)
        storm_begins = decision.memory.backed_off and not seen.memory.backed_off
        others = self._writer.others(turn.key) if storm_begins else None
        turn = replace(turn, decision=decision, others=others)
        on_decision(turn)
        return self._write(turn, decision)

    def _read(self, key: Key, *, afresh: bool) -> Seen | NotYet | None:
        """Read the input of a decision; None if the request does not exist or is not ours.

        Args:
            key: The request.
            afresh: Read the request from the API server, because another writer changed it.

        Raises:
            TransportError: The read from the API server failed.
        """
        record = self._store.request(key)
        if afresh or (record is not None and (record.is_cut or self._memories.is_outdated(record))):
            # whatever it has become meanwhile counts: a dry run, another request of that name, another contract
            record = self._writer.read(key)
            self._store.accept_fresh_read(record)
        if record is None or is_dry_run(record):
            return None
        memory = self._memories.of(record)
        if self._store.awaits(key):
            # Nothing can be concluded before the first lists are complete; each of them wakes the request again.
            return NotYet(())
        status = msgspec.json.decode(record.status)
        facts = facts_of(
            record,
            status,
            lease=self._lease,
            version=__version__,
            out_of_reach=lambda contract: self._store.out_of_reach(contract, key),
        )
        observation: Observation | NotYet = Observation()
        if not record.deleting and isinstance(facts.contract, Contract):
            # Rows 1 and 2 of the phase table need no source.
            with self._store.reading():
                observation = observe(self._store, key, facts.contract)
        if isinstance(observation, NotYet):
            return observation
        changed_at = self._store.request_changed_at(key)

        def others_first() -> bool:
            # Kratix has one worker, which handles the requests in the order of their changes.
            starting = self._memories.starting()
            return any(self._store.request_changed_at(other) < changed_at for other in starting if other != key)

        return Seen(record, status, facts, recall(status), observation, memory, changed_at, others_first)

    def _write(self, turn: Turn, decision: Decision) -> Turn:
        """Send the patch, if there is one, and record it; a replica that no longer leads writes nothing."""
        record = decision.seen.record
        if decision.patch is None or not self._leads():
            return turn
        try:
            answer = self._writer.patch(record, decision.patch)
        except TransportError as error:
            if isinstance(error, ConflictError):
                self._memories.keep(turn.key, replace(decision.memory, outdated=record.resource_version))
            return replace(turn, writes=(*turn.writes, WriteResult.of(error)), error=error)
        written_at = self._clock.monotonic()
        self._store.accept_own_write(answer)
        dropped = tuple(pruned(decision.patch, msgspec.json.decode(answer.status)))
        memory = replace(
            decision.memory,
            pacing=noted_write(decision.memory.pacing, written_at),
            told=decision.projection.phase,
            warned=decision.memory.warned or bool(dropped),
        )
        self._memories.keep(turn.key, memory)
        return replace(turn, writes=(*turn.writes, WriteResult.WRITTEN), written_at=written_at, pruned=dropped)

    def _ended(self, turn: Turn, began: float) -> Turn:
        """Plan the next turn: when the decision asks for one, and a retry after a failure."""
        ended = self._clock.monotonic()
        looks = turn.decision.looks if turn.decision and not turn.is_gone else ()
        if turn.error is None:
            self._memories.succeeded(turn.key)
        elif (delay := self._memories.retry_after(turn.key, turn.error)) is not None:
            looks += (DueLook(ended + delay),)
        return replace(turn, looks=looks, seconds=ended - began)
