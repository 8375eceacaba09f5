"""Works of Kratix (kratix.md section 6), Secrets, and objects of any kind: why they are not ready."""

import re
from typing import Final

from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explained
from hctl.explain.inputs import Input
from hctl.reading.fields import holds_in_deletion, text
from platform_status_contract.model.lookup import items, under
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.timers import SourceName

from .applications import is_here

__all__ = ["object_details", "secret_details", "works_details"]

_MAX_OBJECTS = 4
_MAX_WORKS = 3
_MAX_WRITERS: Final = 3
_WRITERS: Final = (
    *("BitwardenSecret", "Certificate", "ExternalSecret", "InfisicalSecret", "OnePasswordItem", "SealedSecret"),
    *("SopsSecret", "VaultDynamicSecret", "VaultPKISecret", "VaultStaticSecret"),
)
"""Kinds whose controllers create Secrets in the namespace of their objects."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]*")
"""A name that an API server accepts, so that a name in a status cannot add a flag to a proposed command."""


def object_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe each object that is not ready by its conditions; commands are for the first one."""
    details: list[str] = []
    for entry in found.culprits[:_MAX_OBJECTS]:
        whole = evidence.object(entry)
        is_ours = found.assessment.reason is not Reason.NOT_OURS
        holds = holds_in_deletion(whole, evidence.explanation.now) if is_ours else ()
        details += [f"{entry.kind} {entry.name}: {said}" for said in (entry.says, *holds) if said]
    for entry in found.culprits[:1]:
        group = text(evidence.object(entry), "apiVersion", limit=317).rpartition("/")[0]
        kind = ".".join(filter(None, (entry.kind.lower(), group)))
        if entry.found == "absent":
            return details, [orders.warnings(entry.namespace)] if entry.namespace else []
        describe = orders.kubectl("describe", kind, entry.name, namespace=entry.namespace)
        return details, [describe, *([orders.warnings(entry.namespace)] if entry.namespace else [])]
    return details, []


def works_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe each WorkPlacement and Work that is not written; the command is for the first one."""
    culprits = sorted(found.culprits, key=lambda entry: entry.kind != "WorkPlacement")
    details = [f"{entry.kind} {entry.name}: {entry.says}" for entry in culprits[:_MAX_WORKS]]
    for entry in culprits[:1]:
        return details, [orders.kubectl("describe", entry.kind.lower(), entry.name, namespace=entry.namespace)]
    name = text(evidence.case.request, "metadata", "name", limit=253)
    return details, [orders.listing("works", name, evidence.workflow_namespace)]


def secret_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe what writes the missing Secret; nothing is guessed if the Application cannot be read."""
    details: list[str] = []
    commands: list[str] = []
    for entry in found.culprits[:1]:
        commands.append(orders.kubectl("get", entry.kind.lower(), entry.name, namespace=entry.namespace))
        if entry.found == "absent":
            details, further = _writers(entry, evidence, orders)
            commands = further + commands
    return details, commands


def _writers(secret: Input, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    sources = [entry for entry in evidence.explanation.sources if entry.assessment.source is SourceName.ARGO_SYNC]
    application = next((entry for found in sources for entry in found.inputs if entry.found == "present"), None)
    whole = evidence.object(application) if application is not None else {}
    if application is None or not is_here(whole):
        return [], []
    shipped = items(under(whole, "status", "resources"))
    shipped = [each for each in shipped if text(each, "namespace", limit=253) in ("", secret.namespace)]
    if any((under(each, "kind"), _name(each)) == ("Secret", secret.name) for each in shipped):
        kind = "applications.argoproj.io"
        command = orders.kubectl("describe", kind, application.name, namespace=application.namespace)
        return [f"{application.called} ships it"], [command]
    writers = [each for each in shipped if under(each, "kind") in _WRITERS and _NAME.fullmatch(_name(each))]
    writers.sort(key=lambda each: _name(each) != secret.name)
    if not writers:
        told = f"{application.called} ships neither it nor an object of a kind that writes Secrets"
        return [f"{told}; a workload in {secret.namespace} may write it"], [orders.warnings(secret.namespace)]
    details = [
        f"{under(each, 'kind')} {_name(each)} of {application.called} may write it{_health(each)}"
        for each in writers[:_MAX_WRITERS]
    ]
    what = ".".join(filter(None, (text(writers[0], "kind").lower(), text(writers[0], "group", limit=253))))
    return details, [orders.kubectl("describe", what, _name(writers[0]), namespace=secret.namespace)]


def _name(resource: object) -> str:
    return text(resource, "name", limit=253)


def _health(resource: object) -> str:
    said = (text(resource, "health", "status", limit=40), text(resource, "health", "message"))
    told = ": ".join(filter(None, said))
    return f", which is {told}" if told else ""
