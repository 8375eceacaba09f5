"""What the bench's worlds plan, as pure functions."""

from itertools import islice, takewhile

import pytest

from tests.bench.worlds import Change, planned_changes, planned_writes


@pytest.mark.parametrize("applications", [400, 4000])
def test_argo_cd_writes_each_application_0_39_times_a_minute(applications: int) -> None:
    moments = [moment for moment, _ in takewhile(lambda write: write[0] < 600, planned_writes(applications))]
    assert moments == sorted(moments)
    assert len(moments) / 10 / applications == pytest.approx(0.39, rel=0.03)


def test_argo_cd_writes_every_application_before_it_writes_one_again() -> None:
    writes = list(islice(planned_writes(40), 120))
    for turn in range(3):
        assert sorted(number for _, number in writes[turn * 40 : turn * 40 + 40]) == list(range(40))
    first = {number: moment for moment, number in writes[:40]}
    second = {number: moment for moment, number in writes[40:80]}
    assert all(second[number] - first[number] == pytest.approx(60 / 0.39) for number in range(40))


def test_a_burst_is_one_change_for_each_request() -> None:
    assert list(planned_changes([3, 5], blip=False)) == [[Change(3, 1, ready=False), Change(5, 1, ready=False)]]


@pytest.mark.parametrize("blip", [False, True])
def test_every_burst_leaves_the_second_pod_of_each_request_down_and_no_other(*, blip: bool) -> None:
    ready: dict[tuple[int, int], bool] = {}
    for wave in planned_changes(range(250), blip=blip):
        assert len({change.request for change in wave}) == len(wave)  # no two changes of one request at once
        ready.update({(change.request, change.pod): change.ready for change in wave})
    assert [key for key, is_ready in ready.items() if not is_ready] == [(number, 1) for number in range(250)]


def test_a_blip_breaks_heals_and_breaks() -> None:
    told = [change for wave in planned_changes(range(250), blip=True) for change in wave if change.request == 7]
    assert [(change.pod, change.ready) for change in told] == [(0, False), (0, True), (1, False)]
