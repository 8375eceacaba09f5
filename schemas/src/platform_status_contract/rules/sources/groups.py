"""Pods in the groups in which they are judged: those of each named controller, and the rest."""

from collections.abc import Sequence

from msgspec import Struct

from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ControllerSeen, PodSeen

from .pods import belongs, counts, hangs, is_ready

__all__ = ["Group", "grouped", "is_held"]


class Group(Struct, frozen=True):
    """Pods that are judged together: those of one controller, or those of no controller that says what it wants.

    Attributes:
        controller: The controller; None for the pods that have none.
        ready: How many are ready.
        total: How many there are to be.
        down: Those that count and are not ready.
        hanging: Those that should be gone, and are missed.
        lacking: How many of the pods that there are to be do not even exist.
    """

    controller: ControllerSeen | None
    ready: int
    total: int
    down: tuple[PodSeen, ...]
    hanging: tuple[PodSeen, ...]
    lacking: int = 0

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
            and self.ready >= self.total > 0
        )


def grouped(
    pods: Sequence[PodSeen], controllers: Sequence[ControllerSeen], asleep: Sequence[ControllerSeen], clock: Clock
) -> list[Group]:
    """Part pods into groups.

    Args:
        pods: All that the contract selects.
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
                (own if belongs(pod, controller) else others).append(pod)
            rest = others
            groups.append(_owned(controller, own, clock, asleep=controller in asleep))
    counted = [pod for pod in rest if counts(pod)]
    down = tuple(pod for pod in counted if not is_ready(pod, clock))
    # nobody makes such a pod anew before the old one is gone
    hanging = tuple(pod for pod in rest if hangs(pod, clock) and pod.owner_kind in ("", "StatefulSet"))
    groups.append(Group(None, len(counted) - len(down), len(counted) + len(hanging), down, hanging))
    return groups


def _owned(controller: ControllerSeen, own: Sequence[PodSeen], clock: Clock, *, asleep: bool) -> Group:
    counted = [pod for pod in own if counts(pod)]
    down = tuple(pod for pod in counted if not is_ready(pod, clock))
    if asleep or controller.wanted is None:
        return Group(controller, len(counted) - len(down), len(counted), (), ())
    wanted = controller.wanted
    # The pods are ahead of what their controller has counted; of pods that no selector shows only it can tell.
    ready = min(controller.ready, len(counted) - len(down)) if own else controller.ready
    ready = max(min(ready, wanted), 0)
    hanging = tuple(pod for pod in own if hangs(pod, clock)) if ready < wanted else ()
    leaving = sum(pod.deleted is not None and not hangs(pod, clock) and not pod.fell for pod in own)
    lacking = max(wanted - ready - len(down) - len(hanging) - leaving, 0)
    return Group(controller, ready, wanted, down, hanging, lacking)


def is_held(controller: ControllerSeen) -> bool:
    """Whether a rollout is not over and somebody has paused it."""
    return controller.held and controller.updated < (controller.wanted or 0)
