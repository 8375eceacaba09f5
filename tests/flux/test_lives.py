"""Every life of the lane: its phases in order, the cause in its message, few writes, no hang."""

import pytest

from tests.gitops.lane import Life, Report
from tests.gitops.session import parameter_of

from .lane import LANE
from .lives import asked, broken, held, sources, whole  # noqa: F401 - they register their lives
from .scene import FluxScene

pytestmark = [pytest.mark.flux, pytest.mark.timeout(3600)]  # the first run builds


@pytest.mark.parametrize("life", [parameter_of(life) for life in LANE.lives])
def test_life(report: Report, life: Life[FluxScene]) -> None:
    report.judge(life)


def test_only_flux_writes_the_statuses_of_its_objects(report: Report) -> None:
    report.judge_authors()
