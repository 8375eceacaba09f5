"""Objects of a megabyte, which anybody may make, do not take the sidecar beyond its limit of 64 MiB.

A control plane of its own: what is loaded here is more than what all other tests load.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from localplane.client import Client
from localplane.plane import ControlPlane
from tests.bench.load import API, KIND, NAMESPACE, install, load_requests
from tests.bench.sidecar import MeasuredSidecar

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

LIMIT: Final = 64
"""MiB, as the Promise ships it."""

SIZE: Final = 1_000_000
ELSEWHERE: Final = "elsewhere"
OBSERVED: Final = "v0"
REQUESTS: Final = 3
Json = dict[str, Any]


def _labels(number: int) -> dict[str, str]:
    """A megabyte of labels, each of them another one."""
    return {f"k{number}-{index:06}": f"v{number}-{index:06}-".ljust(60, "a") for index in range(SIZE // 130)}


def _pod(name: str, namespace: str, *, size: int = 0, labels: dict[str, str] | None = None) -> Json:
    container = {"name": "c", "image": "x", "env": [{"name": "E", "value": "v" * size}]}
    metadata = {"name": name, "namespace": namespace, "labels": labels or {}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


def _work(name: str) -> Json:
    labels = {"kratix.io/promise-name": "vcluster-orchestrator-v2", "kratix.io/resource-name": "v0"}
    spec = {
        "promiseName": "vcluster-orchestrator-v2",
        "resourceName": "v0",
        "workloadGroups": [{"id": "x", "workloads": [{"filepath": "a", "content": "v" * SIZE}]}],
    }
    metadata = {"name": name, "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "platform.kratix.io/v1alpha1", "kind": "Work", "metadata": metadata, "spec": spec}


def _request(name: str) -> Json:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": API, "kind": KIND, "metadata": metadata, "spec": {"name": name}}


def _contract(name: str) -> Json:
    annotations = {f"a{index}": "v" * 1000 for index in range(SIZE // 1010)}
    whole = {"version": "v1", "generation": 1, "displayName": "x", "name": name, "annotations": annotations}
    return {"status": {"contract": {**whole, "works": True}}}


def _status(name: str) -> Json:
    """A contract that is observed, and a condition of somebody's that is a megabyte."""
    whole = {"version": "v1", "generation": 1, "displayName": "x", "name": name, "works": True}
    stamp = {"lastTransitionTime": "2026-01-01T00:00:00Z"}
    theirs = {"type": "Theirs", "status": "True", "reason": "X", "message": "v" * SIZE, **stamp}
    return {"status": {"contract": whole, "conditions": [theirs]}}


STATUSES: Final = {"contracts": _contract, "statuses": _status}
OBJECTS: Final[dict[str, tuple[int, Callable[[int], Json]]]] = {
    "pods of nobody": (30, lambda number: _pod(f"fat{number}", ELSEWHERE, size=SIZE)),
    "labels of pods": (20, lambda number: _pod(f"fat{number}", OBSERVED, labels=_labels(number))),
    "Works": (30, lambda number: _work(f"fat{number}")),
    "contracts": (30, lambda number: _request(f"fat{number}")),
    "statuses": (30, lambda number: _request(f"fat{number}")),
}
"""How many, and each of them: thirty that were kept whole take some 50 MiB, beyond the limit."""


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane() as found:
        install(found.admin)
        found.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ELSEWHERE}})
        load_requests(lambda: found.client("loader", ("system:masters",)), REQUESTS)
        yield found


def _wait(sidecar: MeasuredSidecar, client: Client, name: str) -> None:
    """Wait until a change of a small request that was made after all others is told."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        sidecar.check()
        if client.get(API, KIND, name, namespace=NAMESPACE).get("status", {}).get("phase") == "Ready":
            return
        time.sleep(0.2)
    raise AssertionError(f"{name} is not Ready: {sidecar.log.read_text()[-2000:]}")


def _wait_for_verdict(client: Client, name: str) -> None:
    """Wait until a request has a verdict beside the condition that somebody else made large."""

    def has_both(found: Json) -> bool:
        conditions = {each["type"]: each for each in found["status"]["conditions"]}
        return "Ready" in conditions and len(conditions["Theirs"]["message"]) == SIZE

    client.wait_for(API, KIND, name, has_both, namespace=NAMESPACE, timeout=60, until="it has a verdict")


@pytest.mark.parametrize("what", OBJECTS)
def test_objects_of_a_megabyte_stay_outside(plane: ControlPlane, tmp_path: Path, what: str) -> None:
    client = plane.client("loader", ("system:masters",))
    count, make = OBJECTS[what]
    made = [make(number) for number in range(count)]
    try:
        for found in made:
            client.create(found)
            if what in STATUSES:
                name = found["metadata"]["name"]
                client.patch(API, KIND, name, STATUSES[what](name), namespace=NAMESPACE, subresource="status")
        with MeasuredSidecar(plane, tmp_path) as sidecar:
            _wait(sidecar, client, "v1")
            for found in made:
                metadata = found["metadata"]
                turn = {"metadata": {"annotations": {"turn": "1"}}}
                client.patch(
                    found["apiVersion"], found["kind"], metadata["name"], turn, namespace=metadata["namespace"]
                )
            client.patch(API, KIND, "v1", {"status": {"phase": "Unknown"}}, namespace=NAMESPACE, subresource="status")
            _wait(sidecar, client, "v1")
            sidecar.metrics()
            if what == "statuses":
                for found in made:
                    _wait_for_verdict(client, found["metadata"]["name"])
            resident, peak = sidecar.memory_mib()
        assert peak < LIMIT, f"{what}: {peak:.1f} MiB at its peak, {resident:.1f} at the end"
    finally:
        for found in made:
            metadata = found["metadata"]
            client.delete(found["apiVersion"], found["kind"], metadata["name"], namespace=metadata["namespace"])
