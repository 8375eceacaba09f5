"""Workloads in several namespaces are one source, and no better than the worst of them."""

from typing import Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.contract import Contract, Controller, Thresholds, Workloads
from platform_status_contract.rules.assessment import Assessment, Situation
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.observation import ControllerSeen, Observation, PodSeen, Present
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
