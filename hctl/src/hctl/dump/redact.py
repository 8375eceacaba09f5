"""Redaction: every name becomes another, the same one everywhere; every free text and everything no rule needs goes.

What is kept is listed, so what a cluster invents tomorrow is dropped. Keys stay (API groups, keys of labels that a
contract names), and so do times, versions, numbers and the words of Kubernetes, Argo CD and Kratix. The verdict stays
the same.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from hctl.reading.read import items, mapping
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.times import format_time, parse_time
from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.observing.decode.applications import decode_application
from platform_status_contract.observing.decode.lenient import server_of
from platform_status_contract.observing.sources import PROMISE_LABEL
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.history import History, recall
from platform_status_contract.rules.workflow import RERUN_LABELS, SUSPENDED_LABEL

from .case import Case, Json, Unread

__all__ = ["GONE", "redact"]

GONE: Final = "redacted"
_NAMED_LABELS: Final = (PROMISE_LABEL, "kratix.io/resource-name", "kratix.io/work")
_FLAG_LABELS: Final = (SUSPENDED_LABEL, *RERUN_LABELS, "kratix.io/dry-run", "kratix.io/misplaced", "kratix.io/paused")
_SLEEPS: Final = "loft.sh/sleep-mode"
_PAUSED: Final = "loft.sh/paused"
_MISPLACED: Final = "Misplaced"
_CONDITION_WORDS: Final = ("type", "status", "reason")
_CONDITION_TYPES: Final = (*map(str, ConditionType), "ConfigureWorkflowCompleted", "WriteSucceeded")


def redact(case: Case) -> Case:
    """Redact a case; its verdict, but for names in it, stays the same."""
    return _Redaction(case).case()


class _Names:
    """Real name -> another one, in the order in which they are met."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def of(self, name: object) -> str:
        """Rename; anything but a text becomes empty."""
        if not isinstance(name, str) or not name:
            return ""
        return self._given.setdefault(name, f"name-{len(self._given) + 1:04d}")


class _Redaction:
    def __init__(self, case: Case) -> None:
        self._case = case
        self._names = _Names()
        contract = read_contract(case.request.get("status"))
        self._contract = contract if isinstance(contract, Contract) else None
        self._label_keys = tuple(dict.fromkeys((*_NAMED_LABELS, *_keys_of(self._contract))))
        self._annotation = (
            self._contract.application.generation_annotation if self._contract and self._contract.application else None
        )
        # Sorted names get sorted new ones: culprits keep their order.
        for name in sorted({str(mapping(item.get("metadata")).get("name")) for item in case.objects}):
            self._names.of(name)

    def case(self) -> Case:
        kinds: Mapping[str, Callable[[Json], Json]] = {
            "Application": self._application,
            "Pod": self._pod,
            "Work": self._work,
            "WorkPlacement": self._placement,
            "StatefulSet": _nothing,
            "Deployment": _nothing,
            "Secret": _nothing,
            "Lease": lambda found: {"spec": _some(found.get("spec"), ("renewTime", "leaseDurationSeconds"))},
        }
        return Case(
            time=self._case.time,
            resource=self._case.resource,
            request=self._request(),
            objects=tuple(
                self._object(item, kinds[str(item["kind"])]) for item in self._case.objects if item.get("kind") in kinds
            ),
            unread=tuple(self._unread(entry) for entry in self._case.unread),
            redacted=True,
        )

    def _unread(self, entry: Unread) -> Unread:
        return Unread(entry.source, self._names.of(entry.namespace), self._names.of(entry.name), entry.reason, GONE)

    # -- one object

    def _object(self, found: Json, rest: Callable[[Json], Json]) -> Json:
        return {
            "apiVersion": found.get("apiVersion"),
            "kind": found.get("kind"),
            "metadata": self._metadata(found),
            **rest(found),
        }

    def _metadata(self, found: Json) -> Json:
        before = mapping(found.get("metadata"))
        after: Json = {"name": self._names.of(before.get("name"))}
        if before.get("namespace"):
            after["namespace"] = self._names.of(before.get("namespace"))
        after |= _some(before, ("resourceVersion", "generation", "creationTimestamp", "deletionTimestamp"))
        labels = mapping(before.get("labels"))
        kept: Json = {key: self._names.of(labels[key]) for key in self._label_keys if key in labels}
        kept |= {key: "true" if labels[key] == "true" else GONE for key in (*_FLAG_LABELS, _SLEEPS) if key in labels}
        if kept:
            after["labels"] = kept
        numbers = mapping(before.get("annotations"))
        annotations = {key: numbers[key] for key in (self._annotation, _PAUSED) if key and _is_plain(numbers.get(key))}
        if annotations:
            after["annotations"] = annotations
        owners = [self._owner(entry) for entry in items(before.get("ownerReferences"))]
        if owners:
            after["ownerReferences"] = owners
        return after

    def _owner(self, entry: object) -> Json:
        fields = mapping(entry)
        kind, name = fields.get("kind"), fields.get("name")
        prefix, dash, _ = name.rpartition("-") if isinstance(name, str) else ("", "", "")
        # a Deployment's pods are known by a ReplicaSet whose name begins with the Deployment's
        suffix = self._names.of(name).replace("-", "")
        renamed = f"{self._names.of(prefix)}-{suffix}" if kind == "ReplicaSet" and dash else ""
        return _some(entry, ("kind", "controller")) | {"name": renamed or self._names.of(name)}

    def _application(self, found: Json) -> Json:
        spec, status = mapping(found.get("spec")), mapping(found.get("status"))
        sync, operation = mapping(status.get("sync")), mapping(status.get("operationState"))
        record = decode_application(msgspec.json.encode(found))
        said: Json = {"health": _some(status.get("health"), ("status",)), "sync": _some(sync, ("status",))}
        if operation:
            said["operationState"] = _some(operation, ("phase", "startedAt", "finishedAt"))
        if record is not None:
            # Why a try failed, what differs, and what there is, is nobody's business; that it is so is the rules'.
            said |= {} if record.seen.resources is None else {"resources": [{"kind": GONE}] * record.seen.resources}
            if record.seen.try_failed:
                said["operationState"]["retryCount"] = 1
            if not record.seen.compared_current:
                said["sync"]["comparedTo"] = {"source": {"targetRevision": GONE}}
        destination = {
            key: self._names.of(server_of(value) if key == "server" and isinstance(value, str) else value)
            for key, value in mapping(spec.get("destination")).items()
            if key in ("server", "name", "namespace") and value
        }
        return {"spec": {"destination": destination}, "status": said}

    def _pod(self, found: Json) -> Json:
        status = mapping(found.get("status"))
        said: Json = _some(status, ("phase",))
        for key in ("conditions", "containerStatuses", "initContainerStatuses"):
            if key in status:
                said[key] = [self._pod_part(key, entry) for entry in items(status[key])]
        first = items(mapping(found.get("spec")).get("initContainers"))
        kept = [self._container(entry, ("restartPolicy",)) for entry in first]
        return ({"spec": {"initContainers": kept}} if kept else {}) | {"status": said}

    def _pod_part(self, key: str, entry: object) -> Json:
        if key == "conditions":
            return _some(entry, ("type", "status", "lastTransitionTime"))
        kept = self._container(entry, ("restartCount", "ready"))
        for name in ("state", "lastState"):
            state = {
                how: _some(said, ("reason",) if how == "waiting" else ("startedAt", "exitCode"))
                for how, said in mapping(mapping(entry).get(name)).items()
                if how in ("waiting", "running", "terminated")
            }
            kept |= {name: state} if state else {}
        return kept

    def _container(self, entry: object, keys: Iterable[str]) -> Json:
        name = self._names.of(mapping(entry).get("name"))
        return _some(entry, keys) | ({"name": name} if name else {})

    def _work(self, found: Json) -> Json:
        groups = mapping(found.get("spec")).get("workloadGroups")
        spec = {} if groups is None or groups == [] else {"workloadGroups": [{"id": GONE}]}
        return {"spec": spec, "status": {"conditions": _conditions(found)}}

    def _placement(self, found: Json) -> Json:
        target = mapping(found.get("spec")).get("targetDestinationName")
        spec = {"targetDestinationName": self._names.of(target)} if target else {}
        return {"spec": spec, "status": {"conditions": _conditions(found)}}

    # -- the request

    def _request(self) -> Json:
        found = self._case.request
        status = found.get("status")
        after = self._object(found, lambda _: {})
        if status is None:
            return after
        return {**after, "status": self._status(mapping(status))}

    def _status(self, status: Mapping[str, object]) -> Json:
        after: Json = _some(status, ("observedGeneration",))
        history = recall(status)
        if history.phase is not None:
            after["phase"] = str(history.phase)
        after |= {key: status[key] for key in ("lastReconciled",) if parse_time(status.get(key)) is not None}
        if "message" in status:
            after["message"] = GONE
        if status.get("contract") is not None:
            after["contract"] = self._written_contract()
        if "problems" in status:
            after["problems"] = [GONE for _ in items(status["problems"])]
        after["conditions"] = _conditions({"status": status})
        pipelines = mapping(mapping(status.get("kratix")).get("workflows")).get("pipelines")
        if isinstance(pipelines, list):
            after["kratix"] = {"workflows": {"pipelines": [_some(entry, ("phase",)) for entry in pipelines]}}
        health = mapping(status.get("health"))
        if health:
            after["health"] = self._health(health, history)
        return after

    def _health(self, health: Mapping[str, object], history: History) -> Json:
        after = _some(health, ("observedGeneration", "readyGeneration", "updatingGeneration"))
        after |= {} if history.argocd is None else {"argocd": history.argocd}
        after |= {} if history.workloads is None else {"workloads": history.workloads}
        reporter = mapping(health.get("reporter"))
        lease = reporter.get("lease")
        if isinstance(lease, str):
            namespace, _, name = lease.partition("/")
            after["reporter"] = {"lease": f"{self._names.of(namespace)}/{self._names.of(name)}"}
        apps = mapping(health.get("subApps"))
        if apps:
            names = [self._names.of(name) for name in items(apps.get("unhealthy"))]
            after["subApps"] = {**_some(apps, ("healthy", "total")), "unhealthy": names}
        return {**after, "since": {name: format_time(since) for name, since in history.since.items()}}

    def _written_contract(self) -> object:
        contract = self._contract
        if contract is None:
            return GONE  # no contract either, and for the same reason
        written: Json = msgspec.json.decode(msgspec.json.encode(contract))
        for key in ("name", "displayName"):
            written[key] = self._names.of(written.get(key))
        named = [written.get("application"), *items(written.get("secrets")), written.get("workloads")]
        named += [written.get("subApplications"), mapping(written.get("subApplications")).get("destination")]
        named += items(mapping(written.get("workloads")).get("controllers"))
        for part in named:
            self._rename(part)
        for part in (written.get("workloads"), written.get("subApplications")):
            selector = mapping(mapping(part).get("selector"))
            labels = selector.get("matchLabels")
            if isinstance(labels, dict):
                labels.update({key: self._names.of(value) for key, value in labels.items()})
            for expression in items(selector.get("matchExpressions")):
                if isinstance(expression, dict) and isinstance(expression.get("values"), list):
                    expression["values"] = [self._names.of(value) for value in expression["values"]]
        return written

    def _rename(self, part: object) -> None:
        if not isinstance(part, dict):
            return
        for key in ("namespace", "name", "server"):
            if part.get(key):
                part[key] = self._names.of(server_of(part[key]) if key == "server" else part[key])
        if part.get("names"):
            part["names"] = [self._names.of(name) for name in part["names"]]


def _keys_of(contract: Contract | None) -> Iterable[str]:
    if contract is None:
        return
    for part in (contract.workloads, contract.sub_applications):
        selector = part.selector if part is not None else None
        if selector is not None:
            yield from selector.match_labels or {}
            yield from (expression.key for expression in selector.match_expressions or ())


def _some(found: object, keys: Iterable[str]) -> Json:
    """Keep some keys of an object."""
    fields = mapping(found)
    return {key: fields[key] for key in keys if key in fields}


def _nothing(_found: Json) -> Json:
    return {}


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and (value == "true" or (value.isascii() and value.isdecimal()))


def _conditions(found: Mapping[str, object]) -> list[Json]:
    """Types, words and times; a message only where it is a word that the rules know."""
    kept = []
    for entry in items(mapping(found.get("status")).get("conditions")):
        if mapping(entry).get("type") not in _CONDITION_TYPES:
            continue
        after = _some(entry, (*_CONDITION_WORDS, "lastTransitionTime"))
        message = mapping(entry).get("message")
        if message:
            after["message"] = message if message == _MISPLACED else GONE
        kept.append(after)
    return kept
