"""What kube-controller-manager 1.36 really wrote (tests/golden/controllers), and what the rules make of it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.contract import Contract, Controller, Workloads
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import ControllerSeen, Observation, PodSeen, Present
from platform_status_contract.rules.timers import Timer
from platform_status_contract.sources.workloads.assess import BEHIND_SECONDS, assess_workloads
from platform_status_contract.sources.workloads.controller_record import controller_decoder
from tests.unit.rules.worlds import NOW

FOLDER: Final = Path(__file__).parents[2] / "golden" / "controllers"
GOOD, PAUSED, PENDING, BAD = Verdict.GOOD, Verdict.PAUSED, Verdict.PENDING, Verdict.BAD
YOUNG: Final = NOW - timedelta(minutes=1)
OLD: Final = NOW - timedelta(days=1)

EXPECTED: Final[dict[str, tuple[list[int], str, str, str]]] = yaml.safe_load(
    Path(__file__).with_name("real_controllers.yaml").read_text("utf-8")
)


def _object(situation: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{situation}.yaml").read_text())
    return found


def _seen(whole: dict[str, Any]) -> ControllerSeen:
    record = controller_decoder(whole["kind"])(msgspec.json.encode(whole))
    assert record is not None
    return record.seen


def _pods(controller: ControllerSeen, ready: int, starting: int, fallen: int) -> tuple[PodSeen, ...]:
    kind, name = controller.kind, controller.name
    owner: dict[str, Any] = (
        {"owner_kind": "ReplicaSet", "owner_name": f"{name}-5d7f9c"}
        if kind == "Deployment"
        else {
            "owner_kind": kind,
            "owner_name": name,
        }
    )
    return (
        *(PodSeen(f"up-{n}", "Running", ready=True, ready_since=OLD, created=OLD, **owner) for n in range(ready)),
        *(PodSeen(f"new-{n}", "Pending", created=YOUNG, **owner) for n in range(starting)),
        *(PodSeen(f"down-{n}", "Running", created=OLD, fell=True, **owner) for n in range(fallen)),
    )


def _assess(
    controllers: tuple[ControllerSeen, ...],
    pods: tuple[PodSeen, ...],
    *,
    once_ready: bool,
    since: dict[str, datetime] | None = None,
    zero: bool = False,
) -> Assessment:
    named = tuple(Controller(item.kind, item.name, "allowed" if zero else None) for item in controllers)  # type: ignore[arg-type]  # one of the three kinds
    contract = Contract("v1", 1, "Shop", "shop", workloads=Workloads("shop", controllers=named))
    situation = Situation(contract, History(since=since or {}), first_ready=once_ready, updating=False, overdue=False)
    observation = Observation(pods=Present(pods), controllers=Present(controllers))
    found = assess_workloads(observation, situation, Clock(NOW))
    assert found is not None
    return found


def test_every_recorded_controller_is_expected_to_be_something() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("situation", sorted(EXPECTED))
def test_a_real_controller_is_judged_beside_its_pods(situation: str) -> None:
    counts, before, after, said = EXPECTED[situation]
    seen = _seen(_object(situation))
    pods = _pods(seen, *counts)
    first = _assess((seen,), pods, once_ready=False)
    assert f"{first.verdict.name.lower()} {first.reason.value}" == before
    later = _assess((seen,), pods, once_ready=True)
    assert f"{later.verdict.name.lower()} {later.reason.value}" == after
    assert said in later.message
    if later.verdict is GOOD and first.verdict is BAD:
        assert said in later.note, "what is short is said beside Ready"


@pytest.mark.parametrize("situation", ["deployment-scaling-up-right-after-edit", "deployment-rollout-right-after-edit"])
def test_a_controller_that_does_nothing_is_excused_for_ten_seconds(situation: str) -> None:
    seen = _seen(_object(situation))
    pods = _pods(seen, 3, 0, 0)
    for age, verdict in ((BEHIND_SECONDS - 1, GOOD), (BEHIND_SECONDS, BAD)):
        since = {str(Timer.CONTROLLERS_BEHIND): NOW - timedelta(seconds=age)}
        found = _assess((seen,), pods, once_ready=True, since=since)
        assert found.verdict is verdict
        assert found.timers[Timer.CONTROLLERS_BEHIND] == since[Timer.CONTROLLERS_BEHIND]


def test_a_pod_lost_with_its_node_is_missed() -> None:
    seen = msgspec.structs.replace(_seen(_object("statefulset-complete")), ready=2)
    lost = PodSeen("db-2", "Running", created=OLD, fell=True, owner_kind="StatefulSet", owner_name="db")
    up = _pods(seen, 2, 0, 0)
    going = msgspec.structs.replace(lost, deleted=NOW - timedelta(seconds=59))
    assert _assess((seen,), (*up, going), once_ready=True).timers[Timer.CONTROLLERS_BEHIND] == NOW
    hanging = msgspec.structs.replace(lost, deleted=NOW - timedelta(seconds=60))
    found = _assess((seen,), (*up, hanging), once_ready=True)
    assert (found.verdict, found.message) == (BAD, "2/3 pods are ready; not ready: db-2 (Terminating)")
    assert found.health == {"workloads": {"ready": 2, "total": 3}}


def test_a_pod_that_hangs_and_is_replaced_is_not_missed() -> None:
    seen = _seen(_object("deployment-complete"))
    hanging = PodSeen(
        "web-x", "Running", deleted=OLD, created=OLD, fell=True, owner_kind="ReplicaSet", owner_name="web-5d7f9c"
    )
    assert _assess((seen,), (*_pods(seen, 3, 0, 0), hanging), once_ready=True).verdict is GOOD


@pytest.mark.parametrize("waiting", ["ImagePullBackOff", "CreateContainerConfigError"])
def test_a_new_pod_that_waits_in_an_error_is_not_on_its_way(waiting: str) -> None:
    seen = _seen(_object("deployment-rollout-running"))
    (*up, new) = _pods(seen, 3, 1, 0)
    found = _assess((seen,), (*up, msgspec.structs.replace(new, waiting=waiting)), once_ready=True)
    assert (found.verdict, found.reason) == (BAD, "PodsNotReady")
    assert f"not ready: new-0 ({waiting})" in found.message


def test_a_pod_that_starts_for_longer_than_the_deadline_is_not_on_its_way() -> None:
    seen = _seen(_object("statefulset-rollout-running-update-revision-differs"))
    (*up, new) = _pods(seen, 2, 1, 0)
    found = _assess((seen,), (*up, msgspec.structs.replace(new, created=OLD)), once_ready=True)
    assert (found.verdict, found.message) == (BAD, "2/3 pods are ready; not ready: new-0")


def test_a_restarting_pod_counts_against_what_its_controller_says() -> None:
    seen = _seen(_object("statefulset-complete"))
    (first, *up) = _pods(seen, 3, 0, 0)
    crashing = msgspec.structs.replace(first, restarted=NOW - timedelta(seconds=30), ready_since=NOW)
    found = _assess((seen,), (crashing, *up), once_ready=True)
    assert (found.reason, found.message) == ("PodsRestarting", "2/3 pods are ready; restarting: up-0")


def test_zero_is_as_good_as_all_where_the_contract_says_so() -> None:
    found = _assess((_seen(_object("deployment-0-replicas")),), (), once_ready=True, zero=True)
    assert (found.verdict, found.message) == (GOOD, "0/0 pods are ready")


def test_pods_of_nobody_are_judged_by_themselves_beside_a_controller() -> None:
    seen = _seen(_object("statefulset-complete"))
    stranger = PodSeen("job", "Running", created=OLD, fell=True)
    found = _assess((seen,), (*_pods(seen, 3, 0, 0), stranger), once_ready=True)
    assert (found.verdict, found.message) == (BAD, "3/4 pods are ready; not ready: job")


def test_one_that_sleeps_does_not_hide_another_that_is_broken() -> None:
    asleep, broken = (
        _seen(_object("statefulset-0-replicas")),
        _seen(_object("deployment-complete-then-one-pod-unready")),
    )
    found = _assess((asleep, broken), _pods(broken, 3, 0, 1), once_ready=True)
    assert (found.verdict, found.reason) == (BAD, "PodsNotReady")


@pytest.mark.parametrize(
    ("limit", "spare"), [(1, 1), (0, 0), (-1, 0), ("50%", 2), ("10%", 1), ("x%", 1), ("", 1), (None, 1), ("100%", 3)]
)
def test_the_share_of_a_daemonset_that_may_be_unready_is_rounded_up(limit: object, spare: int) -> None:
    whole = _object("daemonset-complete")
    whole["spec"]["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": limit}}
    whole["status"]["desiredNumberScheduled"] = 3
    assert _seen(whole).spare == spare


@pytest.mark.parametrize(("partition", "verdict"), [(0, BAD), (1, BAD), (2, GOOD), (9, GOOD)])
def test_a_partition_keeps_pods_at_an_older_revision(partition: int, verdict: Verdict) -> None:
    whole = _object("statefulset-complete")
    whole["spec"]["updateStrategy"]["rollingUpdate"]["partition"] = partition
    whole["status"]["updatedReplicas"] = 1
    seen = _seen(whole)
    assert _assess((seen,), _pods(seen, 3, 0, 0), once_ready=False).verdict is verdict


@given(situation=st.sampled_from(sorted(EXPECTED)), data=st.data())
def test_a_controller_is_good_before_the_first_ready_only_with_all_that_it_wants(
    situation: str, data: st.DataObject
) -> None:
    whole = _object(situation)
    status = whole["status"]
    for key in [key for key, value in status.items() if isinstance(value, int)]:
        status[key] = data.draw(st.integers(-1, 6), label=key)
    seen = _seen(whole)
    counts = data.draw(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2)))
    found = _assess((seen,), _pods(seen, *counts), once_ready=False)
    if found.verdict is GOOD:
        wanted = seen.wanted or 0
        assert seen.current
        assert not seen.deleted
        assert not seen.failure
        assert wanted > 0
        assert counts[0] >= wanted
        assert seen.ready >= wanted
        assert seen.held or seen.updated >= wanted - seen.older


@pytest.mark.parametrize("kind", ["StatefulSet", "Deployment", "DaemonSet"])
def test_a_controller_that_fits_no_shape_has_nothing_ready(kind: str) -> None:
    metadata = {"name": "x", "namespace": "shop", "annotations": {"loft.sh/paused": "true"}}
    seen = _seen({"kind": kind, "metadata": metadata, "spec": {"replicas": "three"}, "status": []})
    assert (seen.paused, seen.wanted, seen.ready, seen.current) == (True, 1, 0, False)
    bare = _seen({"kind": kind, "metadata": {"name": "x", "namespace": "shop"}})
    assert bare.wanted is None, "metadata alone says nothing about pods"


def test_a_deployment_says_what_refuses_its_replica_set() -> None:
    """Its controller writes this condition and no more, so nothing of the new generation is observed."""
    refused = {"type": "Progressing", "status": "False", "reason": "ReplicaSetCreateError", "message": "exceeded quota"}
    for situation, status in (("deployment-just-created", {}), ("deployment-rollout-right-after-edit", None)):
        whole = _object(situation)
        whole["status"] = (whole["status"] if status is None else status) | {"conditions": [refused]}
        seen = _seen(whole)
        found = _assess((seen,), _pods(seen, 3, 0, 0), once_ready=True)
        assert not seen.current
        assert found.verdict is BAD
        assert found.message.endswith(f"Deployment {seen.name}: ReplicaSetCreateError: exceeded quota")
