"""Reports the result of each turn in the metrics, the Events and the log; no other module does."""

import logging
from collections.abc import Callable, Iterable
from typing import Final

from platform_status_contract.observing.records import Key
from platform_status_kube.errors import ConflictError, NotFoundError, TransportError

from .clock import TimeSource
from .counts import WriteResult
from .decide import Decision
from .events.announcement import of_phase, of_storm
from .events.sender import EventSender
from .logs import BoundLogger, bind
from .notify.notifier import Notifier
from .outcomes import Outcomes
from .queue import DueLook
from .reconcile import Turn

__all__ = ["TurnObserver"]

_MAX_NAMED: Final = 10
"""Requests that the last log line names as not written yet; the others are counted."""
_log = logging.getLogger(__name__)


class TurnObserver:
    """Turns results into outcomes, counters, Events and log lines; thread-safe, one turn of a request at a time."""

    def __init__(
        self, outcomes: Outcomes, events: EventSender, clock: TimeSource, notifier: Notifier | None = None
    ) -> None:
        self._outcomes = outcomes
        self._events = events
        self._clock = clock
        self._notifier = notifier

    def woken(self, key: Key) -> None:
        """Record that an event that concerns a request arrived."""
        self._outcomes.woken(key, self._clock.monotonic())

    def observed(self, turn: Callable[[Key, Callable[[Turn], None]], Turn]) -> Callable[[Key], Iterable[DueLook]]:
        """Wrap a turn: run it, report its result, and return when the request is due again.

        Args:
            turn: `Reconciler.turn`.
        """

        def carry_out(key: Key) -> Iterable[DueLook]:
            self._outcomes.begin(key)
            done = turn(key, self._tell_decision)
            self.tell(done)
            return done.looks

        return carry_out

    def tell(self, turn: Turn) -> None:
        """Report one turn; for a request that is not ours (deleted, a dry run), drop what was reported before."""
        settled: bool | None = False if turn.error else None
        if turn.decision:
            settled = turn.decision.is_settled or turn.written_at is not None
        arrived = self._outcomes.end(turn.key, settled=settled)
        if turn.decision:
            self._tell_writes(turn, turn.decision, arrived)
        if turn.waits_for:
            _bound(turn).debug("Waiting for first lists", extra={"waiting_for": list(turn.waits_for)})
        if turn.error:
            _tell_error(turn.error, _bound(turn))
        if turn.is_gone:
            self._outcomes.forget(turn.key)
            self._events.forget(turn.key)
        else:
            self._outcomes.count(turn.key, turn.seconds, failed=turn.is_failed)

    def tell_what_is_left(self) -> None:
        """Log a warning that names the changes that were not written before the process ends."""
        left = self._outcomes.waiting()
        if left:
            _log.warning(
                "Changes are left untold; whoever writes next looks at every request",
                extra={"left": len(left), "requests": ["/".join(key) for key in left[:_MAX_NAMED]]},
            )

    def _tell_decision(self, turn: Turn) -> None:
        if not (decision := turn.decision):
            return
        record, counts = decision.seen.record, self._outcomes.counts
        self._outcomes.conclude(turn.key, decision.outcome)
        self._outcomes.storm(turn.key, raging=decision.memory.backed_off)
        if decision.suppressed:
            counts.suppressed.add(record.kind, decision.suppressed.value)
        if turn.others is not None:
            counts.storms.add(record.kind)
            self._events.offer(of_storm(record, turn.others, self._clock.now()))
            _bound(turn).warning(
                "The request was written so often that from now on it is written once a minute",
                extra={"other_managers": list(turn.others)},
            )

    def _tell_writes(self, turn: Turn, decision: Decision, arrived: float | None) -> None:
        record, projection, counts, log = decision.seen.record, decision.projection, self._outcomes.counts, _bound(turn)
        for result in turn.writes:
            counts.writes.add(record.kind, result.value)
            if result is WriteResult.CONFLICT:
                log.debug("Somebody else wrote the request in between, redoing from a fresh read")
        if turn.written_at is None:
            return
        if arrived is not None:
            counts.truth.add(record.kind, max(turn.written_at - arrived, 0.0))
        keys = sorted(decision.patch.changes) if decision.patch else []
        log.info("Wrote the status", extra={"phase": projection.phase.value, "row": projection.row, "keys": keys})
        if turn.pruned:
            counts.pruned.add(record.kind)
            if not decision.seen.memory.warned:
                log.warning(
                    "The server dropped or changed fields of our status; compare the CRD's status schema with the "
                    "contract",
                    extra={"keys": list(turn.pruned)},
                )
        if decision.ran_out:
            counts.holds_run_out.add(record.kind)
        if decision.is_transition:
            self._events.offer(of_phase(record, projection, self._clock.now()))
            if self._notifier:
                self._notifier.offer(record, projection)


def _bound(turn: Turn) -> BoundLogger:
    request = "/".join(turn.key)
    if not turn.decision:
        return bind(_log, request=request)
    record = turn.decision.seen.record
    return bind(_log, request=request, uid=record.uid, generation=record.generation)


def _tell_error(error: Exception, log: BoundLogger) -> None:
    match error:
        case NotFoundError():
            # Deleted since the read; its DELETED event will arrive.
            log.debug("The request is gone")
        case ConflictError():
            log.debug("Somebody else writes the request faster than it can be read, trying again later")
        case TransportError():
            log.warning("Cannot write the status", extra={"cause": str(error), "status": error.status})
        case _:
            # A defect of ours: the traceback names it.
            log.error("Cannot reconcile: a defect of the sidecar", exc_info=error)
