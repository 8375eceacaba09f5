"""How the bench counts and prints."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.burst import Burst
from tests.bench.measure import Figures, Rest
from tests.bench.table import percentile, table

FIGURES = Figures(
    requests=100,
    own=100,
    cold_start=1.0,
    cold_cpu=0.5,
    throttled=5.0,
    millicores=100,
    delays=(0.010, 0.020, 0.030),
    rest=Rest(Counter({"get secrets": 100, "watch pods": 1, "patch leases": 6}), 0.0, 2.0),
    beside_argo=None,
    bursts={},
    bare=0.0,
    resident=40.0,
    peak=41.0,
)


@pytest.mark.parametrize(
    ("count", "share", "nearest"),
    [(1, 0.99, 1), (100, 0.5, 50), (100, 0.99, 99), (100, 1, 100), (300, 0.99, 297), (3, 0.5, 2), (3, 0, 1)],
)
def test_percentile_is_the_nearest_rank(count: int, share: float, nearest: int) -> None:
    assert percentile([float(number) for number in range(count, 0, -1)], share) == nearest


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_at_least_that_share_does_not_exceed_it(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6


def cells(figures: Figures) -> dict[str, str]:
    rows = [line.strip("|").split("|") for line in table([figures], 0).splitlines() if line.startswith("| ")]
    return {row[0].strip(): row[1].strip() for row in rows}


def test_a_write_of_argo_cd_costs_what_the_sidecar_used_more_beside_them() -> None:
    beside = Rest(Counter(), written=0.0, millicores=5.0, argo_writes=600)
    found = cells(msgspec.structs.replace(FIGURES, beside_argo=beside))
    # 3 m more are 180 ms a minute, for 600 writes
    assert (found["CPU beside them"], found["CPU for each of them"]) == ("5.0 m", "0.30 ms")


def test_a_burst_is_compared_with_its_patches_sent_bare() -> None:
    burst = Burst(delays=(0.1, 0.2), changing=1.0, settling=2.6, cpu=0.4, lost=1)
    found = cells(msgspec.structs.replace(FIGURES, bursts={"burst": burst}, bare=2.0))
    assert found["burst: last change -> all right / bare"] == "1.30 x"
    assert found["burst: lost last states"] == "1"
    assert found["burst: change -> status, p50 / p99 / max"] == "100 / 200 / 200 ms"


@pytest.mark.parametrize(
    ("throttled", "text"),
    [(5.0, "5.0 s"), ("cannot be measured here: no cgroups", "cannot be measured here: no cgroups")],
)
def test_a_cold_start_under_a_limit_has_its_seconds_or_the_reason_why_not(throttled: float | str, text: str) -> None:
    assert cells(msgspec.structs.replace(FIGURES, throttled=throttled))["cold start, CPU limit 100m"] == text


def test_a_cold_start_under_no_limit_has_no_row() -> None:
    assert not [name for name in cells(msgspec.structs.replace(FIGURES, millicores=0)) if "limit" in name]
