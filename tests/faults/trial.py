"""One fault, one judgement: the same world and the same questions for every fault.

v0 stays healthy, and Kratix writes a condition of it; v1 breaks while the fault is on; v2 was broken before and heals
while the fault is on. Afterwards both must be told truly within 10 s, v0 must not have been touched, and nobody may
have become Ready without evidence.
"""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import NAMESPACE, PODS
from tests.cluster.sidecar.world import until

from .fleet import Fleet, Json
from .proxy import FaultProxy, Rule
from .recorder import Recorder, Sight
from .sidecar import FaultySidecar

__all__ = ["Bounds", "Line", "Trial", "ready_without_evidence"]

QUIET_SECONDS = 10.0
_START_SECONDS = 25.0
STATUS = "vclusterorchestratorv2s/status"


@dataclass(frozen=True)
class Bounds:
    """What a fault may cost, from its beginning until the truth is told again.

    Attributes:
        writes: Accepted status writes of v1 and v2, each; v0 is allowed `idle_writes`.
        attempts: PATCH requests of one status, refused ones included: the accepted ones, and one conflict for the
            condition that Kratix writes meanwhile, which a watch that is broken has not told of.
        requests: Requests of every kind.
        idle_writes: Accepted status writes of v0, of which nothing changed.
        memory_mib: By how much the resident memory may have grown.
    """

    writes: int = 2
    attempts: int = 3
    requests: int = 80
    idle_writes: int = 0
    memory_mib: float = 6.0


@dataclass
class Line:
    """The whole line: world, API server, proxy; and where a sidecar finds its credentials."""

    fleet: Fleet
    proxy: FaultProxy
    recorder: Recorder
    folder: Path


class Trial:
    """One fault on a running sidecar.

    Args:
        line: The whole line.
        sidecar: Started, nothing more.
    """

    def __init__(self, line: Line, sidecar: FaultySidecar) -> None:
        self.line = line
        self.fleet = line.fleet
        self.proxy = line.proxy
        self._sidecar = sidecar
        self.begin()

    def begin(self) -> None:
        """Bring the world to where a trial begins, wait until the status says so, and count from here."""
        self._foreign: list[Json] = []
        self._broken_at = 0
        self._healed_at = 0
        self.fleet.heal()
        self._until_true(_START_SECONDS, "before the fault")
        self.fleet.set_pod("v2", ready=False)
        self._until_true(_START_SECONDS, "v2 is broken before the fault")
        for name in self.fleet.names:
            self.line.recorder.catch_up(name, NAMESPACE)
        self._resident = self._sidecar.resident_kib()
        self._mark = self.proxy.mark()
        self._versions = {name: self._version(name) for name in self.fleet.names}
        self.converged_after = 0.0

    def change(self) -> None:
        """Let the world change, while the fault is on."""
        self._broken_at = self.fleet.set_pod("v1", ready=False)
        self._healed_at = self.fleet.set_pod("v2", ready=True)
        for name in ("v0", "v1"):
            self._foreign.append(self.fleet.put_foreign(name, "PromiseAvailable", f"{name} at {self._broken_at}"))

    def strikes(self, *rules: Rule, times: int = 1) -> None:
        """Wait until each fault has struck so often; a test whose fault never strikes proves nothing."""
        until(lambda: all(rule.applied >= times for rule in rules), "the fault strikes")

    def unanswered(self) -> bool:
        """Say whether any request has gone without an answer so far."""
        return any(item.status == 0 for item in self.proxy.seen(self._mark))

    def judge(self, bounds: Bounds) -> None:
        """The fault is over: ask all the questions."""
        began = time.monotonic()
        self._until_true(QUIET_SECONDS, "after the fault")
        self.converged_after = time.monotonic() - began
        for name in self.fleet.names:
            self.line.recorder.catch_up(name, NAMESPACE)
        for name, condition in zip(("v0", "v1"), self._foreign, strict=True):
            assert condition in self.fleet.request(name)["status"]["conditions"]
        assert not ready_without_evidence(self._sights("v1"), self._broken_at, None)
        assert not ready_without_evidence(self._sights("v2"), 0, self._healed_at)
        self._costs(bounds)

    def _costs(self, bounds: Bounds) -> None:
        asked = self.proxy.seen(self._mark)
        assert len(asked) <= bounds.requests, f"{len(asked)} requests: {asked}"
        for name in self.fleet.names:
            patches = self.proxy.seen(self._mark, verb="patch", resource=STATUS, name=name)
            accepted = [item for item in patches if item.status == 200]
            assert len(accepted) <= (bounds.idle_writes if name == "v0" else bounds.writes), (name, patches)
            assert len(patches) <= bounds.attempts, (name, patches)
        level = (self._resident + bounds.memory_mib * 1024) / 1024
        until(
            lambda: self._sidecar.resident_kib() / 1024 <= level,
            f"resident memory, {self._sidecar.resident_kib() / 1024:.1f} MiB, falls to {level:.1f} MiB",
            QUIET_SECONDS,
        )

    def _until_true(self, seconds: float, when: str) -> None:
        for_all = self.fleet.names
        until(lambda: all(self.fleet.is_true(name) for name in for_all), f"the status is true {when}", seconds)

    def _version(self, name: str) -> int:
        return int(self.fleet.request(name)["metadata"]["resourceVersion"])

    def _sights(self, name: str) -> list[Sight]:
        # the state before the fault is the first, to tell becoming Ready from having been
        return self.line.recorder.sights(name, after=self._versions[name] - 1, namespace=NAMESPACE)


def ready_without_evidence(sights: list[Sight], since: int, until_version: int | None) -> list[Sight]:
    """Find states that are Ready with nothing to show for it.

    Args:
        sights: All states of one request, the one before the fault first.
        since: resourceVersion at which it broke.
        until_version: resourceVersion at which it healed; None if it did not.

    Returns:
        States that became Ready while it was broken, and states that are Ready without all pods counted as ready.
    """
    found = []
    for before, after in itertools.pairwise(sights):
        broken = after.version > since and (until_version is None or after.version < until_version)
        became = after.phase == "Ready" and before.phase != "Ready"
        counted = after.status.get("health", {}).get("workloads")
        whole = counted == {"ready": PODS, "total": PODS, "summary": f"{PODS}/{PODS}"}
        if (became and broken) or (after.phase == "Ready" and not whole):
            found.append(after)
    return found


Starter = Callable[..., Trial]
