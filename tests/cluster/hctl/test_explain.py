"""The verdict that hctl derives is the sidecar's: every row of the phase table, on real objects, by a real sidecar."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from hctl.documents.explanations import explanation_report
from hctl.dump.case import document_of, parse_case, spell_case
from hctl.dump.keep import keep
from hctl.explain.derive import explain
from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from tests.cluster.rights import grant
from tests.cluster.truth import objects
from tests.cluster.truth import places as truth
from tests.cluster.truth.test_phase_table import CASES
from tests.cluster.truth.test_phase_table import Case as Situation

from .dumps import SITUATIONS, Stage, dumped, staged
from .world import hctl

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def stage(kinds: Cluster) -> Iterator[Stage]:
    """All situations at once; none is touched by a test."""
    with staged(kinds) as found:
        yield found


def _short(situation: Situation) -> str:
    return f"{situation.row}: {situation.title}"


@pytest.mark.parametrize("situation", CASES, ids=_short)
def test_the_verdict_is_the_sidecars_live_and_offline(stage: Stage, situation: Situation) -> None:
    case = stage.dumps[situation.title]
    live = explain(case)
    assert live.projection.row == stage.rows[situation.title] == situation.row
    said = (live.projection.phase, live.projection.ready.status, live.projection.ready.reason)
    assert said == situation.says
    assert live.differences == (), "the sidecar has just written what the rules conclude"
    for offline in (parse_case(spell_case(case)), parse_case(spell_case(keep(case)))):
        told = explanation_report(explain(offline))
        for key, value in explanation_report(live).items():
            assert key == "status" or told[key] == value, key
    assert document_of(parse_case(spell_case(case))) == document_of(case)


_OF_A_SECRET = ("namespace", "name", "resourceVersion", "creationTimestamp", "deletionTimestamp")
_TITLES = {
    "ready": "everything is good for the first time",
    "pod broken": "one pod is down",
    "Application missing": "the Application is gone",
    "Secret missing": "the Secret is gone",
    "paused": "vcluster has paused its StatefulSet",
    "deleting": "deleted, held by a finalizer",
    "no contract": "a finished workflow left no contract",
    "failed": "most pods have been down for failedAfterSeconds",
}


@pytest.mark.parametrize("name", list(_TITLES))
def test_the_commands_say_so_too(stage: Stage, name: str, tmp_path: Path) -> None:
    title = _TITLES[name]
    place, situation = stage.places[title], SITUATIONS[title]
    status = place.await_status(situation.says[0], situation.says[2])["status"]
    where = (place.key[1], "-n", place.namespace)
    kubeconfig = stage.cluster.kubeconfig
    said = json.loads(hctl(kubeconfig, "explain", *where, "-o", "json").stdout)
    ready = truth.ready_of(status)
    assert ready is not None
    assert (said["phase"], said["reason"], said["row"]) == (status["phase"], ready["reason"], situation.row)
    assert said["differences"] == []
    shown = hctl(kubeconfig, "vcluster", "status", *where, "--explain").stdout
    assert f"by row {situation.row}" in shown
    dump = hctl(kubeconfig, "dump", *where)
    assert dump.returncode == 0, dump.stderr
    assert "c2VjcmV0" not in dump.stdout, "the Secret's data, in base64"
    full = hctl(kubeconfig, "dump", *where, "--full")
    assert full.stdout.startswith("# Warning: the objects are complete")
    assert "hctl: warning: the objects are complete" in full.stderr
    for found in (item for item in parse_case(full.stdout).objects if item["kind"] == "Secret"):
        assert found.keys() == {"apiVersion", "kind", "metadata"}
        assert found["metadata"].keys() <= {*_OF_A_SECRET}
    path = tmp_path / "case.yaml"
    path.write_text(dump.stdout, encoding="utf-8")
    offline = hctl("/nonexistent", "explain", "-f", str(path), "-o", "json", "--now", said["now"])
    again = json.loads(offline.stdout)
    for key in ("phase", "reason", "row", "rows", "conditions", "differences"):
        assert again[key] == said[key], key
    assert said["status"]["freshness"]["state"] == "silent", "nobody renews the Lease"
    assert offline.returncode == again["exitCode"] == 4, "so the status is not to be trusted, whatever it says"


def test_who_may_not_read_pods_hears_that_nothing_is_known_of_them(stage: Stage) -> None:
    if not isinstance(stage.cluster, ControlPlane):
        pytest.skip("only our own control plane makes a kubeconfig for another user")
    admin = stage.cluster.admin
    namespace = f"explain-{secrets.token_hex(5)}"
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    found = truth.Place(admin, namespace)
    user = f"blind-{namespace}"
    read = ["get", "list"]
    grant(
        admin,
        user,
        [
            {"apiGroups": ["platform.integratn.tech"], "resources": ["vclusterorchestratorv2s"], "verbs": read},
            {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": read},
            {"apiGroups": ["platform.kratix.io"], "resources": ["works", "workplacements"], "verbs": read},
            {"apiGroups": ["apps"], "resources": ["statefulsets", "deployments"], "verbs": read},
        ],
        namespace,
    )
    try:
        found.put(truth.Things())
        found.ask(truth.Past())
        case = dumped(stage.cluster.kubeconfig_for(user), found)
        assert {(entry.source, str(entry.reason)) for entry in case.unread} >= {
            ("pods", "Forbidden"),
            ("secrets", "Forbidden"),
        }
        seen = explain(case)
        told = {str(entry.assessment.source): entry.says for entry in seen.sources}
        assert told["pods"].startswith("you may not read Pods in ")
        assert told["secret"].startswith("you may not read Secret ")
        assert (seen.projection.phase, seen.projection.row) == ("Unknown", "8")
        assert (seen.hidden, seen.forecast) == (told["pods"], ()), "and that is no verdict of its own"
        assert any("pods could not be read" in remark for remark in seen.remarks)
        assert objects.PROMISE in spell_case(case)
    finally:
        found.clear()
        admin.delete("v1", "Namespace", namespace, missing_ok=True)
