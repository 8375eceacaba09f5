"""The last conclusion about each request, and the duration of its reconciles: the source of the metrics.

It is separate from the store, which holds only objects of the cluster. All data about a request is removed together
with the request, so no series outlives its object.
"""

import threading
from array import array
from typing import Final

from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import under
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.observation import Facts
from platform_status_contract.rules.projection import Projection

from .counts import BUCKETS, ProcessCounts, Timings, no_timings

__all__ = ["Outcomes", "RequestOutcome", "Tally", "outcome_of"]

_LETTERS: Final = {ConditionStatus.TRUE: "T", ConditionStatus.FALSE: "F", ConditionStatus.UNKNOWN: "U"}
_STATUSES: Final = {letter: status for status, letter in _LETTERS.items()}
_NONE: Final = "-" * len(ConditionType)


class RequestOutcome(Struct, frozen=True, gc=False):
    """The last conclusion about one request; None is "not observed, or not readable", and never 0.

    Attributes:
        phase: The phase.
        pods_ready: Ready pods.
        pods_total: Pods that count.
        kind: Kind of the request.
        display_name: The contract's `displayName`; empty without a readable contract.
        contract_name: The contract's `name`; likewise.
        conditions: One letter per `ConditionType`, in its order: T, F, U, or - where there is no such condition. A
            thousand of these stay resident, and text is smaller than a mapping.
        argocd_synced: Whether the sync status of the Application is Synced; None also if it is Unknown.
        argocd_healthy: Whether its health status is Healthy; likewise.
        sub_apps_healthy: Healthy sub-applications.
        sub_apps_total: Sub-applications that match.
        reason: Reason of Ready.
        objects_ready: Ready objects.
        objects_total: Objects that are named or selected.
        free: Conditions of objects: type and the same letter.
    """

    phase: Phase
    pods_ready: int | None = None
    pods_total: int | None = None
    kind: str = ""
    display_name: str = ""
    contract_name: str = ""
    conditions: str = _NONE
    argocd_synced: bool | None = None
    argocd_healthy: bool | None = None
    sub_apps_healthy: int | None = None
    sub_apps_total: int | None = None
    reason: str = ""
    objects_ready: int | None = None
    objects_total: int | None = None
    free: tuple[tuple[str, str], ...] = ()

    def statuses(self) -> list[tuple[str, ConditionStatus]]:
        """Return the conditions that exist, those of objects last."""
        ours = [(kind.value, letter) for kind, letter in zip(ConditionType, self.conditions, strict=True)]
        return [(kind, _STATUSES[letter]) for kind, letter in (*ours, *self.free) if letter in _STATUSES]


class Tally(Struct, gc=False):
    """Durations and errors of the reconciles of one request."""

    timings: Timings
    errors: int = 0


def outcome_of(projection: Projection, facts: Facts) -> RequestOutcome:
    """Extract what the metrics need from a projection, and from the contract that it was computed for."""
    contract = facts.contract if isinstance(facts.contract, Contract) else None
    pods_ready, pods_total = _pair(projection.health.get("workloads"), "ready", "total")
    healthy, total = _pair(projection.health.get("subApps"), "healthy", "total")
    objects_ready, objects_total = _pair(projection.health.get("objects"), "ready", "total")
    argocd = projection.health.get("argocd")
    by_type = {condition.type: condition.status for condition in projection.conditions}
    return RequestOutcome(
        phase=projection.phase,
        pods_ready=pods_ready,
        pods_total=pods_total,
        kind=facts.kind,
        display_name=contract.display_name if contract else "",
        contract_name=contract.name if contract else "",
        conditions="".join(_LETTERS[by_type[kind]] if kind in by_type else "-" for kind in ConditionType),
        argocd_synced=_says(argocd, "syncStatus", "Synced"),
        argocd_healthy=_says(argocd, "healthStatus", "Healthy"),
        sub_apps_healthy=healthy,
        sub_apps_total=total,
        objects_ready=objects_ready,
        objects_total=objects_total,
        free=tuple((kind, _LETTERS[by_type[kind]]) for kind in projection.free if kind in by_type),
        reason=str(projection.ready.reason or ""),
    )


def _pair(value: object, part: str, whole: str) -> tuple[int | None, int | None]:
    first, second = under(value, part), under(value, whole)
    return (first, second) if isinstance(first, int) and isinstance(second, int) else (None, None)


def _says(argocd: object, field: str, word: str) -> bool | None:
    said = under(argocd, field)
    return None if said in (None, "", "Unknown") else said == word


class Outcomes:
    """Outcomes and tallies by request, and since when each waits for its status; thread-safe.

    Attributes:
        counts: Counters that are not about a single request.
    """

    def __init__(self) -> None:
        self.counts = ProcessCounts()
        self._lock = threading.Lock()
        self._outcomes: dict[Key, RequestOutcome] = {}
        self._tallies: dict[Key, Tally] = {}
        self._storms: set[Key] = set()
        # Two maps, because an event that arrives during a turn belongs to the next turn.
        self._woken: dict[Key, float] = {}
        self._looking: dict[Key, float | None] = {}

    def woken(self, key: Key, now: float) -> None:
        """Record that an event concerning the request arrived at this monotonic time; the earliest counts."""
        with self._lock:
            self._woken.setdefault(key, now)

    def begin(self, key: Key) -> None:
        """Record that a turn begins: it reads everything that has arrived until now."""
        with self._lock:
            arrived = self._woken.pop(key, None)
            if self._looking.get(key) is None:
                self._looking[key] = arrived

    def end(self, key: Key, *, settled: bool | None) -> float | None:
        """Record that a turn ended.

        Args:
            key: The request.
            settled: Whether the status holds the conclusion of the turn; None if the turn could not conclude anything.

        Returns:
            When the event that caused it arrived; None if a timer caused it.
        """
        with self._lock:
            arrived = self._looking.get(key)
            if settled or (settled is None and arrived is None):
                self._looking.pop(key, None)
        return arrived

    def waiting(self) -> list[Key]:
        """Return the requests with events or conclusions that are not yet in their status, sorted."""
        with self._lock:
            return sorted({*self._woken, *self._looking})

    def conclude(self, key: Key, outcome: RequestOutcome) -> None:
        """Record a conclusion."""
        with self._lock:
            self._outcomes[key] = outcome

    def count(self, key: Key, seconds: float, *, failed: bool) -> None:
        """Record one reconcile."""
        with self._lock:
            tally = self._tallies.get(key)
            if tally is None:
                tally = self._tallies[key] = Tally(no_timings(BUCKETS))
            tally.timings.add(seconds, BUCKETS)
            tally.errors += failed

    def storm(self, key: Key, *, raging: bool) -> None:
        """Record whether the writes of the request are slowed down."""
        with self._lock:
            (self._storms.add if raging else self._storms.discard)(key)

    def forget(self, key: Key) -> None:
        """Drop everything about a request."""
        with self._lock:
            for known in (self._outcomes, self._tallies, self._woken, self._looking):
                known.pop(key, None)
            self._storms.discard(key)

    def outcomes(self) -> list[tuple[Key, RequestOutcome]]:
        """Return the conclusions, sorted."""
        with self._lock:
            return sorted(self._outcomes.items(), key=lambda item: item[0])

    def storms(self) -> list[Key]:
        """Return the requests whose writes are slowed down, sorted."""
        with self._lock:
            return sorted(self._storms)

    def tallies(self) -> list[tuple[str, Tally]]:
        """Return one tally per metadata.name, sorted; requests of one name in several namespaces share a series."""
        with self._lock:
            merged: dict[str, Tally] = {}
            for (_, name), tally in sorted(self._tallies.items(), key=lambda item: item[0]):
                timings = tally.timings
                known = merged.get(name)
                if known is None:
                    merged[name] = Tally(Timings(array("Q", timings.counts), timings.seconds), tally.errors)
                else:
                    for position, count in enumerate(timings.counts):
                        known.timings.counts[position] += count
                    known.timings.seconds += timings.seconds
                    known.errors += tally.errors
        return list(merged.items())
