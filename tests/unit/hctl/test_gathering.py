"""Where a diagnosis looks for the Jobs of a workflow: where its pipelines run, within the rights of the reader."""

from typing import Any, cast

import pytest

from hctl.cluster.transport import ClusterReader
from hctl.diagnosis.diagnose import gather
from hctl.diagnosis.evidence import Evidence
from hctl.errors import ClusterError
from tests.unit.hctl import evidences
from tests.unit.hctl.evidences import World
from tests.unit.hctl.golden import FRESH, refused
from tests.unit.hctl.requests import Value

OWN = "/apis/batch/v1/namespaces/vcluster-media/jobs"
PIPELINES = "/apis/batch/v1/namespaces/pipelines/jobs"
EVERYWHERE = "/apis/batch/v1/jobs"


class _Jobs:
    """An API server with Jobs by path; it refuses the paths that it does not know, and has no pods."""

    def __init__(self, jobs: dict[str, list[Value]]) -> None:
        self._jobs = jobs
        self.asked: list[str] = []

    def list_all(self, path: str, *, selector: str = "", fields: str = "") -> tuple[list[Any], str]:
        del fields
        if path.endswith("/pods"):
            assert selector == "batch.kubernetes.io/job-name=media-configure-1"
            self.asked.append(path)
            return [], "1"
        assert selector == "kratix.io/resource-name=media"
        self.asked.append(path)
        if path not in self._jobs:
            raise ClusterError("no", status=403)
        return self._jobs[path], "1"


def _gathered(cluster: _Jobs, world: World) -> Evidence:
    found = evidences.evidence(refused(), world, FRESH)
    return gather(cast("ClusterReader", cluster), found.explanation, found.case, lambda _: None)


def _job(home: str = "vcluster-media", namespace: str = "pipelines") -> Value:
    found = evidences.job(failed="it broke")
    found["metadata"] |= {"namespace": namespace, "annotations": {"kratix.io/job-resource-namespace": home}}
    return found


def _work() -> Value:
    found = evidences.work()
    found["metadata"]["namespace"] = "pipelines"
    found["metadata"]["labels"]["kratix.io/resource-namespace"] = "vcluster-media"
    return found


@pytest.mark.parametrize(
    ("works", "jobs", "asked"),
    [
        ([_work()], {PIPELINES: [_job("team-b"), _job()]}, [PIPELINES, "/api/v1/namespaces/pipelines/pods"]),
        ([], {OWN: [], EVERYWHERE: [_job()]}, [OWN, EVERYWHERE, "/api/v1/namespaces/pipelines/pods"]),
        ([], {OWN: [_job(namespace="vcluster-media")]}, [OWN, "/api/v1/namespaces/vcluster-media/pods"]),
    ],
    ids=["where-the-works-are", "anywhere", "at-home"],
)
def test_the_jobs_of_a_workflow_are_found_where_its_pipelines_run(
    works: list[Value], jobs: dict[str, list[Value]], asked: list[str]
) -> None:
    cluster = _Jobs(jobs)
    found = _gathered(cluster, World(works=works, placements=[]))
    assert cluster.asked == asked
    assert [job["metadata"]["annotations"]["kratix.io/job-resource-namespace"] for job in found.jobs] == [
        "vcluster-media"
    ]
    assert found.jobs_unread == ""


@pytest.mark.parametrize(
    ("jobs", "asked", "unread"),
    [
        ({OWN: []}, [OWN, EVERYWHERE], "none in vcluster-media; elsewhere: you have no permission to read them"),
        ({}, [OWN], "you have no permission to read them"),
        ({OWN: [], EVERYWHERE: []}, [OWN, EVERYWHERE], ""),
    ],
)
def test_jobs_that_may_not_be_read_are_told(jobs: dict[str, list[Value]], asked: list[str], unread: str) -> None:
    cluster = _Jobs(jobs)
    found = _gathered(cluster, World(works=[], placements=[]))
    assert (cluster.asked, found.jobs, found.jobs_unread) == (asked, (), unread)
