"""The workloads of one namespace for the assessment: the controllers, and the pods in groups."""

from collections.abc import Sequence

from msgspec import Struct

from platform_status_contract.model.contract import Workloads
from platform_status_contract.rules.assessment import Blind, Situation
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, ControllerSeen, PodSeen, Present

from .groups import Group, grouped

__all__ = ["WorkloadsLook", "look_at", "may_be_zero", "none_is_fine"]


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
