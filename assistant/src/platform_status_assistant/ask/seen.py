"""What evidence consists of: frozen, so that an answer can be made from a file as well as from a cluster."""

from datetime import datetime

from msgspec import Struct

from hctl.diagnosis.conclude import Diagnosis
from hctl.reading.judgement import Judged
from hctl.reading.views import RequestView

__all__ = ["EventSeen", "Events", "Evidence", "Heard", "Said"]


class EventSeen(Struct, frozen=True):
    """An Event of events.k8s.io about the request.

    Attributes:
        name: metadata.name.
        reason: In one word.
        note: In a sentence.
        at: When it was last observed.
        version: metadata.resourceVersion.
    """

    name: str
    reason: str
    note: str
    at: datetime | None = None
    version: str = ""


class Events(Struct, frozen=True):
    """The Events about a request, the newest first, or why they could not be read."""

    seen: tuple[EventSeen, ...] = ()
    unread: str = ""


class Said(Struct, frozen=True):
    """What Prometheus says of one request.

    Attributes:
        kind: Label of the series. Likewise the next two.
        namespace: See kind.
        name: See kind.
        phase: The phase whose series is 1.
    """

    kind: str
    namespace: str
    name: str
    phase: str

    def is_about(self, view: RequestView) -> bool:
        """Whether the series is that of a request."""
        return (self.kind, self.namespace, self.name) == (view.kind, view.namespace, view.name)


class Heard(Struct, frozen=True):
    """What Prometheus said.

    Attributes:
        address: Which one was asked; empty if none was to be.
        failure: Why it was not heard; empty if it was.
        query: What was asked about the phase.
        said: Its answer.
        scraped: Of when the youngest of these values is; None if that is not known.
        earlier: Phases that the request was in within the window; empty if not asked.
        earlier_query: What was asked about that.
        flips: How often it became ready or ceased to be within the window; None if not known.
        flips_query: What was asked about that.
    """

    address: str = ""
    failure: str = ""
    query: str = ""
    said: tuple[Said, ...] = ()
    scraped: datetime | None = None
    earlier: tuple[str, ...] = ()
    earlier_query: str = ""
    flips: int | None = None
    flips_query: str = ""

    def phases_of(self, view: RequestView) -> tuple[str, ...]:
        """The phases that it says a request is in: one, if all is well with it."""
        return tuple(sorted({entry.phase for entry in self.said if entry.is_about(view)}))

    def contradicts(self, judged: Judged) -> bool:
        """Whether it says another phase than a status that says Ready, and not merely from before that began."""
        phases = self.phases_of(judged.view)
        if not phases or phases == (str(judged.view.phase),):
            return False
        ready = judged.view.condition("Ready")
        before = (
            self.scraped is not None and ready is not None and ready.since is not None and self.scraped < ready.since
        )
        return not before


class Evidence(Struct, frozen=True):
    """What was found for one question.

    Attributes:
        now: The API server's time.
        judged: The request, or all that the question is about.
        diagnosis: Of the one request, if the question needs it.
        events: About the one request, if the question needs them.
        heard: What Prometheus said.
        narrowed: The namespaces that were looked into, if not all could be.
        refused: Kinds that may not be listed.
    """

    now: datetime
    judged: tuple[Judged, ...] = ()
    diagnosis: Diagnosis | None = None
    events: Events | None = None
    heard: Heard = Heard()
    narrowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
