"""One measurement: load N requests, start the sidecar, time it, let it rest."""

import itertools
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from localplane.client import Client, Object
from localplane.plane import ControlPlane
from platform_status_sidecar.shard import WHOLE, Shard
from tests.bench.audit import audit_flags, requests_since
from tests.bench.limits import memory_limit
from tests.bench.load import NAMESPACE, crash, heal, install, load_requests
from tests.bench.sidecar import MeasuredSidecar

__all__ = ["Figures", "Plan", "measure"]

_GIVE_UP = 900.0
_QUIET = 5.1
_API, _KIND = "platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2"


class Plan(Struct, frozen=True):
    """What to measure.

    Attributes:
        requests: How many requests.
        changes: How many changes are timed.
        rest: Seconds at rest.
        memory: Bytes that the kernel lets the sidecar have; 0 for no limit.
        shard: Which part of the requests is the sidecar's own; the others are there, and nobody looks after them.
    """

    requests: int
    changes: int
    rest: float
    memory: int
    shard: Shard = WHOLE


class Figures(Struct, frozen=True):
    """What was measured, of `own` among all requests; times in seconds, memory in MiB, requests and writes a minute."""

    requests: int
    own: int
    cold_start: float
    delays: tuple[float, ...]
    asked: Counter[str]
    written: float
    millicores: float
    resident: float
    peak: float


def measure(plan: Plan, say: Callable[[str], None]) -> Figures:
    """Measure once, on a control plane of its own.

    Args:
        plan: What to measure.
        say: Told of each step.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="platform-status-bench-")))
        plane = stack.enter_context(ControlPlane(apiserver_flags=audit_flags(folder)))
        install(plane.admin)
        started = time.monotonic()
        load_requests(lambda: plane.client("bench-loader", ("system:masters",)), plan.requests)
        say(f"{plan.requests} requests loaded in {time.monotonic() - started:.0f} s")
        group = stack.enter_context(memory_limit(plan.memory)) if plan.memory else None
        time.sleep(5)  # the API server and etcd settle after the load
        own = [
            int(request["metadata"]["name"][1:])
            for request in _requests(plane.admin)
            if plan.shard.owns(request["metadata"]["uid"])
        ]
        with MeasuredSidecar(plane, folder, group, shard=plan.shard) as sidecar:
            _wait(lambda: sidecar.ready_writes() >= len(own), sidecar)
            cold = time.monotonic() - sidecar.began
            if _ready(plane.admin) != len(own):
                raise RuntimeError(f"{_ready(plane.admin)} of {len(own)} statuses are Ready")
            say(f"all Ready after {cold:.1f} s")
            time.sleep(6)  # the pace of one write per 5 s must not be what is measured
            delays = tuple(_changes(plane.admin, own, plan.changes))
            say(f"{len(delays)} changes timed")
            _wait(lambda: _ready(plane.admin) == len(own), sidecar)
            time.sleep(6)
            versions, (lines, _) = _versions(plane.admin), requests_since(folder)
            cpu, began = sidecar.cpu_seconds(), time.monotonic()
            time.sleep(plan.rest)
            minutes = (time.monotonic() - began) / 60
            millicores = (sidecar.cpu_seconds() - cpu) / minutes / 60 * 1000
            _, asked = requests_since(folder, lines)
            written = len(set(_versions(plane.admin).items()) - set(versions.items())) / minutes
            sidecar.metrics()
            resident, peak = sidecar.memory_mib()
    rates = Counter({what: round(count / minutes) for what, count in asked.items()})
    return Figures(plan.requests, len(own), cold, delays, rates, written, millicores, resident, peak)


def _requests(admin: Client) -> list[Object]:
    return admin.list(_API, _KIND, namespace=NAMESPACE)


def _ready(admin: Client) -> int:
    return sum(request.get("status", {}).get("phase") == "Ready" for request in _requests(admin))


def _versions(admin: Client) -> dict[str, str]:
    return {request["metadata"]["name"]: request["metadata"]["resourceVersion"] for request in _requests(admin)}


def _wait(condition: Callable[[], bool], sidecar: MeasuredSidecar) -> None:
    deadline = time.monotonic() + _GIVE_UP
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not reached within {_GIVE_UP:.0f} s")
        sidecar.check()
        time.sleep(0.1)


def _changes(admin: Client, requests: list[int], count: int) -> Iterator[float]:
    """Crash and heal single pods; seconds from the API server's answer to the status seen by a watcher.

    Each is the first change of its request after 5 s of quiet, as design.md section 8 has it; the requests take turns
    in random order, so that nobody waits.
    """
    turns = list(requests)
    random.Random(7).shuffle(turns)  # noqa: S311 - a repeatable load
    broken: set[int] = set()
    quiet_since = dict.fromkeys(turns, 0.0)
    for number in itertools.islice(itertools.cycle(turns), count):
        time.sleep(max(0.0, quiet_since[number] + _QUIET - time.monotonic()))
        act, phase = (heal, "Ready") if number in broken else (crash, "Degraded")
        broken ^= {number}
        yield _time_one(admin, number, act, phase)
        quiet_since[number] = time.monotonic()
    for number in broken:
        heal(admin, number)


def _time_one(admin: Client, number: int, act: Callable[[Client, int], None], phase: str) -> float:
    name = f"v{number}"
    seen = admin.get(_API, _KIND, name, namespace=NAMESPACE)["metadata"]["resourceVersion"]
    events = admin.watch(_API, _KIND, namespace=NAMESPACE, name=name, resource_version=seen, timeout=60)
    act(admin, number)
    changed = time.monotonic()
    if not any(event.object.get("status", {}).get("phase") == phase for event in events):
        raise RuntimeError(f"{name} did not become {phase} within a minute")
    delay = time.monotonic() - changed
    events.close()
    return delay
