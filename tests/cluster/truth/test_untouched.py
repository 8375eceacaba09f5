"""Requests that are not to be touched: dry runs never, deleted ones once (design.md section 6, rule 6)."""

from collections.abc import Iterator

import pytest

from localplane.client import Client

from .conftest import RunSidecar
from .places import Past, Place, Things
from .sidecars import Sidecar, eventually

pytestmark = pytest.mark.cluster

DRY_RUN = "kratix.io/dry-run"


@pytest.fixture
def beside(place: Place, admin: Client) -> Iterator[Place]:
    """A second request that looks at the same things but its Works: once it tells of them, the sidecar knows them."""
    other = Place(admin, place.namespace)
    other.key = (place.namespace, f"beside-{place.namespace}")
    yield other
    other.clear()


def _has_seen(sidecar: Sidecar, place: Place) -> None:
    """Wait until the sidecar knows the request as it is now."""
    version = place.version()

    def known() -> bool:
        record = sidecar.app.store.request(place.key)
        return record is not None and record.resource_version == version

    eventually(known, f"the sidecar knows version {version} of the request")


@pytest.mark.parametrize("value", ["false"])
def test_a_dry_run_is_never_touched_whatever_the_value_of_its_label(
    place: Place, beside: Place, run: RunSidecar, value: str
) -> None:
    place.put(Things())
    place.ask(Past(labels={DRY_RUN: value}))
    beside.ask(Past(contract={"works": False}))
    with run() as sidecar:
        beside.await_status("Ready")
        place.say_pod("media-0", ready=False)
        beside.await_status("Degraded")
        version = place.patch({"metadata": {"annotations": {"example.org/note": "new"}}})["metadata"]["resourceVersion"]
        _has_seen(sidecar, place)
        sidecar.app.queue.add(place.key)
        sidecar.skip(600, beside.key)
        assert place.version() == version
        assert "phase" not in place.read()["status"]
        assert sidecar.writes(place.key) == 0
        assert place.key not in dict(sidecar.app.outcomes.outcomes()), "no metric speaks of a dry run"


def test_a_request_that_becomes_a_dry_run_keeps_its_last_words(place: Place, beside: Place, run: RunSidecar) -> None:
    place.put(Things())
    place.ask()
    beside.ask(Past(contract={"works": False}))
    with run() as sidecar:
        place.await_status("Ready")
        beside.await_status("Ready")
        version = place.patch({"metadata": {"labels": {DRY_RUN: "true"}}})["metadata"]["resourceVersion"]
        _has_seen(sidecar, place)
        place.say_pod("media-0", ready=False)
        beside.await_status("Degraded")
        sidecar.skip(600, beside.key)
        assert place.version() == version
        place.patch({"metadata": {"labels": {DRY_RUN: None}}})
        place.await_status("Degraded", "PodsNotReady")


def test_a_deleted_request_is_told_so_once_and_then_left_alone(place: Place, beside: Place, run: RunSidecar) -> None:
    place.put(Things())
    place.ask()
    place.patch({"metadata": {"finalizers": ["example.org/hold"]}})
    beside.ask(Past(contract={"works": False}))
    with run() as sidecar:
        beside.await_status("Ready")
        place.await_status("Ready")
        before = sidecar.writes(place.key)
        place.delete()
        sidecar.concluded(place.key, "1")
        sidecar.pass_the_hold(place.key)
        status = place.await_status("Deleting", "Deleting")["status"]
        assert sidecar.writes(place.key) == before + 1
        # What was delivered goes, as it does when Argo CD cleans up.
        place.say_pod("media-0", ready=False)
        beside.await_status("Degraded")
        sidecar.skip(600, place.key)
        assert sidecar.writes(place.key) == before + 1
        # Kratix writes on while it deletes, and does not keep our words: we do not insist.
        words = {key: value for key, value in status.items() if key not in ("phase", "conditions")}
        version = place.say({**words, "phase": "Ready"})["metadata"]["resourceVersion"]
        _has_seen(sidecar, place)
        sidecar.skip(600, place.key)
        assert sidecar.writes(place.key) == before + 1
        assert place.version() == version


def test_a_sidecar_that_starts_later_does_not_say_deleting_again(place: Place, run: RunSidecar) -> None:
    place.ask(Past(phase="Ready", deleting=True))
    with run() as sidecar:
        sidecar.concluded(place.key, "1")
        sidecar.pass_the_hold(place.key)
        place.await_status("Deleting", "Deleting")
        assert sidecar.writes(place.key) == 1
    # Kratix's words while it deletes are not ours, and we do not take them back.
    told = place.patch({"status": {"message": "Deleting"}}, subresource="status")
    version = told["metadata"]["resourceVersion"]
    with run() as sidecar:
        sidecar.concluded(place.key, "1")
        sidecar.skip(600, place.key)
        assert sidecar.writes(place.key) == 0
    assert place.version() == version
