"""Every life of the lane: its phases in order, the cause in its message, few writes, no hang."""

import pytest

from .lane import LIVES, Life, Report
from .lives import controllers, resources, sources, syncs  # noqa: F401 - they register their lives

pytestmark = [pytest.mark.argocd, pytest.mark.timeout(3600)]  # the first run builds


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_life(report: Report, life: Life) -> None:
    result = report.results[life.name]
    if result.error is not None:
        raise result.error
    assert life.fits(report.audit.phases[life.name]), report.audit.phases[life.name]
    assert report.audit.writes[life.name] <= life.writes
    assert result.seconds <= life.seconds


def test_only_argo_cd_writes_the_statuses_of_applications(report: Report) -> None:
    assert report.audit.authors
    assert {author for authors in report.audit.authors.values() for author in authors} == {report.argo_user}
