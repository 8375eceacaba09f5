"""The types of a diagnosis: the fetched evidence, and the looks that describe it."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from hctl.dump.case import Case
from hctl.explain.derive import Explanation
from hctl.explain.inputs import Input
from hctl.reading.fields import namespace_of
from hctl.texts import inert
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.assessment import Verdict
from platform_status_contract.rules.observation import Workflow
from platform_status_contract.rules.timers import SourceName

__all__ = ["Container", "Events", "Evidence", "Log", "Look", "WarningEvent"]


class Container(Struct, frozen=True):
    """The container whose log is read.

    Attributes:
        namespace: Namespace of the pod.
        pod: Name of the pod.
        container: Name of the container.
        previous: Whether to read the log of the previous run.
    """

    namespace: str
    pod: str
    container: str
    previous: bool


class Log(Struct, frozen=True):
    """The end of a log, or why there is none."""

    of: Container
    lines: tuple[str, ...] = ()
    unread: str = ""


class WarningEvent(Struct, frozen=True):
    """A Warning event of an object.

    Attributes:
        kind: Kind of the object.
        namespace: Namespace of the object; empty if it has none.
        name: Name of the object.
        reason: Its reason; may be empty.
        message: Its note; may be empty.
        count: Number of occurrences.
        last: Time of the last one; None if it cannot be read.
    """

    kind: str
    namespace: str
    name: str
    reason: str
    message: str
    count: int
    last: datetime | None


class Events(Struct, frozen=True):
    """The Warning events of the objects at fault.

    Attributes:
        now: Time of reading, by the API server's clock.
        warnings: The last few, the newest first; by default the API server deletes events after an hour.
        unread: The objects whose events could not be read, and why; empty if all were.
    """

    now: datetime
    warnings: tuple[WarningEvent, ...] = ()
    unread: str = ""


class Evidence(Struct, frozen=True):
    """The verdict, and the objects behind it.

    Attributes:
        explanation: The verdict of the rules.
        case: The request, and the objects behind its verdict.
        jobs: Jobs of the request's workflows, newest first.
        jobs_unread: Why there are none, if they could not be read.
        job_log: End of the log of the container that failed the workflow.
        pod_log: End of the log of the worst pod.
    """

    explanation: Explanation
    case: Case
    jobs: tuple[Any, ...] = ()
    jobs_unread: str = ""
    job_log: Log | None = None
    pod_log: Log | None = None

    @property
    def workflow_namespace(self) -> str:
        """Namespace in which Kratix runs the workflow; empty if that is unknown.

        It is the request's, unless the Promise has a pipelineNamespace: so the Works tell it, else the Jobs. If neither
        exists although the workflow has run, it is another one.
        """
        works = (found for found in self.case.objects if found.get("kind") == "Work")
        known = next((namespace_of(found) for found in (*works, *self.jobs)), "")
        has_run = self.explanation.facts.workflow not in (Workflow.NONE, Workflow.PENDING)
        return known or ("" if has_run else self.explanation.judged.view.namespace)

    def object(self, entry: Input) -> Any:  # noqa: ANN401 - JSON
        """Return the object of an input; an empty one if there is none."""
        for found in self.case.objects:
            metadata = found.get("metadata") if found.get("kind") == entry.kind else None
            if isinstance(metadata, dict) and (entry.namespace, entry.name) == (
                inert(metadata.get("namespace"), 253),
                inert(metadata.get("name"), 253),
            ):
                return found
        return {}


class Look(Struct, frozen=True):
    """The description of one source, or of one aspect of the request.

    Attributes:
        title: Its title, such as ``Pods``.
        verdict: Its verdict by the rules.
        summary: One line.
        details: Further lines, the most important first.
        log: The end of a log that explains it.
        commands: The commands to run next, in order.
        source: The source of the contract; None for the request itself.
        reason: Reason of the source's condition.
        hidden: Why the user cannot read it, so that it only repeats the status; empty if it was read.
        objects: The existing objects at fault, the most important first; their events are read.
    """

    title: str
    verdict: Verdict
    summary: str
    details: tuple[str, ...] = ()
    log: Log | None = None
    commands: tuple[str, ...] = ()
    source: SourceName | None = None
    reason: Reason | None = None
    hidden: str = ""
    objects: tuple[Input, ...] = ()
