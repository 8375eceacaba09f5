"""Facts with their source, and untrusted words of a cluster in our sentences. Pure.

Text that could be mistaken for our own is put into quotation marks that it cannot close.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from hctl.public.facts import Diagnosis, Judged, RequestView, duration, inert
from platform_status_contract.model.times import format_time

__all__ = ["Fact", "called", "facts_of", "joined", "quoted", "shown"]

Value = str | int | list[str] | datetime | None

_NAME: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\Z")
_KIND: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9. ]{0,40}\Z")
_SPLIT: Final = re.compile(r"[\s\"]")


def called(view: RequestView) -> str:
    """Return ``vcluster media``; a name that could be mistaken for our words is quoted."""
    kind = view.display_name if _KIND.match(view.display_name) else view.kind
    kind = kind.lower() if _KIND.match(kind) else "request"
    return f"{kind} {view.called if _NAME.match(view.called) else quoted(view.called, 120)}"


def quoted(text: str, limit: int = 400) -> str:
    """Return untrusted text in quotation marks that it cannot close."""
    safe = inert(text, limit).replace("\\", "/").replace('"', "'")
    return f'"{safe}"'


def shown(text: str) -> str:
    """Return a word, a name or a URL; anything with a space is quoted, because it could be mistaken for our words."""
    return quoted(text, 2048) if _SPLIT.search(text) or not text else text


def joined(parts: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


class Fact(Struct, frozen=True, rename={"version": "resourceVersion", "age": "ageSeconds"}):
    """One fact, by the keys of its JSON.

    Attributes:
        name: A stable name, such as ``phase``.
        value: A scalar, or a list of strings.
        type: ``status``, ``lease`` or ``object``.
        reference: ``plural.group/name in namespace``.
        key: The path in it, such as ``status.phase``.
        version: resourceVersion of the object; empty if unknown.
        age: Seconds since the last check; None if unknown.
    """

    name: str
    value: str | int | list[str]
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
        listed = ", ".join(self.value) if isinstance(self.value, list) else shown(str(self.value))
        return f"{self.key} = {listed} of {self.reference}{version}, checked {looked}"


def facts_of(judged: Judged, diagnosis: Diagnosis | None = None) -> list[Fact]:
    """Return the facts of a request's status, of its sidecar's Lease, and of a diagnosis.

    The age of the sidecar's fields is the time since it renewed its Lease; the pipeline's fields and what is read or
    derived now have age 0.

    Args:
        judged: The request.
        diagnosis: Its diagnosis, if there is one.
    """
    view, fresh = judged.view, judged.freshness
    reference, facts = f"{view.resource}/{view.name} in {view.namespace}", list[Fact]()
    for name, value, key in _status_rows(view):
        if value is not None and value != "":
            said = format_time(value) if isinstance(value, datetime) else value
            age = 0 if name.startswith(("endpoint.", "credential.", "generation")) else fresh.seconds
            facts.append(Fact(name, said, "status", reference, key, view.resource_version, age))
    namespace, _, lease = view.lease.partition("/")
    if lease and fresh.checked is not None:
        held = f"leases.coordination.k8s.io/{lease} in {namespace}"
        renewed = format_time(fresh.checked)
        facts.append(Fact("lastCheck", renewed, "lease", held, "spec.renewTime", fresh.version, fresh.seconds))
    derived: list[tuple[str, str, str]] = []
    if diagnosis is not None and diagnosis.seen is not None:
        derived.append(("seen", str(diagnosis.seen.phase), f"verdict by row {diagnosis.seen.row}"))
    if diagnosis is not None and diagnosis.cause is not None:
        said = "; ".join((diagnosis.cause.summary, *diagnosis.cause.details))
        derived.append(("cause", f"{diagnosis.cause.title}: {said}", "status.contract"))
    return facts + [Fact(name, said, "object", reference, key, age=0) for name, said, key in derived]


def _status_rows(view: RequestView) -> list[tuple[str, Value, str]]:
    """Return name, value and key of the facts of a status; a value that is unknown is None or empty."""
    rows: list[tuple[str, Value, str]] = [
        ("phase", str(view.phase) if view.phase else view.phase_found, "status.phase"),
        ("message", view.message, "status.message"),
        ("generation", view.generation, "metadata.generation"),
        ("observedGeneration", view.observed_generation, "status.health.observedGeneration"),
        ("argocd.sync", view.sync, "status.health.argocd.syncStatus"),
        ("argocd.health", view.health, "status.health.argocd.healthStatus"),
        ("subapps.unhealthy", list(view.unhealthy) or None, "status.health.subApps.unhealthy"),
        ("objects.unready", list(view.unready) or None, "status.health.objects.unready"),
        ("lastWrite", view.last_reconciled, "status.lastReconciled"),
    ]
    counted = (
        ("pods", "workloads", "ready", view.workloads),
        ("subapps", "subApps", "healthy", view.sub_apps),
        ("objects", "objects", "ready", view.objects),
    )
    for name, section, good, counts in counted:
        if counts is not None:
            rows.append((f"{name}.{good}", counts.good, f"status.health.{section}.{good}"))
            rows.append((f"{name}.total", counts.total, f"status.health.{section}.total"))
    for entry in (entry for entry in view.conditions if entry.owned):
        name, key = f"condition.{entry.type}", f"status.conditions[{entry.type}]"
        rows += [(name, entry.status, f"{key}.status"), (f"{name}.since", entry.since, f"{key}.lastTransitionTime")]
        if entry.status != "True" or entry.type == "Ready":
            rows.append((f"{name}.reason", entry.reason, f"{key}.reason"))
            rows.append((f"{name}.message", entry.message, f"{key}.message"))
    rows += [(f"since.{name}", moment, f"status.health.since.{name}") for name, moment in view.timers]
    rows += [(f"endpoint.{name}", url, f"status.endpoints.{name}") for name, url in view.endpoints]
    rows += [(f"credential.{name}", value, f"status.credentials.{name}") for name, value in view.credentials]
    return rows
