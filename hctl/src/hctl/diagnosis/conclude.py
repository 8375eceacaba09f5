"""From evidence to a diagnosis: every look in the order of delivery, and the one that explains the others."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from hctl.reading.judgement import Judged
from platform_status_contract.model.contract import Contract

from .evidence import Evidence, Grade, Look, Rank
from .looks.applications import look_at_application, look_at_sub_applications
from .looks.pods import look_at_pods
from .looks.requests import look_at_contract, look_at_deletion, look_at_sidecar
from .looks.secrets import look_at_secret
from .looks.workflows import look_at_workflow
from .looks.works import look_at_works
from .orders import Orders

__all__ = ["Diagnosis", "conclude"]

_MOST_COMMANDS = 3


class Diagnosis(Struct, frozen=True):
    """What was found out about one request.

    Attributes:
        judged: What its status says, and what that is worth.
        cause: The look that explains the others; None if nothing is wrong.
        looks: Everything that was looked at, upstream first.
        commands: What to run next.
        remark: A sentence about how cause and status fit together; may be empty.
    """

    judged: Judged
    cause: Look | None
    looks: tuple[Look, ...]
    commands: tuple[str, ...]
    remark: str = ""


def conclude(judged: Judged, raw: Any, evidence: Evidence, now: datetime, orders: Orders) -> Diagnosis:  # noqa: ANN401
    """Put the looks together.

    Args:
        judged: The request, judged.
        raw: The request as the cluster holds it.
        evidence: What was fetched around it.
        now: The API server's time.
        orders: Spells the commands.
    """
    looks = tuple(_looks(judged, raw, evidence, now, orders))
    cause = first_cause(looks, ready=judged.ready)
    commands: list[str] = list(cause.commands) if cause else []
    for look in looks:
        if look.grade is Grade.BAD and look is not cause:
            commands += look.commands[:1]
    return Diagnosis(judged, cause, looks, tuple(dict.fromkeys(commands))[:_MOST_COMMANDS], _remark(judged, cause))


def first_cause(looks: tuple[Look, ...], *, ready: bool) -> Look | None:
    """Choose the look that explains the others: bad, then paused, waiting, unreadable; of equals the one upstream.

    A request that is Ready has no cause unless something is bad right now.
    """
    wrong = [look for look in looks if look.grade is not Grade.GOOD]
    if ready:
        wrong = [look for look in wrong if look.grade is Grade.BAD]
    deletion = next((look for look in wrong if look.rank is Rank.DELETION), None)
    return deletion or min(wrong, key=lambda look: (_weight(look), look.rank), default=None)


def _weight(look: Look) -> int:
    # What we ourselves may not read explains nothing as long as something else does.
    return {Grade.BAD: 0, Grade.PAUSED: 1, Grade.WAITING: 2, Grade.UNREADABLE: 3, Grade.GOOD: 4}[look.grade]


def _looks(judged: Judged, raw: Any, evidence: Evidence, now: datetime, orders: Orders) -> list[Look]:  # noqa: ANN401
    view, contract = judged.view, judged.view.contract
    looks = [
        look_at_deletion(view, raw, now, orders),
        look_at_workflow(view, evidence, orders),
        look_at_contract(view, orders),
    ]
    if isinstance(contract, Contract):
        if contract.works:
            looks.append(look_at_works(view, evidence, orders))
        if contract.application is not None:
            looks += look_at_application(contract.application, evidence, orders)
        if contract.workloads is not None:
            looks.append(look_at_pods(contract.workloads, evidence, orders))
        looks += [
            look_at_secret(named, found, orders)
            for named, found in zip(contract.secrets or (), evidence.secrets, strict=False)
        ]
        if contract.sub_applications is not None:
            looks.append(look_at_sub_applications(contract.sub_applications, evidence, orders))
    looks.append(look_at_sidecar(judged, orders))
    return [look for look in looks if look is not None]


def _remark(judged: Judged, cause: Look | None) -> str:
    if cause is None:
        return "" if judged.ready else "Nothing wrong was found; if this lasts, look at the conditions"
    if judged.ready:
        return "The status still says Ready: this was seen just now, or is tolerated for a while"
    return ""
