"""Every life of the lane: its phases in order, the cause in its message, few writes, no hang."""

from collections.abc import Callable

import pytest

from tests.gitops.lane import Life, Report
from tests.gitops.session import parameter_of

from .lane import LANE
from .lives import controllers, hooks, patience, resources, sets, sources, syncs  # noqa: F401 - they register their lives
from .scene import ArgoScene

pytestmark = [pytest.mark.argocd, pytest.mark.timeout(3600)]  # the first run builds


@pytest.mark.parametrize("life", [parameter_of(life) for life in LANE.lives])
def test_life(report: Report, life: Life[ArgoScene], record_property: Callable[[str, object], None]) -> None:
    record_property("seconds", report.results[life.name].seconds)
    report.judge(life)


def test_only_argo_cd_writes_the_statuses_of_applications(report: Report) -> None:
    report.judge_authors()
