"""What is said, and where it stands: each fact names the object, the key, and how old it is. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from hctl.errors import ExitCode
from hctl.reading.judgement import Judged
from hctl.reading.views import RequestView
from hctl.texts import age_of, duration, inert
from platform_status_contract.model.vocabulary import Phase, Reason

from .intents import Topic

__all__ = [
    "Answer",
    "Citations",
    "Fact",
    "Source",
    "Value",
    "Verdict",
    "age",
    "called",
    "joined",
    "object_reference",
    "phase_words",
    "quoted",
    "reason_words",
    "shown",
    "shown_phase",
    "spelled",
    "title",
]

Value = str | int | bool | tuple[str, ...] | None

_PLAIN: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\Z")
_PLAIN_WORDS: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9. ]{0,40}\Z")
_SHOWN_NAME: Final = 120
_MOST_PHASES: Final = 7
_PHASES: Final = frozenset(str(phase) for phase in Phase)
_REASONS: Final = frozenset(str(reason) for reason in Reason)


class Verdict:
    """Whether what was asked about is ready. The four words of the document."""

    YES: Final = "yes"
    NO: Final = "no"
    UNKNOWN: Final = "unknown"
    NONE: Final = "none"


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
    verdict: str
    text: str
    exit_code: ExitCode
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    abstained: str = ""
    request: RequestView | None = None
    candidates: tuple[RequestView, ...] = ()


def called(view: RequestView) -> str:
    """``vcluster media``; a name that could pass for words of ours stands in quotation marks."""
    kind = view.display_name if _PLAIN_WORDS.match(view.display_name) else view.kind
    kind = kind.lower() if _PLAIN_WORDS.match(kind) else "request"
    return f"{kind} {view.called if _PLAIN.match(view.called) else quoted(view.called, _SHOWN_NAME)}"


def quoted(text: str, limit: int = 400) -> str:
    """Put words of somebody else into quotation marks that they cannot close."""
    safe = inert(text, limit).replace("\\", "/").replace('"', "'")
    return f'"{safe}"'


def reason_words(reason: str) -> str:
    """A reason as it may stand among words of ours: one of the contract's, or in quotation marks."""
    return reason if reason in _REASONS else quoted(reason, 120)


def phase_words(phases: Sequence[str]) -> str:
    """Phases by somebody else, as they may stand among words of ours."""
    return joined([phase if phase in _PHASES else quoted(phase, 60) for phase in phases[:_MOST_PHASES]])


def title(name: str) -> str:
    """Name of an endpoint or of a credential, for people."""
    known = {"api": "API", "argocd": "Argo CD", "kubeconfigSecret": "kubeconfig Secret", "onePasswordItem": "1Password"}
    return known.get(name) or (name if _PLAIN_WORDS.match(name) and " " not in name else quoted(name, 80))


def shown(text: str) -> str:
    """A name or an address; one with spaces could pass for words of ours, so it stands in quotation marks."""
    return text if " " not in text and '"' not in text else quoted(text, 2048)


def shown_phase(view: RequestView, now: datetime) -> str:
    """The phase that stands there, and since when it has been standing; for what is not to be trusted."""
    found = str(view.phase) if view.phase else quoted(view.phase_found, 40) if view.phase_found else "none"
    written = f", written {age_of(view.last_reconciled, now)} ago" if view.last_reconciled else ""
    return f"phase {found}{written}"


def object_reference(resource: str, name: str, namespace: str) -> str:
    """``plural.group/name in namespace``."""
    return f"{resource}/{name} in {namespace}" if namespace else f"{resource}/{name}"


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


def spelled(value: Value) -> str:
    """Spell a value for people."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, str) and (" " in value or not value):
        return quoted(value, 2000)
    return str(value)


def age(moment: datetime | None, now: datetime) -> int | None:
    """Whole seconds since a moment; a future one is now."""
    return None if moment is None else max(int((now - moment).total_seconds()), 0)


def joined(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
