"""The workloads of one namespace for the assessment: the controllers, and the pods in groups, one a controller."""

from collections.abc import Sequence

from msgspec import Struct

from platform_status_contract.model.contract import Workloads
from platform_status_contract.rules.assessment import Blind, Situation
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, ControllerSeen, PodSeen, Present

from .pods import belongs, counts, hangs, is_ready

__all__ = [
    "MAX_LEAVING_SECONDS",
    "Group",
    "WorkloadsLook",
    "grouped",
    "is_held",
    "look_at",
    "may_be_zero",
    "none_is_fine",
]

MAX_LEAVING_SECONDS = 600
"""A terminating pod with a longer grace period than this counts as missing until it is gone."""


class Group(Struct, frozen=True):
    """Pods that are assessed together: those of one controller, or those without a controller of known size.

    Attributes:
        controller: The controller; None for the pods without one.
        ready: Number of ready pods.
        total: Number of desired pods.
        down: Pods that count and are not ready.
        hanging: Terminating pods that should be gone and block their replacement.
        lacking: Number of desired pods that do not exist, or have ended without a replacement to come at once.
        ended: Pods that are there in place of missing ones: terminating or completed.
        is_asleep: Whether its pods are expected to be absent.
    """

    controller: ControllerSeen | None
    ready: int
    total: int
    down: tuple[PodSeen, ...]
    hanging: tuple[PodSeen, ...]
    lacking: int = 0
    ended: tuple[PodSeen, ...] = ()
    is_asleep: bool = False

    @property
    def is_behind(self) -> bool:
        """Whether its controller has not observed its spec yet, or has to create a pod."""
        return self.lacking > 0 or (self.controller is not None and not self.controller.current)

    @property
    def is_complete(self) -> bool:
        """Whether its controller is complete: no pod is missing, or of an older revision that must be replaced."""
        told = self.controller
        return (
            told is not None
            and told.current
            and told.updated >= self.total - told.older
            # A Deployment creates a new pod before it deletes an old one, so the ready pods may be old ones.
            and (told.kind != "Deployment" or told.made <= told.updated)
            and self.ready >= self.total > 0
        )


def grouped(
    pods: Sequence[PodSeen],
    controllers: Sequence[ControllerSeen],
    asleep: Sequence[ControllerSeen],
    clock: Clock,
) -> list[Group]:
    """Divide pods into groups.

    Args:
        pods: The pods that the contract selects, and those of the named controllers.
        controllers: The named controllers that exist.
        asleep: Those of them whose pods are expected to be absent.
        clock: Now.

    Returns:
        One group for each controller that has a known size or is asleep, then one of all other pods.
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
    # Such a pod is replaced only after the old one is gone.
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
    short = missing - len(hanging)
    # A Deployment does not wait for a pod that terminates.
    going = [pod for pod in own if pod.deleted is not None] if controller.kind != "Deployment" else []
    lacking = max(short - sum(_leaves(pod, clock) for pod in going), 0)
    ended = [pod for pod in going if not hangs(pod, clock)]
    ended += [pod for pod in own if pod.phase == "Succeeded" and pod.deleted is None]
    return Group(controller, ready, wanted, down, hanging, lacking, tuple(ended[:short]))


def _leaves(pod: PodSeen, clock: Clock) -> bool:
    """Whether a pod was ready until its deletion, and will be gone soon, so that its replacement follows."""
    if pod.deleted is None or pod.fell or hangs(pod, clock):
        return False
    return (pod.deleted - clock.now).total_seconds() <= MAX_LEAVING_SECONDS


def is_held(controller: ControllerSeen) -> bool:
    """Whether a rollout was paused before its end."""
    return controller.held and controller.updated < (controller.wanted or 0)


class WorkloadsLook(Struct, frozen=True):
    """The workloads of one namespace.

    Attributes:
        part: Their part of the contract.
        controllers: The named controllers that exist.
        asleep: Those of them whose pods are expected to be absent.
        groups: The pods.
        leaving: Pods that terminate, none of which may count.
        is_blind: Whether the controllers could not be read.
    """

    part: Workloads
    controllers: Sequence[ControllerSeen]
    asleep: Sequence[ControllerSeen]
    groups: Sequence[Group]
    leaving: Sequence[PodSeen]
    is_blind: bool

    @property
    def ready(self) -> int:
        """Pods that are ready."""
        return sum(group.ready for group in self.groups)

    @property
    def total(self) -> int:
        """Number of desired pods."""
        return sum(group.total for group in self.groups)

    @property
    def share(self) -> float:
        """Share of the pods that is ready; none of none."""
        return self.ready / self.total if self.total else 0.0

    @property
    def is_few(self) -> bool:
        """Whether there are fewer pods than the contract's minimum."""
        return self.total < self.part.minimum

    @property
    def is_behind(self) -> bool:
        """Whether pods still have to be created."""
        return self.is_few or any(group.is_behind for group in self.groups)

    def where(self, situation: Situation) -> str:
        """The namespace for a message, if there are several."""
        return f" in namespace {self.part.namespace}" if len(situation.contract.workload_parts) > 1 else ""


def look_at(
    part: Workloads,
    pods: Sequence[PodSeen],
    asked: Present[tuple[ControllerSeen, ...]] | Absent | Blind,
    clock: Clock,
) -> WorkloadsLook:
    """Take what lies in the namespace of a part; where there is one part only, what was seen does not name it."""
    controllers = asked.value if isinstance(asked, Present) else ()
    own = tuple(item for item in controllers if item.namespace in ("", part.namespace))
    asleep = [item for item in own if _is_asleep(item, part)]
    here = [pod for pod in pods if pod.namespace in ("", part.namespace)]
    groups, leaving = grouped(here, own, asleep, clock), [pod for pod in here if pod.deleted is not None]
    return WorkloadsLook(part, own, asleep, groups, leaving, is_blind=isinstance(asked, Blind))


def _is_asleep(controller: ControllerSeen, part: Workloads) -> bool:
    """Whether a controller is asleep: paused by vcluster, or scaled to zero."""
    if controller.paused:
        return True
    return controller.wanted == 0 and controller.kind != "DaemonSet" and not may_be_zero(controller, part)


def may_be_zero(controller: ControllerSeen, part: Workloads) -> bool:
    """Whether a controller may be good without pods."""
    named = part.controllers or ()
    return any((item.kind, item.name, item.zero) == (controller.kind, controller.name, "allowed") for item in named)


def none_is_fine(part: Workloads) -> bool:
    """Whether there need not be any pod."""
    return any(item.zero for item in part.controllers or ())
