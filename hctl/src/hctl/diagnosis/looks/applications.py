"""Argo CD Applications: conditions, the last operation, the resource at fault, and what blocks a deletion."""

import re
from datetime import datetime
from typing import Final

from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explained
from hctl.reading.fields import holds_in_deletion, text
from hctl.reading.read import number
from hctl.texts import age_of
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import items, under
from platform_status_contract.model.times import format_time, parse_time
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.timers import SourceName, Timer

__all__ = ["application_details", "is_here", "sub_application_details"]

_KIND: Final = "applications.argoproj.io"
_SHOWN: Final = 4
_BLAMED: Final = re.compile(
    r"Caused by (?:([a-z0-9][a-z0-9.-]*)/)?([A-Za-z][A-Za-z0-9]*):(?:([a-z0-9][a-z0-9-]*)?/)?([A-Za-z0-9][^\s/]*)"
)
"""Argo CD 3 stores no health of resources in an Application, but its message names one: ``apps/Deployment:ns/web``."""

_HERE: Final = ("https://kubernetes.default.svc", "in-cluster")
"""Server and name of the cluster that Argo CD itself runs in."""

_UNHEALTHY: Final = ("Degraded", "Missing", "Progressing", "Suspended", "Unknown")


def is_here(whole: object) -> bool:
    """Whether the destination of an Application is this cluster."""
    return any(text(whole, "spec", "destination", key) in _HERE for key in ("server", "name"))


def application_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe the Application: the result of its last sync, or its unhealthy resources."""
    entry = next(iter(found.culprits), None)
    if entry is None:
        return [], []
    if entry.found == "absent":
        return [], [orders.kubectl("get", _KIND, namespace=entry.namespace)]
    whole, now = evidence.object(entry), evidence.explanation.now
    describe = orders.kubectl("describe", _KIND, entry.name, namespace=entry.namespace)
    if found.assessment.reason is Reason.NOT_OURS:
        return [entry.says], [describe]
    details = holds_in_deletion(whole, now)
    looked = parse_time(under(whole, "status", "reconciledAt"))
    if found.assessment.reason is Reason.ARGOCD_SILENT and looked is not None:
        details.append(f"Argo CD last compared {age_of(looked, now)} ago")
    since = found.assessment.timers.get(Timer.ARGO_UNKNOWN)
    if since is not None and since < now and found.assessment.reason in (Reason.SYNC_UNKNOWN, Reason.SOURCE_UNREADABLE):
        told = f"not known for {age_of(since, now)}, since {format_time(since)}"
        details.append(told + (f"; Argo CD last compared {age_of(looked, now)} ago" if looked else ""))
    if found.assessment.source is SourceName.ARGO_SYNC:
        return details + _delivery(whole, now), [describe]
    is_said = text(whole, "status", "health", "message") in found.assessment.message
    details += [] if is_said else [text(whole, "status", "health", "message")]
    return details + _health(whole, now), _commands(whole, describe, orders)


def _delivery(whole: object, now: datetime) -> list[str]:
    operation = under(whole, "status", "operationState")
    told = _operation(operation, now)
    said = text(operation, "message")
    # Argo CD repeats the message of an operation in a condition, and in the result of its only resource.
    told += [line for line in _conditions(whole, now) if not said or said not in line]
    failed = [
        _failure(entry, said)
        for entry in items(under(operation, "syncResult", "resources"))
        if text(entry, "status") == "SyncFailed" or text(entry, "hookPhase") in ("Failed", "Error")
    ]
    return told + (failed[:_SHOWN] or _resources(whole, ("OutOfSync",), "status"))


def _failure(result: object, known: str) -> str:
    hook, said = text(result, "hookType", limit=40), text(result, "message")
    told = f"{hook} hook {_name(result)} failed" if hook else f"{_name(result)} failed to sync"
    return f"{told}: {said}" if said and said not in known else told


def _operation(operation: object, now: datetime) -> list[str]:
    """Describe an operation: its duration or end, its retries, and its result."""
    phase = text(operation, "phase", limit=40)
    if not phase:
        return []
    started, finished = (parse_time(under(operation, key)) for key in ("startedAt", "finishedAt"))
    runs = phase in ("Running", "Terminating")
    told = f"last operation {phase}"
    if started is not None and runs:
        told += f" for {age_of(started, now)}"
    elif finished is not None and not runs:
        told += f" {age_of(finished, now)} ago"
    retries, limit = number(under(operation, "retryCount")), under(operation, "operation", "retry", "limit")
    if retries:
        most = f" of {limit}" if number(limit) else " without limit" if type(limit) is int and limit < 0 else ""
        told += f", retry {retries}{most}"
    said = text(operation, "message")
    return [f"{told}: {said}" if said else told]


def _health(whole: object, now: datetime) -> list[str]:
    word = text(whole, "status", "health", "status", limit=40)
    changed = parse_time(under(whole, "status", "health", "lastTransitionTime"))
    told = [f"{word} for {age_of(changed, now)}"] if changed is not None and word in _UNHEALTHY else []
    return told + (_resources(whole, _UNHEALTHY, "health", "status") or _resources(whole, ("OutOfSync",), "status"))


def _commands(whole: object, describe: str, orders: Orders) -> list[str]:
    """Return commands for the resource that Argo CD blames, the Application, and the warnings in its namespace.

    For resources in another cluster there is only the command for the Application.
    """
    target, health = under(whole, "spec", "destination"), under(whole, "status", "health")
    if not is_here(whole) or under(whole, "metadata", "deletionTimestamp") is not None:
        return [describe]
    namespace, commands = text(target, "namespace", limit=253), [describe]
    blamed = _BLAMED.fullmatch(text(health, "message"))
    if blamed is not None:
        group, kind, namespace, name = (part or "" for part in blamed.groups())
        what = ".".join(filter(None, (kind.lower(), group)))
        commands.insert(0, orders.kubectl("describe", what, name, namespace=namespace))
    if namespace and text(health, "status") in ("Degraded", "Progressing"):
        commands.append(orders.warnings(namespace))
    return commands


def _conditions(whole: object, now: datetime) -> list[str]:
    told = []
    for entry in items(under(whole, "status", "conditions"))[:_SHOWN]:
        since, said = parse_time(under(entry, "lastTransitionTime")), text(entry, "message")
        age = f" ({age_of(since, now)})" if since is not None else ""
        told += [f"{text(entry, 'type', limit=100)}{age}: {said}"] if said else []
    return told


def _resources(whole: object, words: tuple[str, ...], *keys: str) -> list[str]:
    """Return the resources of an Application whose sync or health status is one of `words`."""
    told = []
    for entry in items(under(whole, "status", "resources")):
        word = text(entry, *keys, limit=40)
        if word in words:
            said = text(entry, keys[0], "message")
            told.append(f"{_name(entry)} is {word}" + (f": {said}" if said else ""))
    return told[:_SHOWN]


def _name(resource: object) -> str:
    return "/".join(filter(None, (text(resource, "kind", limit=100), text(resource, "name", limit=253))))


def sub_application_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe each unhealthy sub-application in one line, by its Argo CD status."""
    details: list[str] = []
    now = evidence.explanation.now
    for entry in found.culprits[:_SHOWN]:
        whole = evidence.object(entry)
        health = text(whole, "status", "health", "status", limit=40) or "not assessed yet"
        sync = text(whole, "status", "sync", "status", limit=40) or "not compared yet"
        ended = text(whole, "status", "operationState", "phase") == "Succeeded"
        operation = [] if ended else _operation(under(whole, "status", "operationState"), now)
        said = [*holds_in_deletion(whole, now), text(whole, "status", "health", "message"), *operation]
        said = [f"health {health}, sync {sync}", *said, *_conditions(whole, now)[:2]]
        details += [f"{entry.name}: {line}" for line in said if line]
    since = found.assessment.timers.get(Timer.SUB_APPS_UNKNOWN)
    details += (
        [f"health not known for {age_of(since, now)}, since {format_time(since)}"] if since and since < now else []
    )
    for entry in found.culprits[:1]:
        describe = orders.kubectl("describe", _KIND, entry.name, namespace=entry.namespace)
        return details, _commands(evidence.object(entry), describe, orders)
    contract = evidence.explanation.facts.contract
    wanted = contract.sub_applications if isinstance(contract, Contract) else None
    return details, [orders.kubectl("get", _KIND, namespace=wanted.namespace if wanted else "")]
