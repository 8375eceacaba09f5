"""SIGTERM to a real process: what is due is finished, what cannot be is named, and the end comes in time."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cluster.sidecar.replicas import STATUS, Replica, Stage, open_stage
from tests.cluster.sidecar.world import until
from tests.faults.faults import Held, Silent

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

WRITERS = 6
"""So many writes are on their way at a time; a seventh is due, and waits."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage(WRITERS + 1) as opened:
        yield opened


def heard_of(replica: Replica, since: float) -> bool:
    """Whether the watch of pods has brought anything since that moment."""
    age = r'^platform_status_last_event_age_seconds\{source="pods"\} (\S+)$'
    found = re.search(age, replica.page("/metrics"), re.MULTILINE)
    assert found
    return time.monotonic() - float(found[1]) > since


def test_writes_that_are_due_are_finished_and_the_lease_is_given_back(stage: Stage, tmp_path: Path) -> None:
    with stage.replica(tmp_path / "a", "--leader-elect") as replica:
        replica.until_page("/readyz", "lease: leads")
        stage.begin()
        since = replica.proxy.mark()
        held = Held()
        with replica.proxy.fault(held, verbs="patch", resources=STATUS) as rule:
            *first, last = stage.names
            for name in first:
                stage.fleet.set_pod(name, ready=False)
            until(lambda: rule.applied == WRITERS, "every writer has a write on its way")
            changed_at = time.monotonic()
            stage.fleet.set_pod(last, ready=False)
            until(lambda: heard_of(replica, changed_at), "the last change has been heard of")
            replica.send(signal.SIGTERM)
            assert replica.runs
            assert stage.lease()["holderIdentity"]
            held.let_go()
            assert replica.end() == 0
        for name in stage.names:
            assert stage.fleet.is_true(name), f"{name} was due and is not told"
            assert stage.phases(name) == ["Ready", "Degraded"]
        assert [seen.status for seen in replica.writes(since)] == [200] * len(stage.names)
        assert stage.lease()["holderIdentity"] == ""
        assert not [line for line in replica.lines() if line["message"].startswith("Changes are left untold")]
        assert replica.last_line("Stopped")


def refused(replica: Replica) -> AbstractContextManager[object]:
    """Nobody listens any more."""
    return replica.proxy.refusing()


def silent(replica: Replica) -> AbstractContextManager[object]:
    """Everything is accepted, and nothing is answered: the worst way to be gone."""
    return replica.proxy.fault(Silent())


@pytest.mark.parametrize("gone", [refused, silent])
def test_without_an_api_server_it_ends_in_time_and_says_what_is_left(
    stage: Stage, tmp_path: Path, gone: Callable[[Replica], AbstractContextManager[object]]
) -> None:
    with stage.replica(tmp_path / "a", "--leader-elect") as replica:
        replica.until_page("/readyz", "lease: leads")
        stage.begin()
        held = Held()
        with replica.proxy.fault(held, verbs="patch", resources=STATUS) as rule:
            for name in ("v1", "v2"):
                stage.fleet.set_pod(name, ready=False)
            until(lambda: rule.applied == 2, "both writes are on their way")
            with gone(replica):
                if gone is silent:
                    replica.proxy.break_connections()
                replica.send(signal.SIGTERM)
                assert replica.end() == 0
        left = replica.last_line("Changes are left untold; whoever writes next looks at every request")
        assert (left["level"], left["left"], left["requests"]) == ("warning", 2, ["bench/v1", "bench/v2"])
        assert not [line for line in replica.lines() if "defect" in line["message"]]
        assert replica.lines()[-1]["message"] == "Stopped"
        held.let_go()
    # whoever comes next tells it
    with stage.replica(tmp_path / "b", "--leader-elect") as heir:
        stage.until_true()
        heir.stop()
