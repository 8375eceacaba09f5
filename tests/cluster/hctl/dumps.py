"""Dumps out of a real run: every row of the phase table on a real API server, after the real sidecar has spoken.

``python -m tests.cluster.hctl.dumps`` writes those of tests/golden/dumps anew, with what is
expected of them, to be read.
"""

import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hctl.dump.case import Case, spell_case
from hctl.dump.collect import collect
from hctl.session import Session
from hctl.target import Target
from localplane.clusters import Cluster
from localplane.crds import APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from tests.cluster.truth import places as truth
from tests.cluster.truth.conftest import KRATIX, request_crd
from tests.cluster.truth.sidecars import eventually, running_sidecar
from tests.cluster.truth.test_phase_table import CASES
from tests.cluster.truth.test_phase_table import Case as Situation
from tests.golden.sections import read_sections, write_sections
from tests.unit.hctl.explain.dumps import EXPECTED, FOLDER, expectation

__all__ = ["SITUATIONS", "Stage", "dumped", "staged"]

SITUATIONS: Final = {case.title: case for case in CASES}
_KEPT: Final = {
    "ready": "everything is good for the first time",
    "pod-broken": "one pod is down",
    "application-missing": "the Application is gone",
    "secret-missing": "the Secret is gone",
    "paused": "vcluster has paused its StatefulSet",
    "deleting": "deleted, held by a finalizer",
    "no-contract": "a finished workflow left no contract",
    "invalid-contract": "the contract is malformed",
    "workloads-down": "most pods have been down for failedAfterSeconds",
    "sync-failed": "a sync failed",
    "tolerating": "one pod is down, and the contract tolerates that for a while",
    "overdue": "never Ready and overdue",
    "argo-unknown": "Argo CD has not known the sync state for a minute",
    "updating": "an edit is rolled out, and everything still looks good",
    "scheduled": "the contract is there and nothing else",
}
"""Name of a file -> the situation that it holds."""


@dataclass(frozen=True)
class Stage:
    """Every situation in the cluster, and the sidecar that has spoken about each.

    Attributes:
        cluster: The API server.
        places: Title of a situation -> where it is.
        dumps: Title -> the request as it was when the sidecar had just spoken; time moves some of them on.
        rows: Title -> the row that the sidecar went by then.
    """

    cluster: Cluster
    places: dict[str, truth.Place]
    dumps: dict[str, Case]
    rows: dict[str, str]


def dumped(kubeconfig: Path, place: truth.Place) -> Case:
    """Dump a request as some user."""
    session = Session(Target("", place.namespace, str(kubeconfig)))
    found = session.find(place.key[1], session.vcluster())
    return collect(session.transport, found.view, found.raw, lambda _: None)


@contextmanager
def staged(cluster: Cluster) -> Iterator[Stage]:
    """Put every situation into a cluster at once, and let a sidecar speak of each."""
    places: dict[str, truth.Place] = {}
    for case in CASES:
        namespace = f"explain-{secrets.token_hex(5)}"
        cluster.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        place = places[case.title] = truth.Place(cluster.admin, namespace)
        place.put(case.things)
        place.ask(case.past)
    keys = [place.key for place in places.values()]
    try:
        with running_sidecar(cluster.kubeconfig, keys[0][0]) as sidecar:
            eventually(lambda: all(key in sidecar.rows for key in keys), "a first conclusion about all", seconds=60)
            sidecar.pass_the_hold(*keys)
            dumps = {case.title: _once_said(cluster, places[case.title], case) for case in CASES}
            rows = {title: sidecar.rows[place.key] for title, place in places.items()}
        # It has ended: a request that a test adds is nobody's but that test's. Its Lease grows old; at once is sooner.
        cluster.admin.delete("coordination.k8s.io/v1", "Lease", "truth", namespace=keys[0][0])
        yield Stage(cluster, places, dumps, rows)
    finally:
        for place in places.values():
            place.clear()
            cluster.admin.delete("v1", "Namespace", place.namespace, missing_ok=True)


def _once_said(cluster: Cluster, place: truth.Place, situation: Situation) -> Case:
    place.await_status(situation.says[0], situation.says[2])
    return dumped(cluster.kubeconfig, place)


def main() -> None:
    """Write the golden dumps and what is expected of them."""
    expected = read_sections(EXPECTED)
    with ControlPlane() as plane, tempfile.TemporaryDirectory() as folder:
        install_crds(plane.admin, [KRATIX, fetch_crd(APPLICATION), request_crd(Path(folder))])
        with staged(plane) as stage:
            for name, title in _KEPT.items():
                case = stage.dumps[title]
                (FOLDER / f"{name}.yaml").write_text(spell_case(case), encoding="utf-8")
                expected[name] = expectation(case)
    write_sections(EXPECTED, dict(sorted(expected.items())))
    sys.stdout.write(f"{len(_KEPT)} dumps in {FOLDER}\n")


if __name__ == "__main__":
    main()
