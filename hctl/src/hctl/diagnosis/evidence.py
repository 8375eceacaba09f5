"""What was fetched for a diagnosis, and what a look at it yields."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from hctl.dump.case import Case
from hctl.explain.derive import Explanation
from hctl.explain.inputs import Input
from hctl.texts import inert
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.assessment import Verdict
from platform_status_contract.rules.timers import SourceName

__all__ = ["Container", "Events", "Evidence", "Log", "Look", "WarningEvent"]


class Container(Struct, frozen=True):
    """Whose log is wanted.

    Attributes:
        namespace: Of the pod.
        pod: Its name.
        container: Name of the container.
        previous: Whether the run before the present one is meant.
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
        kind: Of the object. Likewise the next two.
        namespace: Empty if it has none.
        name: Its name.
        reason: In one word; may be empty.
        message: In a sentence; may be empty.
        count: How often it was seen.
        last: When it was last seen; None if that cannot be read.
    """

    kind: str
    namespace: str
    name: str
    reason: str
    message: str
    count: int
    last: datetime | None


class Events(Struct, frozen=True):
    """What the Warning events of a cause's objects say.

    Attributes:
        now: When they were read, by the API server's clock.
        warnings: The newest few, the newest first; the cluster forgets events after a while.
        unread: What could not be read of them, and why; empty if everything was.
    """

    now: datetime
    warnings: tuple[WarningEvent, ...] = ()
    unread: str = ""


class Evidence(Struct, frozen=True):
    """What the verdict is, and the objects as the cluster holds them.

    Attributes:
        explanation: The verdict of the rules.
        case: The request, and what its verdict rests on.
        jobs: Jobs of the request's workflows, the newest first.
        jobs_unread: Why there are none, if they could not be read.
        job_log: End of the log of the container that failed the workflow.
        pod_log: End of the log of the sickest pod.
    """

    explanation: Explanation
    case: Case
    jobs: tuple[Any, ...] = ()
    jobs_unread: str = ""
    job_log: Log | None = None
    pod_log: Log | None = None

    def object(self, entry: Input) -> Any:  # noqa: ANN401 - JSON
        """Return the object that an input was read from; an empty one if there is none."""
        for found in self.case.objects:
            metadata = found.get("metadata") if found.get("kind") == entry.kind else None
            if isinstance(metadata, dict) and (entry.namespace, entry.name) == (
                inert(metadata.get("namespace"), 253),
                inert(metadata.get("name"), 253),
            ):
                return found
        return {}


class Look(Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        title: What it is: ``Pods``.
        verdict: What the rules say of it.
        summary: In one line.
        details: Further lines, the most telling first.
        log: The end of a log that explains it.
        commands: What to run next, the first one first.
        source: Which source of the contract it is; None for the request itself.
        reason: Reason of the source's condition.
        hidden: What the reader may not see of it, so that it only repeats the status; empty if it was seen.
        objects: Those at fault that exist, the most telling first: whose events explain it.
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
