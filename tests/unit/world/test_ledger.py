"""What ran in which container, told from pods as the API shows them, and the text that comes of it."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from localnode.sampler import Measured
from platform_status_world.journey import Moment
from platform_status_world.ledger import Ledger, Ran
from platform_status_world.report import Report, containers_table, table

NOW = datetime(2026, 11, 24, 3, 1, 30, tzinfo=UTC)
LIMITS = {"cpu": "100m", "memory": "64Mi"}


class Quiet:
    """A client whose watch has nothing to tell; the ledger is told pod by pod."""

    def watch(self, *_: object, **__: object) -> list[Any]:
        return []


def ledger() -> Ledger:
    return Ledger(Quiet())  # type: ignore[arg-type]  # its thread ends at once


def pod(*statuses: dict[str, Any], init: bool = False) -> dict[str, Any]:
    prefix = "initContainer" if init else "container"
    specs = [
        {"name": "sidecar", "image": "REGISTRY.invalid/platform-status/sidecar:1", "resources": {"limits": LIMITS}}
    ]
    return {
        "metadata": {"namespace": "system", "name": "pod-1"},
        "spec": {f"{prefix}s": specs, **({"containers": []} if init else {})},
        "status": {f"{prefix}Statuses": list(statuses)},
    }


def running(container: str, started: str = "2026-11-24T03:01:00Z", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "name": "sidecar",
        "containerID": f"containerd://{container}",
        "state": {"running": {"startedAt": started}},
        **more,
    }


def terminated(container: str, code: int, reason: str) -> dict[str, Any]:
    return {
        "terminated": {
            "containerID": f"containerd://{container}",
            "exitCode": code,
            "reason": reason,
            "startedAt": "2026-11-24T03:00:00Z",
            "finishedAt": "2026-11-24T03:00:50Z",
        }
    }


def test_a_container_that_waits_never_ran() -> None:
    told = ledger()
    told.note(pod({"name": "sidecar", "state": {"waiting": {"reason": "PodInitializing"}}}))
    told.note({"metadata": {"namespace": "n", "name": "p"}, "spec": {"containers": []}})

    assert told.rows({}) == []


def test_a_running_container_is_told_with_its_limits() -> None:
    told = ledger()
    told.note(pod(running("a1")))

    (row,) = told.rows({"a1": Measured(1024, 65532)})
    assert (row.exit_code, row.limits, row.image) == (None, LIMITS, "REGISTRY.invalid/platform-status/sidecar:1")
    assert row.measured == Measured(1024, 65532)
    assert row.seconds(NOW) == 30.0


def test_a_container_that_was_restarted_ran_twice() -> None:
    told = ledger()
    told.note(pod(running("a1", "2026-11-24T03:00:00Z")))
    told.note(pod(running("b2", lastState=terminated("a1", 137, "Error"))))

    first, second = told.rows({})
    assert (first.id, first.exit_code, first.reason, first.seconds(NOW)) == ("a1", 137, "Error", 50.0)
    assert (second.id, second.exit_code, second.measured) == ("b2", None, None)


def test_init_containers_count() -> None:
    told = ledger()
    told.note(pod({"name": "sidecar", "state": terminated("c3", 0, "Completed")}, init=True))

    (row,) = told.rows({})
    assert (row.container, row.exit_code) == ("sidecar", 0)


def test_containers_that_started_in_one_second_are_told_in_the_order_of_their_pod() -> None:
    told = ledger()
    ended = [
        {"name": name, "state": terminated(identity, 0, "Completed")}
        for name, identity in (("configure", "b"), ("writer", "c"), ("reader", "d"))
    ]
    found = pod(*ended, init=True)
    found["spec"]["initContainers"] = [{"name": name, "image": "i"} for name in ("reader", "configure")]
    found["spec"]["containers"] = [{"name": "writer", "image": "i"}]
    told.note(found)

    assert [row.container for row in told.rows({})] == ["reader", "configure", "writer"]


@pytest.fixture
def rows() -> list[Ran]:
    ran = partial(
        Ran,
        namespace="system",
        place=0,
        container="sidecar",
        image="REGISTRY.invalid/platform-status/sidecar:1",
        limits=LIMITS,
        started="2026-11-24T03:01:00Z",
    )
    pod = "vcluster-orchestrator-v2-status-7c7ccc9c88-t7kjd"
    killed, mib = "2026-11-24T03:01:20Z", 1024 * 1024
    return [
        ran(pod=pod, id="1", exit_code=137, reason="Error", ended=killed, measured=Measured(20 * mib, 65532)),
        ran(pod=pod, id="2", exit_code=None, reason="", ended="", measured=Measured(30 * mib, None)),
        ran(pod="kratix-x", id="3", exit_code=0, reason="Completed", ended="2026-11-24T03:01:01Z"),
    ]


def test_the_table_shows_each_run_and_is_silent_where_nobody_looked(rows: list[Ran]) -> None:
    head, _, *lines = containers_table(rows, NOW).splitlines()

    assert head.split() == ["pod", "container", "image", "uid", "cpu", "memory", "peak", "MiB", "s", "ended"]
    assert lines[0].split()[1:] == ["sidecar", "sidecar:1", "65532", "100m", "64Mi", "20.0", "20", "137", "Error"]
    assert lines[1].split()[1:] == ["sidecar", "sidecar:1", "100m", "64Mi", "30.0", "30", "runs"]
    assert lines[2].split() == ["kratix-x", "sidecar", "sidecar:1", "100m", "64Mi", "1", "0", "Completed"]
    assert lines[0].split()[0] == "vcluster-orchestrato...atus-7c7ccc9c88-t7kjd"


def test_numbers_stand_to_the_right() -> None:
    assert table(("a", "n"), [("x", "5"), ("long", "10")], right={"n"}) == "a      n\n----  --\nx      5\nlong  10"


def test_the_report_tells_the_highest_peak_of_the_sidecar_alone(rows: list[Ran]) -> None:
    report = Report(["Ready"], [Moment("Ready", "AllHealthy", "it began", 4.2)], 12.34, [], rows)

    text = report.text()
    assert [row.id for row in report.of("sidecar")] == ["1", "2"]
    assert text.endswith(
        "request to Ready: 12.3 s\n"
        "peak memory of the sidecar's container, page cache included: 30.0 MiB under its limit of 64Mi"
    )
    assert "Ready  AllHealthy  4.2  it began" in text


def test_where_nobody_could_look_the_report_says_so(rows: list[Ran]) -> None:
    report = Report([], [], 1.0, [], rows[2:])

    assert "not measured under its limit of none" in report.text()
