"""What is known, and where it stands: each fact names the object, the key, and how old it is. Pure."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from hctl.public.facts import ExitCode, Judged, RequestView, duration
from platform_status_contract.model.times import format_time

from .grammar import Intent
from .phrases import Value, object_reference, spelled

__all__ = ["Answer", "AnswerVerdict", "Fact", "facts_of"]


class AnswerVerdict(StrEnum):
    """Whether what was asked about is ready; NONE where the question does not ask that or was not understood."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NONE = "none"


class Fact(Struct, frozen=True):
    """One thing that is known.

    Attributes:
        name: A stable word, such as ``phase``.
        value: A scalar, or a list of texts.
        type: ``status``, ``lease``, ``prometheus``, ``object`` or ``event``.
        reference: ``plural.group/name in namespace``, or the address of a Prometheus.
        key: Where in it, such as ``status.phase``; for Prometheus the query.
        version: resourceVersion of the object; empty if unknown.
        age: Seconds since somebody looked; None if that is not known.
    """

    name: str
    value: Value
    type: str
    reference: str
    key: str
    version: str = ""
    age: int | None = None

    @property
    def text(self) -> str:
        """The citation in one line."""
        looked = "at an unknown time" if self.age is None else f"{duration(self.age)} ago"
        version = f", resourceVersion {self.version}" if self.version else ""
        return f"{self.key} = {spelled(self.value)} of {self.reference}{version}, checked {looked}"


class Answer(Struct, frozen=True):
    """What is answered.

    Attributes:
        intent: What was asked.
        verdict: Whether what was asked about is ready.
        text: The answer in a sentence or a few.
        exit_code: As `hctl status` ends.
        facts: What the text rests on.
        notes: What has to be said beside it.
        abstained: Why nothing is claimed; empty if something is.
        requests: The requests that it is about, or of which one has to be chosen.
        unknown: Words that were not understood.
    """

    intent: Intent
    verdict: AnswerVerdict
    text: str
    exit_code: ExitCode
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    abstained: str = ""
    requests: tuple[RequestView, ...] = ()
    unknown: tuple[str, ...] = ()


def facts_of(judged: Judged) -> list[Fact]:
    """Everything that a request says of itself, and the proof that a sidecar keeps it true.

    What the sidecar writes was last checked when it renewed its Lease; what others write once does not age.
    """
    view, fresh = judged.view, judged.freshness
    rows: list[tuple[str, Value | datetime, str]] = [
        ("phase", str(view.phase) if view.phase else view.phase_found, "status.phase"),
        ("message", view.message, "status.message"),
        ("generation", view.generation, "metadata.generation"),
        ("observedGeneration", view.observed_generation, "status.health.observedGeneration"),
        ("argocd.sync", view.sync, "status.health.argocd.syncStatus"),
        ("argocd.health", view.health, "status.health.argocd.healthStatus"),
        ("subapps.unhealthy", view.unhealthy or None, "status.health.subApps.unhealthy"),
        ("objects.unready", view.unready or None, "status.health.objects.unready"),
        ("lastWrite", view.last_reconciled, "status.lastReconciled"),
    ]
    if view.workloads is not None:
        rows.append(("pods.ready", view.workloads.good, "status.health.workloads.ready"))
        rows.append(("pods.total", view.workloads.total, "status.health.workloads.total"))
    if view.sub_apps is not None:
        rows.append(("subapps.healthy", view.sub_apps.good, "status.health.subApps.healthy"))
        rows.append(("subapps.total", view.sub_apps.total, "status.health.subApps.total"))
    if view.objects is not None:
        rows.append(("objects.ready", view.objects.good, "status.health.objects.ready"))
        rows.append(("objects.total", view.objects.total, "status.health.objects.total"))
    for entry in (entry for entry in view.conditions if entry.owned):
        name, key = f"condition.{entry.type}", f"status.conditions[{entry.type}]"
        rows += [(name, entry.status, f"{key}.status"), (f"{name}.since", entry.since, f"{key}.lastTransitionTime")]
        if entry.status != "True" or entry.type == "Ready":
            rows += [
                (f"{name}.reason", entry.reason, f"{key}.reason"),
                (f"{name}.message", entry.message, f"{key}.message"),
            ]
    rows += [(f"since.{name}", moment, f"status.health.since.{name}") for name, moment in view.timers]
    rows += [(f"endpoint.{name}", url, f"status.endpoints.{name}") for name, url in view.endpoints]
    rows += [(f"credential.{name}", value, f"status.credentials.{name}") for name, value in view.credentials]
    reference, facts = object_reference(view.resource, view.name, view.namespace), list[Fact]()
    for name, value, key in rows:
        if value is not None and value != "":
            said = format_time(value) if isinstance(value, datetime) else value
            age = 0 if name.startswith(("endpoint.", "credential.", "generation")) else fresh.seconds
            facts.append(Fact(name, said, "status", reference, key, view.resource_version, age))
    namespace, _, lease = view.lease.partition("/")
    if lease and fresh.checked is not None:
        held = object_reference("leases.coordination.k8s.io", lease, namespace)
        renewed = format_time(fresh.checked)
        facts.append(Fact("lastCheck", renewed, "lease", held, "spec.renewTime", fresh.version, fresh.seconds))
    return facts
