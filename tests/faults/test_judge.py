"""The judge of the soak, on a real API server: a lie that is planted is measured for what it is."""

import ast
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from tests.bench.load import NAMESPACE
from tests.cluster.sidecar.world import REQUEST, until
from tests.cluster.truth.objects import ago

from . import judge as judging
from .conftest import judge_of
from .judge import Judge, Lie

pytestmark = pytest.mark.cluster

PLANTED = 3.0
TOLERANCE = 0.3


class Told:
    """A request of which the tests say both what is true and what its status says."""

    def __init__(self, plane: ControlPlane, name: str) -> None:
        self.name = name
        self._admin = plane.admin
        self._admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        metadata = {"name": name, "namespace": NAMESPACE}
        spec = {"name": name, "targetNamespace": name}
        self._admin.create({"apiVersion": REQUEST[0], "kind": REQUEST[1], "metadata": metadata, "spec": spec})
        for pod in ("a", "b"):
            self.make(pod)
            self.is_so(pod, "True")
        self.says("True")

    def make(self, pod: str) -> None:
        containers = [{"name": "main", "image": "x.invalid/web:1"}]
        metadata = {"name": pod, "namespace": self.name}
        self._admin.create(
            {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers}}
        )

    def is_so(self, pod: str, ready: str) -> None:
        """Set a pod's Ready."""
        status = {"conditions": [_ready(ready)]}
        self._admin.patch("v1", "Pod", pod, {"status": status}, namespace=self.name, subresource="status")

    def says(self, ready: str) -> None:
        """Set the request's Ready."""
        contract = {"version": "v1", "generation": 1, "displayName": "X", "name": self.name}
        contract |= {"workloads": {"namespace": self.name}}
        status = {"conditions": [_ready(ready)], "contract": contract}
        self._admin.patch(*REQUEST, self.name, {"status": status}, namespace=NAMESPACE, subresource="status")


def _ready(word: str) -> dict[str, str]:
    return {"type": "Ready", "status": word, "lastTransitionTime": ago(0), "reason": "Planted", "message": ""}


@pytest.fixture
def judge(faulty_plane: ControlPlane) -> Iterator[Judge]:
    found = judge_of(faulty_plane)
    found.start()
    until(lambda: len(found._seen) == 3, "the judge has seen everything")
    yield found
    found.end()


def _lies(judge: Judge, name: str) -> list[Lie]:
    return [lie for lie in judge.lies if lie.request == (NAMESPACE, name)]


def test_the_judge_is_small_and_shares_nothing_with_what_it_judges() -> None:
    text = Path(judging.__file__).read_text()
    tree = ast.parse(text)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert len(text.splitlines()) <= 100


def test_a_lie_of_three_seconds_is_measured_as_three_seconds(faulty_plane: ControlPlane, judge: Judge) -> None:
    told = Told(faulty_plane, "judged-lie")
    told.is_so("a", "False")
    time.sleep(PLANTED)
    told.says("False")
    until(lambda: _lies(judge, told.name), "the lie is over")
    (lie,) = _lies(judge, told.name)
    assert lie.why == "pods"
    assert lie.ended - lie.began == pytest.approx(PLANTED, abs=TOLERANCE)


def test_a_lie_that_lasts_counts_until_the_end(faulty_plane: ControlPlane, judge: Judge) -> None:
    told = Told(faulty_plane, "judged-for-ever")
    told.is_so("b", "False")
    until(lambda: judge._open, "the lie is seen")
    began = time.monotonic()
    time.sleep(1)
    judge.end()
    (lie,) = _lies(judge, told.name)
    assert lie.ended - began == pytest.approx(1, abs=TOLERANCE)


def test_what_is_told_in_time_is_no_lie_and_neither_is_a_pod_that_starts(
    faulty_plane: ControlPlane, judge: Judge
) -> None:
    told = Told(faulty_plane, "judged-true")
    told.make("c")
    told.says("False")
    told.is_so("a", "False")
    time.sleep(0.5)
    told.is_so("a", "True")
    told.says("True")
    time.sleep(0.5)
    judge.end()
    assert _lies(judge, told.name) == []
