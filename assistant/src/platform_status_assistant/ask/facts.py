"""Facts with their source: each has the object, the key and the age. Pure."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from hctl.public.facts import ExitCode, Judged, RequestView, duration
from platform_status_contract.model.times import format_time

from .grammar import Intent
from .phrases import Value, object_reference, spelled

__all__ = ["Answer", "AnswerVerdict", "Fact", "facts_of"]


class AnswerVerdict(StrEnum):
    """The answer to whether something is ready; NONE if the question is another one or was not understood."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NONE = "none"


class Fact(Struct, frozen=True):
    """One fact.

    Attributes:
        name: A stable name, such as ``phase``.
        value: A scalar, or a list of strings.
        type: ``status``, ``lease``, ``prometheus``, ``object`` or ``event``.
        reference: ``plural.group/name in namespace``, or the URL of a Prometheus.
        key: The path in it, such as ``status.phase``; for Prometheus the query.
        version: resourceVersion of the object; empty if unknown.
        age: Seconds since the last check; None if unknown.
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
        """Return the citation in one line."""
        looked = "at an unknown time" if self.age is None else f"{duration(self.age)} ago"
        version = f", resourceVersion {self.version}" if self.version else ""
        return f"{self.key} = {spelled(self.value)} of {self.reference}{version}, checked {looked}"


class Answer(Struct, frozen=True):
    """An answer.

    Attributes:
        intent: The intent of the question.
        verdict: Whether the requests are ready.
        text: The answer, in one or a few sentences.
        exit_code: The exit code, as in `hctl status`.
        facts: The facts behind the text.
        notes: Remarks that limit the answer.
        abstained: Why there is no answer; empty if there is one.
        requests: The requests that it is about, or the candidates of an ambiguous name.
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
    """Return the facts of a request's status, and its sidecar's Lease.

    The age of the sidecar's fields is the time since it renewed its Lease; fields of other writers have no age.
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
