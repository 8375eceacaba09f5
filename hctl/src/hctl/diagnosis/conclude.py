"""Builds a diagnosis from a verdict: describes each source, and chooses the one that explains the others."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from hctl.errors import ExitCode
from hctl.explain.derive import Explained
from hctl.explain.inputs import Input
from hctl.reading.freshness import State
from hctl.reading.judgement import Judged, worse
from platform_status_contract import RUNBOOKS
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.assessment import Verdict
from platform_status_contract.rules.observation import Workflow
from platform_status_contract.rules.projection import Projection
from platform_status_contract.rules.texts import name_culprits
from platform_status_contract.rules.timers import SOURCE_WORDS, SourceName

from .evidence import Events, Evidence, Look
from .looks.applications import application_details, sub_application_details
from .looks.objects import object_details, secret_details, works_details
from .looks.pods import pod_details, sick_pods
from .looks.requests import look_at_change, look_at_contract, look_at_deletion, look_at_sidecar, look_at_workflow
from .orders import Orders

__all__ = ["Diagnosis", "conclude"]

_MOST_COMMANDS: Final = 3
_TITLES: Final[Mapping[SourceName, str]] = {
    SourceName.WORKS: "Works",
    SourceName.ARGO_SYNC: "Application",
    SourceName.ARGO_HEALTH: "Argo CD health",
    SourceName.PODS: "Pods",
    SourceName.SECRET: "Secret",
    SourceName.SUB_APPS: "Sub-apps",
    SourceName.OBJECTS: "Object",
}
_DETAILS: Final[Mapping[SourceName, Callable[[Explained, Evidence, Orders], tuple[list[str], list[str]]]]] = {
    SourceName.WORKS: works_details,
    SourceName.ARGO_SYNC: application_details,
    SourceName.ARGO_HEALTH: application_details,
    SourceName.PODS: pod_details,
    SourceName.SECRET: secret_details,
    SourceName.SUB_APPS: sub_application_details,
    SourceName.OBJECTS: object_details,
}
_ADDRESS: Final = re.compile(r"https?://[!-~]+")
_MISSING: Final = (Reason.OBJECT_MISSING, Reason.NO_PODS, Reason.CONTROLLER_MISSING, Reason.SECRET_MISSING)
_OF_THE_REQUEST: Final[Mapping[str, str]] = {
    Reason.DELETING: "Deletion",
    Reason.NO_CONTRACT: "Contract",
    Reason.INVALID_CONTRACT: "Contract",
    Reason.WORKFLOW_FAILED: "Workflow",
    Reason.WORKFLOW_SUSPENDED: "Workflow",
    Reason.WAITING_FOR_WORKFLOW: "Workflow",
}
"""Reason of Ready -> title of its look, for reasons that are about no source."""


class Diagnosis(Struct, frozen=True):
    """The diagnosis of one request.

    Attributes:
        judged: The stored status, with its freshness.
        seen: The status that the sidecar would write now; None if the user lacks the rights to derive it.
        cause: The look that explains the others; None if there is no problem.
        looks: All looks, upstream first.
        commands: The commands to run next.
        remark: A sentence about a difference between cause and status; may be empty.
        links: Name -> URL: ``argocd`` for the Application, ``runbook`` for the reason of Ready.
        events: Warning events of the objects at fault; None if they were not read.
    """

    judged: Judged
    seen: Projection | None
    cause: Look | None
    looks: tuple[Look, ...]
    commands: tuple[str, ...]
    remark: str = ""
    links: tuple[tuple[str, str], ...] = ()
    events: Events | None = None

    @property
    def agrees(self) -> bool:
        """Whether the stored status equals the one that would be written now."""
        return self.seen is None or _agrees(self.judged, self.seen)

    @property
    def settled(self) -> bool:
        """Whether the stored and the present verdict are equal, so that only one is shown."""
        tolerating = self.seen is not None and self.seen.ready.reason == Reason.TOLERATING
        believed = self.judged.trusted and self.judged.freshness.state is State.FRESH
        return self.agrees and believed and not tolerating

    @property
    def exit_code(self) -> ExitCode:
        """The worse exit code of the stored and the present verdict."""
        if self.seen is None or self.seen.phase is Phase.READY:
            return self.judged.exit_code
        return worse((self.judged.exit_code, ExitCode.NOT_READY))


def conclude(evidence: Evidence, orders: Orders) -> Diagnosis:
    """Describe the verdict and choose the first cause.

    Args:
        evidence: The verdict, with the fetched objects.
        orders: Builds the commands.
    """
    explanation = evidence.explanation
    judged = explanation.judged
    looks = tuple(_looks(evidence, orders))
    cause = _first_cause(looks, evidence)
    commands: list[str] = list(cause.commands) if cause else []
    for look in looks:
        if look.verdict is Verdict.BAD and look is not cause:
            commands += look.commands[:1]
    seen = None if explanation.hidden else explanation.projection
    remark = _remark(judged, seen, explanation.hidden)
    links = _links(cause, judged, seen) if cause else ()
    return Diagnosis(judged, seen, cause, looks, tuple(dict.fromkeys(commands))[:_MOST_COMMANDS], remark, links)


def _links(cause: Look, judged: Judged, seen: Projection | None) -> tuple[tuple[str, str], ...]:
    found = {}
    address = dict(judged.view.endpoints).get("argocd", "")
    if cause.source in (SourceName.ARGO_SYNC, SourceName.ARGO_HEALTH) and _ADDRESS.fullmatch(address):
        found["argocd"] = address
    reason = str(seen.ready.reason) if seen is not None else judged.view.ready_reason
    if reason in tuple(Reason) and reason != Reason.ALL_HEALTHY:
        found["runbook"] = f"{RUNBOOKS}reasons/{reason}.md"
    return tuple(found.items())


def _looks(evidence: Evidence, orders: Orders) -> list[Look]:
    explanation = evidence.explanation
    looks = [
        look_at_deletion(explanation, evidence.case.request, orders),
        look_at_workflow(evidence, orders),
        look_at_contract(explanation, orders),
        look_at_change(explanation, orders),
        *(_source(found, evidence, orders) for found in explanation.sources),
        look_at_sidecar(explanation.judged, orders),
    ]
    return [look for look in looks if look is not None]


def _plain_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Default details of a source: the command that shows the first object at fault."""
    del evidence
    shown = (orders.kubectl("get", each.kind.lower(), each.name, namespace=each.namespace) for each in found.culprits)
    return [], [*shown][:1]


def _source(found: Explained, evidence: Evidence, orders: Orders) -> Look:
    """Describe an assessment."""
    assessment, hidden = found.assessment, found.hidden
    title = f"{_TITLES.get(assessment.source, SOURCE_WORDS[assessment.source])} {assessment.entry}".rstrip()
    details: list[str] = []
    commands: list[str] = []
    if not hidden and assessment.verdict is not Verdict.GOOD:
        tell = _DETAILS.get(assessment.source, _plain_details)
        details, commands = tell(found, evidence, orders)
        details += _placed(assessment.reason, evidence)
    elif assessment.note and assessment.note != assessment.message:
        details = [assessment.note]
    log = evidence.pod_log if assessment.source is SourceName.PODS and details else None
    return Look(
        title,
        assessment.verdict,
        found.says,
        tuple(details),
        log,
        tuple(commands),
        assessment.source,
        assessment.reason,
        hidden,
        () if hidden else _at_fault(found, evidence),
    )


def _at_fault(found: Explained, evidence: Evidence) -> tuple[Input, ...]:
    """Return the existing objects at fault: the worst pod, objects of other kinds, then pods that mostly repeat it."""
    worst = [entry for _, entry in sick_pods(found, evidence)[:1]]
    others = sorted(found.culprits, key=lambda entry: entry.kind == "Pod")
    return tuple(entry for entry in dict.fromkeys((*worst, *others)) if entry.found == "present")


def _placed(reason: Reason, evidence: Evidence) -> list[str]:
    """Name the Destinations that may hold a missing object, because sidecar and hctl read only one cluster."""
    names = evidence.explanation.projection.destinations
    if reason not in _MISSING or not names:
        return []
    return [f"Kratix has placed the request on {name_culprits(names)}; objects in another cluster are not visible here"]


def _first_cause(looks: tuple[Look, ...], evidence: Evidence) -> Look | None:
    """Choose the look that explains the others.

    If the reason of Ready is about no source, its look is the cause. Else the order is: bad, paused, a waiting workflow
    (because nothing can be created before it continues), pending or unreadable. A Ready request has a cause only if a
    bad source is tolerated, or its status is stale.
    """
    explanation = evidence.explanation
    ready, sidecar = explanation.projection.ready, looks[-1]
    doubtful = sidecar if sidecar.verdict is not Verdict.GOOD and not explanation.judged.ready else None
    if explanation.too_new and explanation.judged.view.ready_reason != Reason.INVALID_CONTRACT:
        return doubtful  # the sidecar knows the contract
    if explanation.projection.phase is Phase.READY and ready.reason != Reason.TOLERATING:
        return doubtful
    spoken = next((look for look in looks if look.title == _OF_THE_REQUEST.get(ready.reason)), None)
    if spoken is not None:
        return spoken
    # A source that the user may not read explains nothing.
    wrong = [look for look in looks[:-1] if look.verdict is not Verdict.GOOD]
    wrong = [look for look in wrong if not look.hidden or look.verdict is not Verdict.UNREADABLE]
    if explanation.facts.workflow is Workflow.NONE:
        # The contract exists, so the workflow has run, even if it left no Job or condition.
        wrong = [look for look in wrong if look.title != "Workflow"]
    blocking = [found.source for found in explanation.blocking]
    paused = next((place for place, found in enumerate(explanation.blocking) if found.verdict is Verdict.PAUSED), None)
    row = explanation.projection.row

    def weight(look: Look) -> tuple[int, int]:
        if look.source is None:
            return 3, 0
        place = blocking.index(look.source)
        if look.verdict is Verdict.BAD and paused is not None and paused < place:
            return 3, place  # bad because of the pause
        order = {Verdict.BAD: 0, Verdict.PAUSED: 2, Verdict.UNREADABLE: 2 if row == "8" else 5, Verdict.PENDING: 4}
        return order[look.verdict] + _follows(look), place

    return min(wrong, key=weight, default=doubtful)


def _follows(look: Look) -> bool:
    """Whether the failure is usually the consequence of another one, such as a crashing pod."""
    if look.verdict is not Verdict.BAD:
        return False
    return look.source is SourceName.ARGO_HEALTH or look.reason in (Reason.OUT_OF_SYNC, Reason.NO_PODS)


def _agrees(judged: Judged, seen: Projection) -> bool:
    return (judged.view.phase, judged.view.ready_reason) == (seen.phase, seen.ready.reason)


def _remark(judged: Judged, seen: Projection | None, hidden: str) -> str:
    if seen is None:
        return f"No verdict on the present objects: {hidden}. The stored status is shown"
    view = judged.view
    if not _agrees(judged, seen):
        said = f"{view.phase or 'no phase'}" + (f" ({view.ready_reason})" if view.ready_reason else "")
        return f"The stored status is still {said}; the present objects give {seen.phase} ({seen.ready.reason})"
    return "The status is still Ready: this is tolerated for a while" if seen.ready.reason == Reason.TOLERATING else ""
