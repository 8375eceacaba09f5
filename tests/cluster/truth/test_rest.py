"""At rest nothing is written: not by resyncs, not by wakes, not after a relist or a restart (section 6, rule 2)."""

import secrets
from collections.abc import Callable, Iterator

import pytest

from localplane.client import Client
from tests.unit.sidecar.support import pods_in

from .conftest import RunSidecar
from .places import Past, Place, Things
from .sidecars import Sidecar, eventually

pytestmark = pytest.mark.cluster

RESTING: dict[str, tuple[str, Past, Things]] = {
    "a healthy one": ("Ready", Past(), Things()),
    "one that has failed": (
        "Failed",
        Past(
            phase="Degraded", since={"started": 7200, "firstReady": 7200, "degraded": 1200, "belowMinReadyRatio": 1200}
        ),
        Things(pods=(False, False)),
    ),
    "one without a contract": ("Unknown", Past(contract=None), Things()),
}


def _listed_again(sidecar: Sidecar) -> None:
    """Let every watch end with 410, and wait until each kind has been read from the start and is watched again."""
    since = len(sidecar.tap.calls)
    paths = sidecar.tap.make_stale()
    assert paths
    for path in paths:
        eventually(lambda path=path: sidecar.tap.read_again(path, since), f"{path} is read again")  # type: ignore[misc]  # mypy does not infer a lambda with a default


@pytest.mark.parametrize("title", RESTING)
def test_ten_minutes_of_resyncs_write_nothing(place: Place, run: RunSidecar, title: str) -> None:
    phase, past, things = RESTING[title]
    place.put(things)
    place.ask(past)
    with run(watch_seconds=1) as sidecar:
        version = place.await_status(phase)["metadata"]["resourceVersion"]
        written = sidecar.writes(place.key)
        for _ in range(60):
            sidecar.skip(10, place.key)
        _listed_again(sidecar)
        sidecar.poke(place.key)
        assert sidecar.reconciles(place.key) > 60
        assert sidecar.writes(place.key) == written
        assert place.version() == version


@pytest.mark.parametrize("title", RESTING)
def test_a_restart_writes_nothing(place: Place, run: RunSidecar, title: str) -> None:
    phase, past, things = RESTING[title]
    place.put(things)
    place.ask(past)
    with run() as sidecar:
        version = place.await_status(phase)["metadata"]["resourceVersion"]
        clock = sidecar.clock
    clock.skip(600)
    with run(clock=clock) as sidecar:
        eventually(lambda: place.key in sidecar.rows, "a first conclusion")
        sidecar.skip(600, place.key)
        assert sidecar.writes(place.key) == 0
    assert place.version() == version


@pytest.fixture
def elsewhere(admin: Client) -> Iterator[Place]:
    """Another namespace, with a request of its own: what its status tells, the sidecar has seen."""
    name = f"elsewhere-{secrets.token_hex(5)}"
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    found = Place(admin, name)
    yield found
    found.clear()
    admin.delete("v1", "Namespace", name, missing_ok=True)


def test_what_comes_and_goes_in_another_namespace_is_nobodys_business(
    place: Place, elsewhere: Place, run: RunSidecar
) -> None:
    place.put(Things())
    place.ask()
    elsewhere.put(Things())
    elsewhere.ask()
    steps: list[tuple[Callable[[], object], str, str]] = [
        (lambda: elsewhere.put_pod("media-9", ready=False), "Degraded", "PodsNotReady"),
        (lambda: elsewhere.delete_pod("media-9"), "Ready", "AllHealthy"),
        (lambda: elsewhere.say_application({"health": {"status": "Degraded"}}), "Degraded", "ApplicationDegraded"),
        (lambda: elsewhere.say_application({"health": {"status": "Healthy"}}), "Ready", "AllHealthy"),
    ]
    with run() as sidecar:
        version = place.await_status("Ready")["metadata"]["resourceVersion"]
        elsewhere.await_status("Ready")
        sidecar.poke(place.key)
        before = sidecar.reconciles(place.key)
        for change, phase, reason in steps:
            change()
            elsewhere.await_status(phase, reason)
        # Requests have their turns in the order of the queue: had ours been woken, it would have been taken.
        sidecar.poke(elsewhere.key)
    # Several workers take turns; a sidecar that has stopped has finished every one that was begun or due.
    assert sidecar.reconciles(place.key) == before
    assert sidecar.writes(place.key) == 1
    assert place.version() == version


def test_a_pod_in_a_namespace_that_nobody_observes_changes_nothing(
    place: Place, elsewhere: Place, run: RunSidecar
) -> None:
    place.put(Things())
    place.ask()
    with run() as sidecar:
        version = place.await_status("Ready")["metadata"]["resourceVersion"]
        sidecar.poke(place.key)
        before = sidecar.reconciles(place.key)
        elsewhere.put_pod("media-0", ready=False)
        elsewhere.delete_pod("media-0")
        # Watches tell in order, so once this later pod is known, so were those.
        place.put_pod("tenant", ready=False, labels={"vcluster.loft.sh/managed-by": "media"})
        known = ("tenant", "Running")
        store = sidecar.app.store
        eventually(
            lambda: known in {(pod.name, pod.seen.phase) for pod in pods_in(store, place.namespace)},
            "the sidecar knows the tenant's pod",
        )
        sidecar.poke(place.key)
    # Twice for the poke, and once or twice for the tenant's pod, which came and then became Running.
    assert before + 2 <= sidecar.reconciles(place.key) <= before + 4
    assert sidecar.writes(place.key) == 1
    assert place.version() == version
