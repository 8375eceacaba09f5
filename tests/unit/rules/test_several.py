"""Parts of one source: namespaces of workloads share a condition, roles of Secrets do not."""

from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.conditions import is_free, role_condition
from platform_status_contract.model.contract import Contract, Controller, SecretReference, Thresholds, Workloads
from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import History, recall
from platform_status_contract.rules.observation import Absent, ControllerSeen, Observation, PodSeen, Present, SecretSeen
from platform_status_contract.rules.timers import is_timer
from platform_status_contract.sources.secrets.assess import assess_secrets
from platform_status_contract.sources.workloads.assess import assess_workloads

from .settings import quick
from .worlds import NOW, controllers, pods, sane_statuses, thresholds

ONE: Final = Workloads("one", controllers=(Controller("StatefulSet", "m"), Controller("Deployment", "web", "allowed")))
TWO: Final = Workloads("two", minimum=1)

some_pods: Final = st.lists(pods, max_size=3)
some_controllers: Final = st.lists(controllers, max_size=2, unique_by=lambda found: (found.kind, found.name))


def judged(
    workloads: Workloads | tuple[Workloads, ...],
    seen: tuple[list[PodSeen], list[ControllerSeen]],
    limits: Thresholds,
    status: object,
    *,
    once_ready: bool,
) -> Assessment:
    contract = Contract("v1", 1, "Thing", "x", workloads=workloads, thresholds=limits)
    situation = Situation(contract, recall(status), first_ready=once_ready, updating=False, overdue=False)
    found = Observation(pods=Present(tuple(seen[0])), controllers=Present(tuple(seen[1])))
    assessment = assess_workloads(found, situation, Clock(NOW))
    assert assessment is not None
    return assessment


def within(namespace: str, found: list[PodSeen]) -> list[PodSeen]:
    return [msgspec.structs.replace(pod, namespace=namespace) for pod in found]


def among(namespace: str, found: list[ControllerSeen]) -> list[ControllerSeen]:
    return [msgspec.structs.replace(controller, namespace=namespace) for controller in found]


@quick
@given(some_pods, some_controllers, thresholds, sane_statuses, st.booleans())
def test_a_list_of_one_is_that_one(
    found: list[PodSeen],
    told_by: list[ControllerSeen],
    limits: Thresholds,
    status: object,
    once_ready: bool,  # noqa: FBT001 - generated
) -> None:
    seen = (within("", found), among("", told_by))
    alone = judged(ONE, seen, limits, status, once_ready=once_ready)
    assert judged((ONE,), seen, limits, status, once_ready=once_ready) == alone


@quick
@given(some_pods, some_pods, some_controllers, thresholds, sane_statuses, st.booleans())
def test_together_they_are_no_better_than_the_worst_and_the_numbers_add_up(
    here: list[PodSeen],
    there: list[PodSeen],
    told_by: list[ControllerSeen],
    limits: Thresholds,
    status: object,
    once_ready: bool,  # noqa: FBT001 - generated
) -> None:
    first, second = (within("one", here), among("one", told_by)), (within("two", there), list[ControllerSeen]())
    whole = (first[0] + second[0], first[1])
    both = judged((ONE, TWO), whole, limits, status, once_ready=once_ready)
    apart = [judged(part, seen, limits, status, once_ready=once_ready) for part, seen in ((ONE, first), (TWO, second))]
    assert both.verdict <= min(one.verdict for one in apart)
    numbers = [msgspec.convert(one.health["workloads"], dict[str, int]) for one in apart]
    assert both.health["workloads"] == {key: sum(one[key] for one in numbers) for key in ("ready", "total")}


secrets_seen: Final = st.lists(
    st.tuples(st.sampled_from(["kubeconfig", "password", "admin-tls"]), st.sampled_from([Absent(), SecretSeen("x")])),
    min_size=1,
    max_size=5,
)


def looked_for(found: list[tuple[str, Absent | SecretSeen]]) -> tuple[Assessment, ...]:
    references = tuple(SecretReference(role, "team-a", f"s{at}") for at, (role, _) in enumerate(found))
    contract = Contract("v1", 1, "Thing", "x", secrets=references)
    situation = Situation(contract, History(), first_ready=True, updating=False, overdue=False)
    readings = tuple(one if isinstance(one, Absent) else Present(one) for _, one in found)
    return assess_secrets(Observation(secrets=readings), situation, Clock(NOW))


@quick
@given(secrets_seen)
def test_each_role_is_a_condition_of_its_own_and_good_if_all_its_secrets_exist(
    found: list[tuple[str, Absent | SecretSeen]],
) -> None:
    judged_as = {one.condition: one for one in looked_for(found)}
    assert list(judged_as) == list(dict.fromkeys(role_condition(role) for role, _ in found))
    for role in {role for role, _ in found}:
        one = judged_as[role_condition(role)]
        all_exist = all(isinstance(seen, SecretSeen) for other, seen in found if other == role)
        assert (one.verdict is Verdict.GOOD) == all_exist
        assert one.bad_timer == ("bad.secret" if role == "kubeconfig" else f"bad.secret.{role}")
        assert is_timer(one.bad_timer)
        assert is_free(one.condition) == (role != "kubeconfig")


@pytest.mark.parametrize("role", ["promise", "pro-mise", "p-romise", "Kubeconfig", "a b", "x" * 21, "tls\n"])
def test_a_role_is_a_word_whose_condition_is_nobody_elses(role: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"role": role, "namespace": "a", "name": "b"}, SecretReference)


def test_more_than_sixteen_conditions_are_refused_and_a_kubeconfig_is_none_of_them() -> None:
    entries = tuple(
        ObjectEntry(f"e{at}", "example.org/v1", "Queue", "queues", "Cluster", object="q") for at in range(14)
    )
    roles = tuple(SecretReference(role, "a", "b") for role in ("kubeconfig", "tls", "tls", "password"))
    assert Contract("v1", 1, "Thing", "x", secrets=roles, objects=entries).observes_something
    with pytest.raises(ValueError, match="found 17 conditions in all, expected at most 16"):
        Contract("v1", 1, "Thing", "x", secrets=(*roles, SecretReference("ca", "a", "b")), objects=entries)


def test_two_roles_with_one_condition_are_refused() -> None:
    references = tuple(SecretReference(role, "a", "b") for role in ("my-tls", "tls", "mytls"))
    with pytest.raises(ValueError, match="MytlsAvailable of mytls is taken by another role"):
        Contract("v1", 1, "Thing", "x", secrets=references)
