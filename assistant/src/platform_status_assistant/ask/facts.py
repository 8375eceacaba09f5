"""What is said, and where it stands: each fact names the object, the key, and how old it is. Pure."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from hctl.errors import ExitCode
from hctl.reading.judgement import Judged
from hctl.reading.views import RequestView
from hctl.texts import duration
from platform_status_contract.model.times import format_time

from .intents import Topic
from .phrases import Value, object_reference, spelled

__all__ = ["Answer", "Citations", "Fact", "Source", "Verdict", "age"]


class Verdict(StrEnum):
    """Whether what was asked about is ready, however the question was put."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NONE = "none"


class Source(Struct, frozen=True):
    """Where a fact stands.

    Attributes:
        type: ``status``, ``lease``, ``prometheus``, ``object`` or ``event``.
        reference: ``plural.group/name in namespace``, or the address of a Prometheus.
        key: Where in it, such as ``status.phase``.
        resource_version: Of the object; empty if unknown.
        query: What was asked of Prometheus.
    """

    type: str
    reference: str
    key: str = ""
    resource_version: str = ""
    query: str = ""


class Fact(Struct, frozen=True):
    """One thing that is known.

    Attributes:
        name: A stable word, such as ``phase``.
        value: A scalar, or a list of texts.
        text: The citation, for people.
        source: Where it stands.
        age: Seconds since somebody looked; None if that is not known.
    """

    name: str
    value: Value
    text: str
    source: Source
    age: int | None = None


class Answer(Struct, frozen=True):
    """What is answered.

    Attributes:
        topic: What was asked.
        verdict: Whether what was asked about is ready; ``none`` where the question is not about that.
        text: The answer in a sentence or two.
        exit_code: As `hctl status` ends.
        facts: What the text rests on, each cited.
        notes: What has to be said beside it.
        abstained: Why nothing is claimed; empty if something is.
        request: The request that it is about.
        candidates: Those to choose from.
    """

    topic: Topic
    verdict: Verdict
    text: str
    exit_code: ExitCode
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    abstained: str = ""
    request: RequestView | None = None
    candidates: tuple[RequestView, ...] = ()


class Citations:
    """Makes facts about one request.

    Args:
        judged: The request.
        now: The API server's time.
    """

    def __init__(self, judged: Judged, now: datetime) -> None:
        self.judged = judged
        self.view = judged.view
        self.now = now
        self.reference = object_reference(self.view.resource, self.view.name, self.view.namespace)

    def status(self, name: str, value: Value, key: str, *, static: bool = False) -> Fact:
        """A key of the request itself; what the sidecar writes was checked when its Lease was renewed."""
        seconds = 0 if static else self.judged.freshness.seconds
        checked = (
            "read now"
            if static
            else "when it was checked is unknown"
            if seconds is None
            else (f"checked {duration(seconds)} ago")
        )
        version = self.view.resource_version
        text = f"{key} = {spelled(value)} of {self.reference}, resourceVersion {version or 'unknown'}, {checked}"
        return Fact(name, value, text, Source("status", self.reference, key, version), seconds)

    def generations(self) -> list[Fact]:
        """Which generation there is, and which the status speaks of."""
        return [
            self.status("generation", self.view.generation or None, "metadata.generation", static=True),
            self.status("observedGeneration", self.view.observed_generation, "status.health.observedGeneration"),
        ]

    def written(self) -> list[Fact]:
        """When the status last had to be changed, if it says so."""
        moment = self.view.last_reconciled
        return [self.status("lastWrite", format_time(moment), "status.lastReconciled")] if moment else []

    def lease(self) -> Fact:
        """The last proof that somebody keeps the status true."""
        freshness = self.judged.freshness
        namespace, _, name = self.view.lease.partition("/")
        reference = object_reference("leases.coordination.k8s.io", name, namespace) if name else self.reference
        said = freshness.checked.strftime("%Y-%m-%dT%H:%M:%SZ") if freshness.checked else None
        if name:
            kind, key, version = "lease", "spec.renewTime", freshness.version
        else:
            kind, key, version, said = "status", "status.health.reporter.lease", self.view.resource_version, None
        text = f"{key} = {said or 'unknown'} of {reference}, resourceVersion {version or 'unknown'}"
        source = Source(kind, reference, key, version)
        return Fact("lastCheck", said, f"{text}; last check {freshness.text}", source, freshness.seconds)

    def looked(self, name: str, value: Value, reference: str, key: str) -> Fact:
        """Something that was read from another object just now."""
        return Fact(
            name, value, f"{key} = {spelled(value)} of {reference}, read now", Source("object", reference, key), 0
        )


def age(moment: datetime | None, now: datetime) -> int | None:
    """Whole seconds since a moment; a future one is now."""
    return None if moment is None else max(int((now - moment).total_seconds()), 0)
