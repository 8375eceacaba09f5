"""One turn of a request: observe, conclude, write, and plan the next look. `workers` decides whose turn it is.

The decisions are elsewhere: `observe`, the rules, `write.plan`, `write.pace`. This module carries them out in order.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType
from platform_status_contract.observing.facts import facts_of, is_dry_run
from platform_status_contract.observing.observe import NotYet, observe
from platform_status_contract.observing.records import Key, RequestRecord
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.history import History, recall
from platform_status_contract.rules.observation import Facts, Observation
from platform_status_contract.rules.projection import Projection

from .clock import Clock
from .counts import Suppression, WriteResult
from .errors import ConflictError, NotFoundError, TransportError
from .events.announcer import Announcer
from .logs import BoundLogger, bind
from .memories import Memories, Memory
from .outcomes import Outcomes, outcome_of
from .queue import CoalescingQueue
from .store.store import Store
from .write.pace import (
    LIMITS,
    Limits,
    Stage,
    is_too_often,
    note_stage,
    noted_write,
    rested,
    stage_of,
    wait_before_write,
)
from .write.plan import (
    SYNC_TIME_PATIENCE,
    StatusPatch,
    plan,
    pruned,
    says_deleting,
    until_due,
)
from .write.writer import Writer

__all__ = ["BackedOff", "Conclude", "Reconciler", "Reporter"]

_CONFLICTS: Final = 5
"""So often a write is redone from a fresh read in one go; then it waits for its turn like everybody else."""
_SHORTEST_WAKE: Final = 0.05
_RESYNC: Final = 600.0
_RESYNC_SPREAD: Final = 0.2
"""Every request is looked at again about every ten minutes, whatever we believe; the requests spread out over it."""


class Conclude(Protocol):
    """The rules, as one function; `rules.conclude.conclude` is the one that counts, tests may bring another."""

    def __call__(self, history: History, observation: Observation, facts: Facts, now: datetime, /) -> Projection:
        """Decide what the status should say."""
        ...


class Reporter(Struct, frozen=True):
    """Who we are, as the status says it: the Lease's ``namespace/name`` and our version."""

    lease: str
    version: str


class BackedOff(Struct, frozen=True):
    """A request that we wrote so often that from now on it is written once a minute (design.md section 6, rule 9).

    Attributes:
        request: The request.
        others: Field managers besides ours that own keys of ours, by managedFields; usually none.
    """

    request: RequestRecord
    others: tuple[str, ...]


class Reconciler:
    """What a worker does with a request; any number of workers, but one at a time for each request."""

    def __init__(
        self,
        *,
        queue: CoalescingQueue[Key],
        store: Store,
        writer: Writer,
        outcomes: Outcomes,
        clock: Clock,
        reporter: Reporter,
        write_interval: float,
        limits: Limits = LIMITS,
        rules: Conclude = conclude,
        leads: Callable[[], bool] = lambda: True,
        on_backed_off: Callable[[BackedOff], None] | None = None,
        announcer: Announcer | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Prepare.

        Args:
            queue: Where the next look is planned.
            store: What is known.
            writer: What writes.
            outcomes: What hears of every conclusion.
            clock: The clocks.
            reporter: Who we are.
            write_interval: Seconds between two writes of one request.
            limits: For how long a write is held out of Kratix's way.
            rules: The rules.
            leads: Whether this replica may write; one that may not does nothing but keep its store.
            on_backed_off: Called once when a request begins to be written too often.
            announcer: Hears of every status that was written.
            chance: Uniform in [0, 1), for jitter.
        """
        self._queue = queue
        self._store = store
        self._writer = writer
        self._outcomes = outcomes
        self._clock = clock
        self._reporter = reporter
        self._write_interval = write_interval
        self._limits = limits
        self._rules = rules
        self._leads = leads
        self._on_backed_off = on_backed_off
        self._announcer = announcer
        self._chance = chance
        self._memories = Memories(chance)
        self._log = logging.getLogger(__name__)

    def turn(self, key: Key) -> None:
        """Reconcile one request once, count it, and plan the next look; a defect in it does not end the worker."""
        if not self._leads():
            # Whoever begins to lead looks at every request.
            self._outcomes.forget(key)
            return
        log = bind(self._log, request="/".join(key))
        started = self._clock.monotonic()
        self._outcomes.begin(key)
        failed = True
        try:
            if not self._reconcile(key, log):
                return
            failed = False
        except NotFoundError:
            # Deleted since we looked; the watch will say so.
            log.debug("The request is gone")
            self._retry(key, None)
            failed = False
        except TransportError as error:
            log.warning("Cannot write the status", extra={"cause": str(error), "status": error.status})
            self._retry(key, error)
        except Exception as error:  # the other requests go on, and the traceback names the defect
            log.exception("Cannot reconcile: a defect of the sidecar")
            self._retry(key, error)
        self._outcomes.count(key, self._clock.monotonic() - started, failed=failed)

    def forget(self) -> None:
        """Forget every conclusion: another replica speaks for the requests from now on."""
        for key in self._memories.remembered():
            self._forget(key)

    def _forget(self, key: Key) -> None:
        self._memories.drop(key)
        self._outcomes.forget(key)
        if self._announcer:
            self._announcer.forget(key)

    def _reconcile(self, key: Key, log: BoundLogger) -> bool:
        """Return whether there was anything to do for this key at all."""
        record = self._store.request(key)
        if record is not None and self._memories.is_outdated(record):
            record = self._read_afresh(key)
        for _ in range(_CONFLICTS):
            if record is None or is_dry_run(record):
                self._forget(key)
                return False
            memory = self._memories.of(record)
            log = bind(self._log, request="/".join(key), uid=record.uid, generation=record.generation)
            try:
                self._step(record, memory, log)
            except ConflictError:
                log.debug("Somebody else wrote the request in between, redoing from a fresh read")
                memory.outdated = record.resource_version
                record = self._read_afresh(key)
            else:
                memory.backoff = None
                return True
        self._retry(key, None)
        return True

    def _read_afresh(self, key: Key) -> RequestRecord:
        # whatever it has become meanwhile, a dry run or another request of that name, counts
        record = self._writer.read(key)
        self._store.accept_fresh_read(record)
        return record

    def _step(self, record: RequestRecord, memory: Memory, log: BoundLogger) -> None:
        if self._store.awaits(record.key):
            # Every first reading wakes it again; until then there is nothing to conclude.
            return
        status = msgspec.json.decode(record.status)
        facts = facts_of(record, status, lease=self._reporter.lease, version=self._reporter.version)
        observation = self._observe(record, facts)
        if isinstance(observation, NotYet):
            log.debug("Waiting for first lists", extra={"waiting_for": list(observation.waiting_for)})
            return
        now = self._clock.now()
        history = recall(status)
        projection = self._rules(history, observation, facts, now)
        self._outcomes.conclude(record.key, outcome_of(projection, facts))
        if projection.wake is not None:
            self._queue.add(record.key, max((projection.wake - now).total_seconds(), _SHORTEST_WAKE))
        self._queue.add(record.key, _RESYNC * (1 + _RESYNC_SPREAD * (2 * self._chance() - 1)), bulk=True)
        if record.deleting and (memory.told_deleting or says_deleting(status)):
            self._outcomes.settled(record.key)
            return
        self._note_stage(record, status, facts, memory)
        planned = self._planned(record, status, projection, memory, now)
        if planned is None:
            self._rest(record, memory)
            return
        self._outcomes.owed(record.key)
        self._note_pace(record, memory, log)
        wait, memory.pacing = wait_before_write(
            memory.pacing,
            now=self._clock.monotonic(),
            changed_at=self._store.request_changed_at(record.key),
            interval=self._write_interval,
            takes_ready=_takes_ready(history, projection),
            others_first=lambda: self._others_first(record.key),
            limits=self._limits,
        )
        if wait.seconds > 0:
            self._queue.add(record.key, wait.seconds)
            self._suppressed(record, Suppression.HELD)
            return
        if self._write(record, planned, projection, memory, log):
            if wait.ran_out:
                self._outcomes.counts.holds_run_out.add(record.kind)
            self._tell(record, history, projection)

    def _note_stage(self, record: RequestRecord, status: object, facts: Facts, memory: Memory) -> None:
        stage = stage_of(status, record.generation, facts.workflow, dict(record.labels), memory.pacing)
        if record.deleting and stage is Stage.STARTING:
            stage = Stage.BUSY
        now = self._clock.monotonic()
        memory.pacing = note_stage(memory.pacing, stage, facts.workflow, record.generation, now)

    def _others_first(self, key: Key) -> bool:
        """Say whether Kratix starts another request before this one: its worker takes them as they changed."""
        mine = self._store.request_changed_at(key)
        starting = self._memories.starting()
        return any(self._store.request_changed_at(other) < mine for other in starting if other != key)

    def _rest(self, record: RequestRecord, memory: Memory) -> None:
        memory.pacing = rested(memory.pacing)
        self._outcomes.settled(record.key)
        self._suppressed(record, Suppression.UNCHANGED)
        if memory.backed_off and not is_too_often(memory.pacing, self._clock.monotonic()):
            memory.backed_off = False
            self._outcomes.storm(record.key, raging=False)

    def _tell(self, record: RequestRecord, history: History, projection: Projection) -> None:
        if self._announcer:
            self._announcer.written(record, history, projection)

    def _planned(
        self, record: RequestRecord, status: object, projection: Projection, memory: Memory, now: datetime
    ) -> StatusPatch | None:
        """Plan a write; a change of lastSyncTime alone rides on the next one, and is due 60 s later at the latest."""
        planned = plan(status, projection, now)
        patience = until_due(planned, now) if planned is not None else 0.0
        if patience > 0:
            # counted from the first such change: syncs that follow each other do not put it off for ever
            moment = self._clock.monotonic()
            memory.rides_since = moment if memory.rides_since is None else memory.rides_since
            patience = min(patience, memory.rides_since + SYNC_TIME_PATIENCE - moment)
        if patience > 0:
            self._queue.add(record.key, patience)
            planned = None
        else:
            memory.rides_since = None
        return planned

    def _note_pace(self, record: RequestRecord, memory: Memory, log: BoundLogger) -> None:
        """Notice, once each time it begins, that a request is written too often, and who else writes our keys."""
        too_often = is_too_often(memory.pacing, self._clock.monotonic())
        if self._outcomes.storm(record.key, raging=too_often) and too_often:
            self._outcomes.counts.storms.add(record.kind)
        if not too_often or memory.backed_off:
            memory.backed_off = too_often
            return
        others = self._writer.others(record.key)
        memory.backed_off = True
        log.warning(
            "The request was written so often that from now on it is written once a minute",
            extra={"other_managers": list(others)},
        )
        if self._on_backed_off:
            self._on_backed_off(BackedOff(record, others))

    def _observe(self, record: RequestRecord, facts: Facts) -> Observation | NotYet:
        if record.deleting or not isinstance(facts.contract, Contract):
            # Rows 1 and 2 of the phase table look at no source.
            return Observation()
        with self._store.reading():
            return observe(self._store, record.key, facts.contract)

    def _write(
        self, record: RequestRecord, planned: StatusPatch, projection: Projection, memory: Memory, log: BoundLogger
    ) -> bool:
        """Return whether it was written: a replica that leads no more does not."""
        if not self._leads():
            return False
        try:
            answer = self._writer.patch(record, planned)
        except TransportError as error:
            self._outcomes.counts.writes.add(record.kind, WriteResult.of(error).value)
            raise
        self._note_write(record)
        self._store.accept_own_write(answer)
        memory.pacing = noted_write(memory.pacing, self._clock.monotonic())
        memory.told_deleting = record.deleting
        log.info(
            "Wrote the status",
            extra={"phase": projection.phase.value, "row": projection.row, "keys": sorted(planned.changes)},
        )
        dropped = pruned(planned, msgspec.json.decode(answer.status))
        if dropped:
            self._outcomes.counts.pruned.add(record.kind)
            if not memory.warned:
                memory.warned = True
                log.warning(
                    "The server dropped or changed fields of our status; compare the CRD's status schema with the "
                    "contract",
                    extra={"keys": dropped},
                )
        return True

    def _note_write(self, record: RequestRecord) -> None:
        self._outcomes.counts.writes.add(record.kind, WriteResult.WRITTEN.value)
        waited = self._outcomes.written(record.key, self._clock.monotonic())
        if waited is not None:
            self._outcomes.counts.truth.add(record.kind, waited)

    def _suppressed(self, record: RequestRecord, why: Suppression) -> None:
        self._outcomes.counts.suppressed.add(record.kind, why.value)

    def _retry(self, key: Key, error: Exception | None) -> None:
        delay = self._memories.retry_after(key, error)
        if delay is not None:
            self._queue.add(key, delay)


def _takes_ready(history: History, projection: Projection) -> bool:
    before = history.conditions.get(ConditionType.READY)
    was_ready = before is not None and before.status is ConditionStatus.TRUE
    return was_ready and projection.ready.status is not ConditionStatus.TRUE
