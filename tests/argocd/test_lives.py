"""Every life of the lane: its phases in order, the cause in its message, few writes, no hang."""

from collections.abc import Callable

import pytest

from .lane import LIVES, Life, Report
from .lives import controllers, patience, resources, sources, syncs  # noqa: F401 - they register their lives

pytestmark = [pytest.mark.argocd, pytest.mark.timeout(3600)]  # the first run builds


def _chosen(life: Life) -> pytest.ParameterSet:
    return pytest.param(life, id=life.name, marks=[pytest.mark.long] if life.long else [])


@pytest.mark.parametrize("life", [_chosen(life) for life in LIVES])
def test_life(report: Report, life: Life, record_property: Callable[[str, object], None]) -> None:
    result = report.results[life.name]
    record_property("seconds", result.seconds)
    if result.error is not None:
        raise result.error
    assert life.fits(report.audit.phases[life.name]), report.audit.phases[life.name]
    assert report.audit.writes[life.name] <= life.writes
    assert result.seconds <= life.seconds


def test_only_argo_cd_writes_the_statuses_of_applications(report: Report) -> None:
    assert report.audit.authors
    assert {author for authors in report.audit.authors.values() for author in authors} == {report.argo_user}
