"""The built images on a real kubelet: one journey is made, and each test looks at a part of what it showed."""

import pytest

from platform_status_world.journey import EXPECTED, SIDECAR
from platform_status_world.ledger import Ran
from platform_status_world.report import Report
from platform_status_world.shape import KRATIX_UID

# The first test that asks for the journey waits for all of it, and for the images if they have to be built.
pytestmark = [pytest.mark.node, pytest.mark.timeout(1800)]

MEBIBYTE = 1024 * 1024
CONFIGURE = ["reader", "configure", "contract", "work-writer", "status-writer"]


def jobs(report: Report, workflow: str) -> list[Ran]:
    """The runs of the containers of one workflow's Job; a Job is called by its pipeline."""
    return [row for row in report.rows if row.pod.startswith("kratix-") and f"-{workflow}-" in row.pod]


def test_the_request_showed_every_phase_and_no_other(report: Report) -> None:
    assert list(report.phases) == list(EXPECTED)


def test_each_phase_has_the_reason_of_what_was_done(report: Report) -> None:
    reasons = [moment.reason for moment in report.moments]

    assert reasons[2] == reasons[4] == reasons[6] == "AllHealthy"
    assert reasons[3] in {"PodsNotReady", "PodsRestarting"}
    assert reasons[5] == "OutOfSync"


def test_nothing_of_kratix_complained(report: Report) -> None:
    assert list(report.complaints) == []


def test_the_workflow_of_the_promise_ran_as_a_job(report: Report) -> None:
    rows = jobs(report, "sidecar")

    assert [row.container for row in rows] == ["reader", "sidecar", "work-writer", "status-writer"]
    assert rows[1].image.startswith("REGISTRY.invalid/platform-status/pipeline:")


def test_the_pipeline_ran_as_a_job_of_kratix_shape(report: Report) -> None:
    rows = jobs(report, "configure")

    assert [row.container for row in rows] == CONFIGURE
    assert {row.limits["cpu"] for row in rows} == {"200m"}
    assert {row.limits["memory"] for row in rows} == {"256Mi"}


def test_the_delete_pipeline_has_no_work_writer(report: Report) -> None:
    assert [row.container for row in jobs(report, "delete")] == ["reader", "delete", "status-writer"]


def test_every_container_of_a_job_ended_well_at_the_first_try(report: Report) -> None:
    rows = [row for row in report.rows if row.pod.startswith("kratix-")]

    assert [(row.container, row.exit_code) for row in rows if row.exit_code != 0] == []
    assert len({(row.pod, row.container) for row in rows}) == len(rows)


def test_everything_ran_as_nobody_in_particular(report: Report) -> None:
    seen = {row.measured.uid for row in report.rows if row.measured is not None and row.measured.uid is not None}

    assert seen == {KRATIX_UID}


def test_the_sidecar_stayed_inside_its_limit(report: Report) -> None:
    runs = report.of(SIDECAR)
    peaks = [row.measured.peak for row in runs if row.measured is not None]

    assert {row.limits["memory"] for row in runs} == {"64Mi"}
    assert len(peaks) == 2
    assert 0 < max(peaks) < 64 * MEBIBYTE
    assert "OOMKilled" not in {row.reason for row in runs}


def test_the_kubelet_brought_the_killed_sidecar_back_in_the_same_pod(report: Report) -> None:
    first, second = report.of(SIDECAR)

    assert first.pod == second.pod
    assert first.exit_code == 137


def test_the_report_names_what_people_ask_for(report: Report) -> None:
    text = report.text()

    assert f"request to Ready: {report.ready_after:.1f} s" in text
    assert "under its limit of 64Mi" in text
    assert all(container in text for container in CONFIGURE)
