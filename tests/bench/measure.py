"""One measurement: load N requests, start the sidecar, time it, let it rest."""

import itertools
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from functools import partial
from pathlib import Path

from msgspec import Struct

from localplane.client import Client, Object
from localplane.plane import ControlPlane
from platform_status_sidecar.settings import WHOLE, Shard
from tests.bench.audit import audit_flags, requests_since
from tests.bench.burst import CONNECTIONS, Burst, bare_seconds, burst, heal_all, restore
from tests.bench.limits import LimitError, limits
from tests.bench.load import API, KIND, NAMESPACE, crash, heal, install, load_requests
from tests.bench.objects import install_objects
from tests.bench.sidecar import MeasuredSidecar
from tests.bench.worlds import World, argo_writes

__all__ = ["Figures", "Plan", "Rest", "measure"]

_GIVE_UP = 900.0
_QUIET = 5.1


class Plan(Struct, frozen=True):
    """What to measure.

    Attributes:
        requests: How many requests.
        changes: How many changes are timed.
        rest: Seconds at rest.
        memory: Bytes that the kernel lets the sidecar have; 0 for no limit.
        millicores: CPU limit of a second cold start; 0 for none such.
        world: What else happens.
        shard: Which part of the requests is the sidecar's own; the others are there, and nobody looks after them.
        objects: Whether each request has two further objects, of kinds that an operator brings.
    """

    requests: int
    changes: int
    rest: float
    memory: int
    millicores: int
    world: World = World.STILL
    shard: Shard = WHOLE
    objects: bool = False


class Rest(Struct, frozen=True):
    """What the sidecar does while nothing happens that it would have to say; by the minute, and millicores."""

    asked: Counter[str]
    written: float
    millicores: float
    argo_writes: float = 0


class Figures(Struct, frozen=True):
    """What was measured, of `own` among all requests; times in seconds, memory in MiB.

    `throttled` is a cold start under a limit of `millicores`, 0 for none, or the reason why it could not be measured.
    `beside_argo`, `bursts` and `bare` are empty but in their worlds.
    """

    requests: int
    own: int
    cold_start: float
    cold_cpu: float
    throttled: float | str
    millicores: int
    delays: tuple[float, ...]
    rest: Rest
    beside_argo: Rest | None
    bursts: dict[str, Burst]
    bare: float
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
        watched = install_objects(plane.admin, folder) if plan.objects else ()
        started = time.monotonic()
        load_requests(lambda: plane.client("bench-loader", ("system:masters",)), plan.requests, objects=plan.objects)
        say(f"{plan.requests} requests loaded in {time.monotonic() - started:.0f} s")
        # one connection more than the senders have, for the watch
        admin = Client(plane.admin.access, connections=CONNECTIONS + 1)
        time.sleep(5)  # the API server and etcd settle after the load
        untouched = _requests(admin)
        own = [int(found["metadata"]["name"][1:]) for found in untouched if plan.shard.owns(found["metadata"]["uid"])]
        bursts: dict[str, Burst] = {}
        before = after = untouched
        sidecars = partial(MeasuredSidecar, plane, folder, shard=plan.shard, kinds=watched)
        with limits(plan.memory) as groups, sidecars(groups) as sidecar:
            cold = _cold_start(admin, sidecar, len(own))
            cold_cpu = sidecar.cpu_seconds()
            say(f"all Ready after {cold:.1f} s")
            time.sleep(6)  # the pace of one write per 5 s must not be what is measured
            argocd = argo_writes(plane.client("argocd", ("system:masters",)), plan.requests)
            with argocd if plan.world is World.ARGOCD else nullcontext() as count:
                delays = tuple(_changes(admin, own, plan.changes))
                say(f"{len(delays)} changes timed")
                _wait(lambda: _ready(admin) == len(own), sidecar)
                time.sleep(6)
                beside_argo = _rest(admin, sidecar, plan.rest, folder, count) if count else None
            rest = _rest(admin, sidecar, plan.rest, folder)
            if plan.world is World.BURST:
                before = _requests(admin)
                for name in ("burst", "blip"):
                    bursts[name] = burst(admin, own, blip=name == "blip", cpu_seconds=sidecar.cpu_seconds)
                    say(f"{name}: all right {bursts[name].settling:.2f} s after the last change")
                    after = _requests(admin) if name == "burst" else after
                    heal_all(admin, own)
                    _wait(lambda: _ready(admin) == len(own), sidecar)
                    time.sleep(6)
            sidecar.metrics()
            resident, peak = sidecar.memory_mib()
        bare = bare_seconds(admin, before, after) if bursts else 0.0
        throttled: float | str = ""
        if plan.millicores:
            restore(admin, untouched)
            try:
                with limits(plan.memory, plan.millicores) as groups, sidecars(groups) as sidecar:
                    throttled = _cold_start(admin, sidecar, len(own))
            except LimitError as error:
                throttled = f"cannot be measured here: {error}"
            say(f"with {plan.millicores} m: {throttled if isinstance(throttled, str) else f'{throttled:.1f} s'}")
    return Figures(
        requests=plan.requests,
        own=len(own),
        cold_start=cold,
        cold_cpu=cold_cpu,
        throttled=throttled,
        millicores=plan.millicores,
        delays=delays,
        rest=rest,
        beside_argo=beside_argo,
        bursts=bursts,
        bare=bare,
        resident=resident,
        peak=peak,
    )


def _cold_start(admin: Client, sidecar: MeasuredSidecar, own: int) -> float:
    _wait(lambda: sidecar.ready_writes() >= own, sidecar)
    seconds = time.monotonic() - sidecar.began
    if _ready(admin) != own:
        raise RuntimeError(f"{_ready(admin)} of {own} statuses are Ready")
    return seconds


def _rest(
    admin: Client, sidecar: MeasuredSidecar, seconds: float, folder: Path, count: Callable[[], int] = int
) -> Rest:
    versions, (lines, _) = _versions(admin), requests_since(folder)
    counted, cpu, began = count(), sidecar.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    minutes = (time.monotonic() - began) / 60
    millicores = (sidecar.cpu_seconds() - cpu) / minutes / 60 * 1000
    argo = (count() - counted) / minutes
    _, asked = requests_since(folder, lines)
    written = len(set(_versions(admin).items()) - set(versions.items())) / minutes
    return Rest(Counter({what: round(times / minutes) for what, times in asked.items()}), written, millicores, argo)


def _requests(admin: Client) -> list[Object]:
    return admin.list(API, KIND, namespace=NAMESPACE)


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
    seen = admin.get(API, KIND, name, namespace=NAMESPACE)["metadata"]["resourceVersion"]
    events = admin.watch(API, KIND, namespace=NAMESPACE, name=name, resource_version=seen, timeout=60)
    act(admin, number)
    changed = time.monotonic()
    if not any(event.object.get("status", {}).get("phase") == phase for event in events):
        raise RuntimeError(f"{name} did not become {phase} within a minute")
    delay = time.monotonic() - changed
    events.close()
    return delay
