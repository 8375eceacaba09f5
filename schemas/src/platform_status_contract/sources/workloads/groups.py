"""Pods in the groups in which they are judged: those of each named controller, and the rest."""

from collections.abc import Sequence

from msgspec import Struct

from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ControllerSeen, PodSeen

from .pods import belongs, counts, hangs, is_ready

__all__ = ["MAX_LEAVING_SECONDS", "Group", "grouped", "is_held"]


MAX_LEAVING_SECONDS = 600
"""A pod with a longer grace period than this is missed until it is gone."""


class Group(Struct, frozen=True):
    """Pods that are judged together: those of one controller, or those of no controller that says what it wants.

    Attributes:
        controller: The controller; None for the pods that have none.
        ready: How many are ready.
        total: How many there are to be.
        down: Those that count and are not ready.
        hanging: Those that should be gone, and are missed.
        lacking: How many of the pods that there are to be do not even exist.
        is_asleep: Whether nobody misses its pods.
    """

    controller: ControllerSeen | None
    ready: int
    total: int
    down: tuple[PodSeen, ...]
    hanging: tuple[PodSeen, ...]
    lacking: int = 0
    is_asleep: bool = False

    @property
    def is_behind(self) -> bool:
        """Whether its controller still has to see its spec or to make a pod."""
        return self.lacking > 0 or (self.controller is not None and not self.controller.current)

    @property
    def is_complete(self) -> bool:
        """Whether its controller has what it wants: nothing is missing, or of an older revision that should not be."""
        told = self.controller
        return (
            told is not None
            and told.current
            and told.updated >= self.total - told.older
            # A Deployment makes a new pod before an old one goes: until then the old ones may be those that are ready.
            and (told.kind != "Deployment" or told.made <= told.updated)
            and self.ready >= self.total > 0
        )


def grouped(
    pods: Sequence[PodSeen],
    controllers: Sequence[ControllerSeen],
    asleep: Sequence[ControllerSeen],
    clock: Clock,
) -> list[Group]:
    """Part pods into groups.

    Args:
        pods: All that the contract selects, and those of the named controllers.
        controllers: Those that it names and that exist.
        asleep: Those of them whose pods nobody misses.
        clock: Now.

    Returns:
        One group for each controller that says what it wants or is asleep, then one of all other pods.
    """
    groups = []
    rest = list(pods)
    for controller in controllers:
        if controller.wanted is not None or controller in asleep:
            own: list[PodSeen] = []
            others: list[PodSeen] = []
            for pod in rest:
                (own if belongs(pod, controller.kind, controller.name) else others).append(pod)
            rest = others
            if controller in asleep or controller.wanted is None:
                groups.append(_asleep(controller, own, clock))
            else:
                groups.append(_owned(controller, controller.wanted, own, clock))
    counted = [pod for pod in rest if counts(pod)]
    down = tuple(pod for pod in counted if not is_ready(pod, clock))
    # nobody makes such a pod anew before the old one is gone
    going = [pod for pod in rest if pod.deleted is not None and pod.owner_kind in ("", "StatefulSet")]
    hanging = tuple(pod for pod in going if pod.fell or hangs(pod, clock))
    groups.append(Group(None, len(counted) - len(down), len(counted) + len(hanging), down, hanging))
    return groups


def _asleep(controller: ControllerSeen, own: Sequence[PodSeen], clock: Clock) -> Group:
    counted = [pod for pod in own if counts(pod)]
    return Group(controller, sum(is_ready(pod, clock) for pod in counted), len(counted), (), (), is_asleep=True)


def _owned(controller: ControllerSeen, wanted: int, own: Sequence[PodSeen], clock: Clock) -> Group:
    counted = [pod for pod in own if counts(pod)]
    down = tuple(pod for pod in counted if not is_ready(pod, clock))
    # The pods are ahead of what their controller has counted.
    ready = max(min(controller.ready, len(counted) - len(down), wanted), 0)
    missing = max(wanted - ready - len(down), 0)
    hanging = tuple(pod for pod in own if hangs(pod, clock))[:missing]
    leaving = sum(_leaves(pod, clock) for pod in own) if controller.kind != "Deployment" else 0
    return Group(controller, ready, wanted, down, hanging, max(missing - len(hanging) - leaving, 0))


def _leaves(pod: PodSeen, clock: Clock) -> bool:
    """Whether a pod was well until it was told to go, and will be gone before long: then its successor comes."""
    if pod.deleted is None or pod.fell or hangs(pod, clock):
        return False
    return (pod.deleted - clock.now).total_seconds() <= MAX_LEAVING_SECONDS


def is_held(controller: ControllerSeen) -> bool:
    """Whether a rollout is not over and somebody has paused it."""
    return controller.held and controller.updated < (controller.wanted or 0)
