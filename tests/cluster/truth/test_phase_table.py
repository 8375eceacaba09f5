"""Each row of the phase table (design.md section 5) and each source, played once with real objects, and what is said.

What else leads to a row stands in tests/golden/table; here it counts that the objects reach the rules, and the verdict
the status. All cases are put into the cluster at once, and one sidecar starts afterwards: each is also a cold start.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from localplane.clusters import Cluster

from .places import OWNED, Past, Place, Things, ready_of
from .sidecars import Sidecar, eventually, running_sidecar

pytestmark = pytest.mark.cluster

LONG = 7200.0
"""Seconds: longer than every threshold."""

ONCE_READY = {"started": LONG, "firstReady": LONG}
GENERATIONS = {"readyGeneration": 1}
RESOLVED_TWICE = {"generation": 2}
SUSPENDED = {"kratix.io/workflow-suspended": "true"}


@dataclass(frozen=True)
class Case:
    """One life, cut at one moment.

    Attributes:
        row: The row that must match.
        title: What this is.
        says: Phase, status of Ready, reason of Ready.
        past: What the status says.
        things: What is in the cluster.
    """

    row: str
    title: str
    says: tuple[str, str, str]
    past: Past = field(default_factory=Past)
    things: Things = field(default_factory=Things)


CASES = [
    Case("1", "deleted, held by a finalizer", ("Deleting", "False", "Deleting"), Past(phase="Ready", deleting=True)),
    Case(
        "2a",
        "no contract, never Ready, the workflow failed",
        ("Failed", "False", "WorkflowFailed"),
        Past(contract=None, workflow="failed"),
    ),
    Case(
        "2b",
        "the first workflow runs",
        ("Scheduled", "False", "WaitingForWorkflow"),
        Past(contract=None, workflow="running"),
    ),
    Case(
        "2b",
        "the first workflow is suspended",
        ("Scheduled", "False", "WorkflowSuspended"),
        Past(contract=None, workflow="running", labels=SUSPENDED),
    ),
    Case("2c", "a finished workflow left no contract", ("Unknown", "Unknown", "NoContract"), Past(contract=None)),
    Case(
        "2c",
        "the contract is malformed",
        ("Unknown", "Unknown", "InvalidContract"),
        Past(replaced={"version": "v1", "generation": "three"}),
    ),
    Case("3", "everything is good for the first time", ("Ready", "True", "AllHealthy")),
    Case(
        "4",
        "one pod is down, and the contract tolerates that for a while",
        ("Ready", "True", "Tolerating"),
        Past(phase="Ready", since=ONCE_READY, contract={"thresholds": {"degradedAfterSeconds": 3600}}),
        Things(pods=(True, False)),
    ),
    Case(
        "5",
        "most pods have been down for failedAfterSeconds",
        ("Failed", "False", "WorkloadsDown"),
        Past(phase="Degraded", since={**ONCE_READY, "degraded": 1200, "belowMinReadyRatio": 1200}),
        Things(pods=(False, False)),
    ),
    Case(
        "5",
        "a sync failed",
        ("Failed", "False", "SyncFailed"),
        Past(phase="Degraded", since={**ONCE_READY, "degraded": 120}),
        Things(sync="OutOfSync", operation="Failed"),
    ),
    Case(
        "6",
        "one pod is down",
        ("Degraded", "False", "PodsNotReady"),
        Past(phase="Ready", since=ONCE_READY),
        Things(pods=(True, False)),
    ),
    Case(
        "6",
        "the Application is gone",
        ("Degraded", "False", "ApplicationMissing"),
        Past(phase="Ready", since=ONCE_READY),
        Things(application=False),
    ),
    Case(
        "6",
        "the Secret is gone",
        ("Degraded", "False", "SecretMissing"),
        Past(phase="Ready", since=ONCE_READY),
        Things(secret=False),
    ),
    Case(
        "6",
        "a sub-application is broken",
        ("Degraded", "False", "SubAppsUnhealthy"),
        # A young one would be excused: the deadline of no seconds makes every one old.
        Past(phase="Ready", since=ONCE_READY, contract={"thresholds": {"progressDeadlineSeconds": 0}}),
        Things(sub_application="Degraded"),
    ),
    Case(
        "6",
        "Works have been failing for two minutes",
        ("Degraded", "False", "WorksFailing"),
        Past(phase="Ready", since={**ONCE_READY, "worksFailing": 300}),
        Things(written=False),
    ),
    Case(
        "6",
        "vcluster has paused its StatefulSet",
        ("Degraded", "False", "Paused"),
        Past(phase="Ready", since=ONCE_READY),
        Things(pods=(), paused=True),
    ),
    Case(
        "7",
        "never Ready and overdue",
        ("Degraded", "False", "ProgressDeadlineExceeded"),
        Past(phase="Progressing", since={"started": LONG}),
        Things(secret=False),
    ),
    Case(
        "8",
        "Argo CD has not known the sync state for a minute",
        ("Unknown", "Unknown", "SourceUnreadable"),
        Past(phase="Ready", since={**ONCE_READY, "argoUnknown": 120}),
        Things(sync="Unknown"),
    ),
    Case(
        "9",
        "an edit is rolled out, and everything still looks good",
        ("Progressing", "Unknown", "SpecChanged"),
        Past(phase="Ready", generation=2, contract=RESOLVED_TWICE, since=ONCE_READY, health=GENERATIONS),
        Things(written_for=2),
    ),
    Case(
        "10",
        "the contract is there and nothing else",
        ("Scheduled", "False", "WaitingForWorks"),
        things=Things(pods=(), application=False, sub_application="", secret=False, work=False),
    ),
]


@dataclass(frozen=True)
class Stage:
    """All cases in the cluster, each in its place, and the sidecar that looks at them."""

    places: dict[str, Place]
    sidecar: Sidecar


def _name(case: Case) -> str:
    return f"{case.row}: {case.title}"


@pytest.fixture(scope="module")
def stage(installed: Cluster) -> Iterator[Stage]:
    """Every case at once; the first moment is the same for all of them."""
    places = {}
    for case in CASES:
        namespace = f"row-{case.row}-{secrets.token_hex(5)}"
        installed.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        place = places[_name(case)] = Place(installed.admin, namespace)
        place.put(case.things)
        place.ask(case.past)
    keys = [place.key for place in places.values()]
    try:
        with running_sidecar(installed.kubeconfig, keys[0][0]) as sidecar:
            eventually(lambda: all(key in sidecar.rows for key in keys), "a first conclusion about every case")
            sidecar.pass_the_hold(*keys)
            yield Stage(places, sidecar)
    finally:
        for place in places.values():
            place.clear()
            installed.admin.delete("v1", "Namespace", place.namespace, missing_ok=True)


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_the_status_says_once_what_the_table_says_and_of_what_was_looked_at_alone(stage: Stage, case: Case) -> None:
    place = stage.places[_name(case)]
    status = place.await_status(case.says[0], case.says[2])["status"]
    found = ready_of(status)
    assert found is not None
    assert (status["phase"], found["status"], found["reason"]) == case.says
    assert stage.sidecar.rows[place.key] == case.row
    owned = [entry["type"] for entry in status["conditions"] if entry["type"] in OWNED]
    if case.row in {"1", "2a", "2b", "2c"}:
        assert owned == ["Ready"]
        assert not {"argocd", "workloads", "subApps"} & status["health"].keys()
    else:
        assert owned == list(OWNED)
        ready, total = sum(case.things.pods), len(case.things.pods)
        summary = {"summary": f"{ready}/{total}"} if total else {}
        assert status["health"]["workloads"] == {"ready": ready, "total": total, **summary}
    stage.sidecar.poke(place.key)
    assert stage.sidecar.writes(place.key) == 1
