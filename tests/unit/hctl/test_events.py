"""Warning events: which are asked for, and that any JSON in their place is read."""

from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given

from hctl.cluster.transport import ClusterReader, Page
from hctl.diagnosis.conclude import conclude
from hctl.diagnosis.diagnose import gather_events, newest_events, warning_in, warnings_of
from hctl.diagnosis.evidence import WarningEvent
from hctl.diagnosis.orders import Orders
from hctl.errors import ClusterError
from hctl.explain.inputs import Input
from tests.unit.hctl import evidences
from tests.unit.hctl.evidences import World
from tests.unit.hctl.golden import FRESH, diagnosed, refused
from tests.unit.hctl.requests import NOW, ago, request
from tests.unit.hctl.settings import quick
from tests.unit.hctl.test_hostile import JSON

_POD = Input("Pod", "vcluster-media", "media-1")


def test_a_name_adds_nothing_to_what_is_asked() -> None:
    told = warnings_of(Input("ClusterRole", "", "a,type=Normal\\"), "")
    assert told == r"type=Warning,involvedObject.kind=ClusterRole,involvedObject.name=a\,type\=Normal\\"
    assert warnings_of(_POD, "u-1").endswith(",involvedObject.name=media-1,involvedObject.uid=u-1")


@pytest.mark.parametrize(
    ("said", "count", "seconds"),
    [
        ({"count": 3, "lastTimestamp": ago(30), "firstTimestamp": ago(90)}, 3, 30),
        ({"series": {"count": 4, "lastObservedTime": ago(20)}, "eventTime": ago(70), "count": 1}, 4, 20),
        ({"eventTime": "2026-02-26T10:29:00.123456Z", "lastTimestamp": None}, 1, 60),
        ({"count": -1, "lastTimestamp": "soon", "metadata": {"creationTimestamp": ago(5)}}, 1, 5),
    ],
)
def test_both_ways_to_count_and_date_an_event_are_read(said: dict[str, Any], count: int, seconds: int) -> None:
    found = warning_in(said, _POD)
    assert (found.count, found.last) == (count, NOW - timedelta(seconds=seconds))


@quick
@given(found=JSON)
def test_whatever_stands_in_an_event_is_read(found: Any) -> None:  # noqa: ANN401 - JSON
    assert warning_in(found, _POD).count > 0


def test_a_few_are_told_the_newest_first() -> None:
    moments = [None, *(NOW - timedelta(seconds=seconds) for seconds in range(9))]
    told = newest_events(WarningEvent("Pod", "n", "p", "", "", 1, moment) for moment in moments)
    assert [event.last for event in told] == moments[1:6]


@pytest.mark.parametrize(
    ("world", "asked"),
    [
        (World(pods=[evidences.crashing_pod("a"), evidences.crashing_pod("b")]), ["Pod a", "Pod b"]),
        (World(application=[evidences.application(health="Degraded")]), ["Application vcluster-media"]),
        (World(secrets=[]), []),
    ],
)
def test_only_what_exists_and_is_at_fault_is_asked_about(world: World, asked: list[str]) -> None:
    cause = diagnosed(request("Ready"), world).cause
    assert cause is not None
    assert [f"{entry.kind} {entry.name}" for entry in cause.objects] == asked


class _Crowded:
    """An API server that refuses the events of one pod, and has more of the others than a page holds."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def now(self) -> datetime:
        return NOW

    def page(self, path: str, query: dict[str, str]) -> Page:
        self.asked.append(path)
        assert query["limit"] == "100"
        if "involvedObject.name=a," in query["fieldSelector"] + ",":
            raise ClusterError("busy", status=500)
        return Page(({"reason": "BackOff", "lastTimestamp": ago(5)},), "1", "more")


def test_what_was_refused_and_what_was_cut_off_are_said() -> None:
    pods = [evidences.crashing_pod(name) for name in "abcde"]
    found = evidences.evidence(request("Ready"), World(pods=pods), FRESH)
    cluster = _Crowded()
    told = gather_events(cast("ClusterReader", cluster), found, conclude(found, Orders()).cause)
    assert told is not None
    assert cluster.asked == ["/api/v1/namespaces/vcluster-media/events"] * 3
    assert [(event.name, event.reason) for event in told.warnings] == [("b", "BackOff"), ("c", "BackOff")]
    assert told.unread == "; ".join(
        (
            "Pod vcluster-media/a: no answer (500)",
            *(f"Pod vcluster-media/{name}: more than 100 events, newer ones may be missing" for name in "bc"),
        )
    )


def test_of_a_failed_workflow_the_newest_job_is_asked_about() -> None:
    cause = diagnosed(refused(), World(jobs=[evidences.job("new", failed="limit"), evidences.job("old")])).cause
    assert cause is not None
    assert [f"{entry.kind} {entry.name}" for entry in cause.objects] == ["Job new"]
