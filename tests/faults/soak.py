"""Random churn, a while without and then with every fault; at the end the same questions as after a single fault.

Argo CD writes as it does at rest meanwhile, Deployments roll, nodes are lost, and a judge measures for how long Ready
stood beside what does not work.

Usage: ``python -m tests.faults.soak [--seconds N] [--requests N] [--seed N]``, or ``make soak SOAK=900``.
"""

import argparse
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from localplane.plane import ControlPlane
from tests.bench.load import NAMESPACE, PODS, install
from tests.bench.worlds import argo_writes
from tests.cluster.sidecar.world import until

from .conftest import authority_of, judge_of
from .faults import CutMidLine, Duplicate, ErrorEvent, Fault, HalfLine, HttpError, OutOfOrder, Silent, Slow, Stale
from .fleet import Fleet
from .judge import Judge, Lie
from .proxy import FaultProxy
from .recorder import Recorder, Sight
from .rolling import Rolling, controllers
from .runner import set_clock
from .sidecar import FaultySidecar, credentials
from .trial import QUIET_SECONDS, STATUS

__all__ = ["main"]

MEMORY_MIB = 8.0
"""By how much the resident memory may have grown at the end, from the end of the first calm."""
WRITES_PER_REQUEST_AND_MINUTE = 13
"""One write per 5 s (design.md section 6, rule 7), and the first at once."""
_CALM = (QUIET_SECONDS, "the truth is told in a calm")
_LONG_CALM = 60.0
_MINUTE = 60.0
_LONGEST_ILLNESS = 5 * _MINUTE
_NODE_INTERVAL = 45.0
"""Between losing a node and getting it back, and again; each is two writes of a third of the requests."""
_NODE_POD = PODS // 2 - 1
"""Which pod of a request is on the node; no other churn touches it."""
_CALM_SHARE = 0.25
"""Of the time, at the beginning: churn without a fault shows what the sidecar does by itself."""
_ROLLING = 6
_ROLLOUT_INTERVAL = 15.0
HOLD_SECONDS = 6.0
"""For so long Ready may stand without a fault: 5 s between two writes (design.md section 6, rule 7), and a second."""


class Soak:
    """The churn, the faults, and what was seen of them."""

    def __init__(
        self,
        plane: ControlPlane,
        proxy: FaultProxy,
        fleet: Fleet,
        rolling: Rolling,
        recorder: Recorder,
        clock: Path,
        chance: random.Random,
    ) -> None:
        self._plane = plane
        self._rolling = rolling
        self._node: list[str] = []
        self._next_node = self._next_rollout = 0.0
        self.nodes_lost = 0
        self.faults: list[tuple[float, float]] = []
        self._clock = clock
        self._proxy = proxy
        self._fleet = fleet
        self._recorder = recorder
        self._chance = chance
        self.rounds: list[str] = []
        self.missed: list[str] = []
        self._sick_since: dict[str, float] = {}
        self.left_out: frozenset[str] = frozenset()
        self.converged: list[float] = []
        self.foreign = {name: fleet.put_foreign(name, "PromiseAvailable", "before") for name in fleet.names}

    def round(self, *, calm: bool) -> None:
        """A few seconds of churn under a fault, or in a calm, then quiet until the truth is told."""
        kinds = [item for item in sorted(self._faults().items()) if item[0] not in self.left_out]
        name, fault = ("no fault", contextlib.nullcontext) if calm else self._chance.choice(kinds)
        self.rounds.append(name)
        struck = time.monotonic()
        with fault():
            end = time.monotonic() + self._chance.uniform(1.0, 5.0)
            while time.monotonic() < end:
                self._churn()
                time.sleep(self._chance.uniform(0.0, 0.5))
        began = time.monotonic()
        if not calm:
            self.faults.append((struck, began))
        try:
            until(lambda: all(map(self._fleet.is_true, self._fleet.names)), _CALM[1], _CALM[0])
        except AssertionError:
            # told at the end, with all others; what never comes is told now
            late = [each for each in self._fleet.names if not self._fleet.is_true(each)]
            self.missed.append(f"{name} ({', '.join(late)})")
            patience = f"the truth is told after {self.missed[-1]}, in the end"
            until(lambda: all(map(self._fleet.is_true, self._fleet.names)), patience, _LONG_CALM)
        self.converged.append(time.monotonic() - began)

    def lost(self) -> list[str]:
        """Requests whose foreign condition is not as it was written last."""
        return [
            name for name, item in self.foreign.items() if item not in self._fleet.request(name)["status"]["conditions"]
        ]

    def unfounded(self) -> list[Sight]:
        """States that are Ready without all pods counted."""
        return [
            sight
            for name in self._fleet.names
            for sight in self._recorder.sights(name, namespace=NAMESPACE)
            if sight.phase == "Ready" and sight.status.get("health", {}).get("workloads") != _WHOLE
        ]

    def beyond(self, lie: Lie) -> float:
        """Seconds of a lie that nothing excuses: neither the interval of writes, nor a fault and the calm after it."""
        excused = [
            end + QUIET_SECONDS for began, end in self.faults if began < lie.ended and lie.began < end + QUIET_SECONDS
        ]
        return max(0.0, lie.ended - max([lie.began + HOLD_SECONDS, *excused]))

    def _move(self) -> None:
        """Lose a node with a third of the requests' pods, or get it back; and let a Deployment roll."""
        now = time.monotonic()
        if now >= self._next_node:
            self._next_node = now + _NODE_INTERVAL
            lost = self._chance.sample(self._fleet.names, len(self._fleet.names) // 3) if not self._node else []
            self.nodes_lost += bool(lost)
            for name in lost or self._node:
                self._fleet.set_pod(name, ready=not lost, index=_NODE_POD)
            self._node = lost
        if now >= self._next_rollout:
            self._next_rollout = now + _ROLLOUT_INTERVAL
            self._rolling.roll(self._chance.choice(self._rolling.names))

    def _turn(self, name: str) -> None:
        """Let an Application fall ill or recover."""
        if self._sick_since.pop(name, None) is None:
            self._sick_since[name] = time.monotonic()
        self._fleet.set_health(name, "Degraded" if name in self._sick_since else "Healthy")

    def _recover(self) -> None:
        """Heal what has been ill for long: after 10 minutes it would rightly be Failed."""
        for name, since in list(self._sick_since.items()):
            if time.monotonic() - since > _LONGEST_ILLNESS:
                self._turn(name)

    def _churn(self) -> None:
        self._recover()
        self._move()
        name = self._chance.choice(self._fleet.names)
        match self._chance.randrange(4):
            case 0:
                self._turn(name)
            case 1:
                self.foreign[name] = self._fleet.put_foreign(name, "PromiseAvailable", str(time.monotonic_ns()))
            case _:
                # fewer than half of the pods: a request that is down for 10 minutes would rightly be Failed
                index = self._chance.randrange(_NODE_POD)
                self._fleet.set_pod(name, ready=index in self._fleet.broken_pods[name], index=index)

    def _faults(self) -> dict[str, Callable[[], contextlib.AbstractContextManager[object]]]:
        statuses = (403, 409, 410, 422, 500, 503)
        plain: dict[str, tuple[Fault, str, str]] = {
            "cut mid-line": (CutMidLine(), "watch", ""),
            "half a line": (HalfLine(), "watch", ""),
            "410 in the stream": (ErrorEvent(), "watch", ""),
            "silent streams": (Silent(), "watch", ""),
            "slow": (Slow(0.5), "", ""),
            "duplicates": (Duplicate(), "watch", ""),
            "out of order": (OutOfOrder(), "watch", ""),
            "429": (HttpError(429, "TooManyRequests", "1"), "", ""),
            **{f"{status} on writes": (HttpError(status), "patch", STATUS) for status in statuses},
            **{f"{status} on reads": (HttpError(status), "list watch", "") for status in (403, 410, 500, 503)},
            "everything 503": (HttpError(503), "", ""),
        }
        made: dict[str, Callable[[], contextlib.AbstractContextManager[object]]] = {
            name: lambda given=given: self._struck(*given)  # type: ignore[misc]  # the default binds the loop's value
            for name, given in plain.items()
        }
        return {
            **made,
            "refused": self._proxy.refusing,
            "stale lists": self._stale,
            "API server restart": lambda: self._restarted(self._plane.restart_apiserver),
            "clock an hour ahead": lambda: self._shifted(3600),
            "clock an hour behind": lambda: self._shifted(-3600),
            "etcd restart": lambda: self._restarted(self._plane.restart_etcd),
        }

    @contextlib.contextmanager
    def _struck(self, fault: Fault, verbs: str, resources: str) -> Iterator[None]:
        often = self._chance.choice([0.3, 1.0])
        with self._proxy.fault(fault, verbs=verbs, resources=resources, chance=often):
            if self._chance.random() < 0.5:
                self._proxy.break_connections()
            yield

    @contextlib.contextmanager
    def _stale(self) -> Iterator[None]:
        lists = self._fleet.lists()
        with (
            self._proxy.fault(Stale(lists), verbs="list watch"),
            self._proxy.fault(HttpError(410), verbs="watch", times=8),
        ):
            self._proxy.break_connections()
            yield

    @contextlib.contextmanager
    def _restarted(self, restart: Callable[[], None]) -> Iterator[None]:
        restart()
        yield

    @contextlib.contextmanager
    def _shifted(self, seconds: int) -> Iterator[None]:
        set_clock(self._clock, seconds)
        try:
            yield
        finally:
            set_clock(self._clock, 0)


_WHOLE = {"ready": PODS, "total": PODS, "summary": f"{PODS}/{PODS}"}


def main() -> int:
    """Soak, print a line per minute and a summary, and fail as a test would."""
    options = _options()
    chance = random.Random(options.seed)  # noqa: S311 - repeatable churn
    with contextlib.ExitStack() as stack:
        plane = stack.enter_context(ControlPlane())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="platform-status-soak-")))
        install(plane.admin)
        proxy = stack.enter_context(FaultProxy(plane.server, authority_of(plane), folder, options.seed))
        credentials(plane.admin, proxy.authority, folder)
        fleet = Fleet(plane.admin, options.requests)
        stack.enter_context(controllers(plane, folder))
        rolling = Rolling(plane.client("kubelet", ("system:masters",)), _ROLLING, chance)
        rolling.start()
        stack.callback(rolling.end)
        recorder = Recorder(plane.client("recorder", ("system:masters",)))
        recorder.start()
        stack.callback(recorder.end)
        # a silent stream is given up after 3 s instead of 90, so that a calm of 10 s is enough
        clock = folder / "clock"
        set_clock(clock, 0)
        environ = {"FAULTS_SILENCE_SECONDS": "3", "FAULTS_CLOCK": str(clock)}
        sidecar = FaultySidecar(folder, proxy.port, environ=environ)
        sidecar.start()
        stack.callback(sidecar.abandon)
        until(lambda: all(map(fleet.is_true, fleet.names)), "all is true at the beginning", 60)
        until(lambda: all(map(rolling.is_true, rolling.names)), "the Deployments run", 60)
        soak = Soak(plane, proxy, fleet, rolling, recorder, clock, chance)
        soak.left_out = frozenset(options.without)
        judge = judge_of(plane)
        judge.start()
        try:
            with argo_writes(plane.client("argo-cd", ("system:masters",)), options.requests, patient=True):
                _run(soak, proxy, sidecar, fleet, judge, options.seconds)
        finally:
            stormy = [line["request"] for line in sidecar.lines() if "once a minute" in line["message"]]
            sys.stdout.write(f"written so often that they were held back to once a minute: {stormy or 'none'}\n")
        sidecar.stop()
    return 0


def _run(soak: Soak, proxy: FaultProxy, sidecar: FaultySidecar, fleet: Fleet, judge: Judge, seconds: float) -> None:
    began = said = time.monotonic()
    resident = 0.0
    mark = proxy.mark()
    while time.monotonic() < began + seconds:
        soak.round(calm=time.monotonic() < began + seconds * _CALM_SHARE)
        # measured after a few faults: the first of each kind loads code that stays
        resident = resident or (sidecar.resident_kib() / 1024 if len(soak.rounds) >= 10 else 0.0)
        if time.monotonic() >= said + _MINUTE:
            said = time.monotonic()
            _say(soak, proxy, sidecar, mark, said - began)
    rolling = soak._rolling
    until(lambda: all(map(rolling.is_true, rolling.names)), "every rollout ends Ready", _LONG_CALM)
    judge.end()
    for name in fleet.names:
        soak._recorder.catch_up(name, NAMESPACE)
    _say_lies(soak, judge.lies, (len(fleet.names) + len(rolling.names)) * (time.monotonic() - began))
    minutes = max((time.monotonic() - began) / _MINUTE, 1.0)
    _say(soak, proxy, sidecar, mark, time.monotonic() - began)
    assert not soak.missed, f"not within {QUIET_SECONDS:.0f} s of quiet after: {soak.missed}"
    beyond = [lie for lie in judge.lies if soak.beyond(lie)]
    assert not beyond, f"Ready beside what does not work, for longer than any hold: {beyond}"
    assert not soak.lost(), f"foreign conditions lost: {soak.lost()}"
    assert not soak.unfounded(), f"Ready without evidence: {soak.unfounded()[:3]}"
    for name in fleet.names:
        written = [item for item in proxy.seen(mark, verb="patch", resource=STATUS, name=name) if item.status == 200]
        assert len(written) <= WRITES_PER_REQUEST_AND_MINUTE * minutes, f"{name}: {len(written)} writes"
    level = resident + MEMORY_MIB
    if resident:
        until(lambda: sidecar.resident_kib() / 1024 <= level, f"resident memory falls to {level:.1f} MiB", 10)


def _say(soak: Soak, proxy: FaultProxy, sidecar: FaultySidecar, mark: int, seconds: float) -> None:
    patches = proxy.seen(mark, verb="patch", resource=STATUS)
    written = Counter(item.path for item in patches if item.status == 200)
    sys.stdout.write(
        f"[{seconds:5.0f} s] {len(soak.rounds)} faults of {len(set(soak.rounds))} kinds; truth after "
        f"{statistics.median(soak.converged):.1f} s (max {max(soak.converged):.1f} s, {len(soak.missed)} too late); "
        f"{written.total()} writes of {len(patches)} tries, at most {max(written.values(), default=0)} of one request; "
        f"{len(proxy.seen(mark))} requests; "
        f"{sidecar.resident_kib() / 1024:.1f} MiB" + (f"; too late after {soak.missed}" if soak.missed else "") + "\n"
    )
    sys.stdout.flush()


def _say_lies(soak: Soak, lies: list[Lie], seconds: float) -> None:
    lengths = sorted(lie.ended - lie.began for lie in lies)
    in_calm = sorted(
        lie.ended - lie.began
        for lie in lies
        if not any(began < lie.ended and lie.began < end + QUIET_SECONDS for began, end in soak.faults)
    )
    sys.stdout.write(
        f"false Ready: {sum(lengths):.1f} s of {seconds:.0f} s that requests lived, in {len(lengths)} times, "
        f"median {statistics.median(lengths or [0]):.2f} s, longest {max(lengths, default=0):.1f} s "
        f"(away from faults: {len(in_calm)} times, longest {max(in_calm, default=0):.1f} s); "
        f"beyond the holds: {sum(map(soak.beyond, lies)):.1f} s; "
        f"{soak.nodes_lost} nodes lost, {soak._rolling.rollouts} rollouts\n"
    )
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=900, help="how long (default: %(default)s)")
    # few enough writes of each that none comes near 30 in 10 minutes, from where on it is written once a minute
    parser.add_argument("--requests", type=int, default=60, help="how many requests (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the churn and the faults (default: %(default)s)")
    parser.add_argument("--without", action="append", default=[], help="leave a fault out, by its name; repeatable")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
