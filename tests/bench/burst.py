"""Bursts: changes made as fast as the API server takes them, and the same status PATCHes sent with no sidecar."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

from msgspec import Struct

from localplane.client import Client, Object
from platform_status_sidecar.write.plan import difference
from tests.bench.load import API, KIND, NAMESPACE, pod_name, pod_status
from tests.bench.worlds import Change, planned_changes

__all__ = ["CONNECTIONS", "Burst", "bare_seconds", "burst", "heal_all", "restore", "says_last", "status_patches"]

CONNECTIONS = 6
"""As many as the sidecar has writers."""
_LOST_AFTER = 120
_QUIET = 6.0
"""Seconds after which a write that waited for its turn has been sent."""


class Burst(Struct, frozen=True):
    """What one burst gave; seconds.

    Attributes:
        delays: For each request, from its last change to the status that says it.
        changing: How long the server took for the changes.
        settling: From the last change of all to the last status.
        cpu: Processor time of the sidecar.
        lost: Requests whose status does not say the last state, 6 s after the others were right.
    """

    delays: tuple[float, ...]
    changing: float
    settling: float
    cpu: float
    lost: int


class _Patch(NamedTuple):
    path: str
    body: bytes


def burst(admin: Client, requests: Sequence[int], *, blip: bool, cpu_seconds: Callable[[], float]) -> Burst:
    """Make one, and watch until every status says the last state.

    Args:
        admin: A client.
        requests: Their numbers; all are Ready.
        blip: See `planned_changes`.
        cpu_seconds: The processor time of the sidecar so far.
    """
    cpu, began = cpu_seconds(), time.monotonic()
    changed: dict[str, float] = {}
    seen: dict[str, float] = {}
    versions = [int(found["metadata"]["resourceVersion"]) for found in admin.list(API, KIND, namespace=NAMESPACE)]
    version = str(max(versions))
    events = admin.watch(API, KIND, namespace=NAMESPACE, resource_version=version, timeout=_LOST_AFTER)

    def change() -> None:
        for wave in planned_changes(requests, blip=blip):
            answered = _send(admin, [_pod_patch(item) for item in wave])
            changed.update((f"v{item.request}", at) for item, at in zip(wave, answered, strict=True))

    with ThreadPoolExecutor(1) as pool, closing(events):
        changing = pool.submit(change)
        for event in events:
            name = event.object["metadata"]["name"]
            if says_last(event.object):
                seen.setdefault(name, time.monotonic())
            else:
                seen.pop(name, None)
            if len(seen) == len(requests) and changing.done():
                break
        changing.result()
    time.sleep(_QUIET)
    right = {
        request["metadata"]["name"] for request in admin.list(API, KIND, namespace=NAMESPACE) if says_last(request)
    }
    last = max(changed.values())
    return Burst(
        # a watcher may hear of the status before the answer to the change has been read
        delays=tuple(max(0.0, at - changed[name]) for name, at in seen.items()),
        changing=last - began,
        settling=max(0.0, max(seen.values(), default=last) - last),
        cpu=cpu_seconds() - cpu,
        lost=sum(f"v{number}" not in right for number in requests),
    )


def says_last(request: Object) -> bool:
    """Say whether a status says what every burst ends with: Degraded, for the second pod and no other."""
    status = request.get("status", {})
    text = json.dumps(status.get("conditions", []))
    number = int(request["metadata"]["name"][1:])
    return status.get("phase") == "Degraded" and pod_name(number, 1) in text and pod_name(number, 0) not in text


def bare_seconds(admin: Client, before: Iterable[Object], after: Iterable[Object]) -> float:
    """Time the status PATCHes of a burst with no sidecar, over as many connections as it has writers.

    Args:
        admin: A client; nobody else writes.
        before: The requests as they were before the burst.
        after: As the sidecar left them.
    """
    restore(admin, before)
    now = admin.list(API, KIND, namespace=NAMESPACE)
    patches = list(status_patches(now, after))
    began = time.monotonic()
    return max(_send(admin, patches)) - began


def heal_all(admin: Client, requests: Sequence[int]) -> None:
    """Undo what a burst did to the pods."""
    _send(admin, [_pod_patch(Change(number, 1, ready=True)) for number in requests])


def restore(admin: Client, wanted: Iterable[Object]) -> None:
    """Give each request the status that it has in `wanted`."""
    _send(admin, list(status_patches(admin.list(API, KIND, namespace=NAMESPACE), wanted)))


def status_patches(now: Iterable[Object], wanted: Iterable[Object]) -> Iterator[_Patch]:
    """Make the smallest PATCH of each request's status, with its resourceVersion as precondition, as the sidecar does.

    Args:
        now: The requests as the server has them.
        wanted: With the statuses to write.
    """
    statuses = {request["metadata"]["name"]: request.get("status", {}) for request in wanted}
    for request in now:
        name, version = request["metadata"]["name"], request["metadata"]["resourceVersion"]
        changes = difference(request.get("status", {}), statuses[name])
        if changes:
            body = {"metadata": {"resourceVersion": version}, "status": changes}
            path = f"/apis/{API}/namespaces/{NAMESPACE}/vclusterorchestratorv2s/{name}/status"
            yield _Patch(path, json.dumps(body).encode())


def _send(client: Client, patches: Sequence[_Patch]) -> list[float]:
    """Send PATCHes over several connections, and return when each was answered, by the monotonic clock."""

    def one(patch: _Patch) -> float:
        client.http.patch(patch.path, patch.body)
        return time.monotonic()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return list(pool.map(one, patches))


def _pod_patch(change: Change) -> _Patch:
    path = f"/api/v1/namespaces/v{change.request}/pods/{pod_name(change.request, change.pod)}/status"
    return _Patch(path, json.dumps(pod_status(ready=change.ready)).encode())
