"""An object from the cluster -> a view. Total for any JSON value in any field."""

from collections.abc import Mapping

from hctl.texts import inert, told
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import items, mapping
from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.workflow import read_workflow

from .views import ConditionView, Counts, RequestView

__all__ = ["items", "mapping", "number", "read_request"]

_MAX_ITEMS = 64
_MAX_INTEGER = 2**53 - 1
_OWNED = {str(kind): rank for rank, kind in enumerate(ConditionType)}
_MAX_NAME = 253
_MAX_URL = 2048
_WORKFLOW_STARTS = "Pending"
"""The message that Kratix writes when it starts a workflow; it remains until the next write of the sidecar."""


def read_request(found: object, *, resource: str = "") -> RequestView:
    """Read a request.

    Args:
        found: The object as decoded JSON: any value.
        resource: ``plural.group`` of its collection.
    """
    whole = mapping(found)
    metadata, spec, status = (mapping(whole.get(key)) for key in ("metadata", "spec", "status"))
    health = mapping(status.get("health"))
    reporter = mapping(health.get("reporter"))
    history = recall(status)
    contract = read_contract(status)
    labels = {key: value for key, value in mapping(metadata.get("labels")).items() if isinstance(value, str)}
    workflow, workflow_message = read_workflow(status, labels)
    name = inert(metadata.get("name"), _MAX_NAME)
    given = inert(spec.get("name"), _MAX_NAME)
    contracted = contract.name if isinstance(contract, Contract) else ""
    kind = inert(whole.get("kind"), _MAX_NAME)
    lease = reporter.get("lease")
    conditions = _conditions(status.get("conditions"), history.free)
    return RequestView(
        api_version=inert(whole.get("apiVersion"), _MAX_NAME),
        kind=kind,
        resource=inert(resource, _MAX_NAME) or kind.lower(),
        namespace=inert(metadata.get("namespace"), _MAX_NAME),
        name=name,
        called=contracted or given or name,
        aliases=tuple(dict.fromkeys(alias for alias in (name, given, contracted) if alias)),
        display_name=contract.display_name if isinstance(contract, Contract) else kind,
        phase=history.phase,
        phase_found=inert(status.get("phase"), 40),
        message=_message(status.get("message"), conditions),
        generation=number(metadata.get("generation")) or 0,
        observed_generation=history.observed_generation,
        resource_version=inert(metadata.get("resourceVersion"), 64),
        created=parse_time(metadata.get("creationTimestamp")),
        deleting=metadata.get("deletionTimestamp") is not None,
        last_reconciled=parse_time(status.get("lastReconciled")),
        lease=inert(lease, 400),
        reporter_version=inert(reporter.get("version"), 64),
        endpoints=_named(status.get("endpoints")),
        credentials=_named(status.get("credentials")),
        sync=_word(history.argocd, "syncStatus"),
        health=_word(history.argocd, "healthStatus"),
        workloads=_counts(history.workloads, "ready"),
        sub_apps=_counts(history.sub_apps, "healthy"),
        unhealthy=_names(history.sub_apps, "unhealthy"),
        objects=_counts(history.objects, "ready"),
        unready=_names(history.objects, "unready"),
        conditions=conditions,
        problems=tuple(filter(None, (inert(entry) for entry in items(status.get("problems"))[:_MAX_ITEMS]))),
        contract=contract,
        workflow=workflow,
        workflow_message=workflow_message,
        timers=tuple(sorted(history.since.items())),
        bound=mapping(status.get("contract")) != {} or bool(lease),
    )


def number(value: object) -> int | None:
    """Return a non-negative integer that is exact in JSON; None for anything else."""
    return value if type(value) is int and 0 <= value <= _MAX_INTEGER else None


def _message(value: object, conditions: tuple[ConditionView, ...]) -> str:
    """Return the message; that of Ready while Kratix's message replaces it."""
    ready = next((entry.message for entry in conditions if entry.type == ConditionType.READY), "")
    return ready if ready and value == _WORKFLOW_STARTS else inert(value)


def _named(value: object) -> tuple[tuple[str, str], ...]:
    """Return the items of a mapping of strings, such as endpoints; ``api`` first, because it is the most used."""
    pairs = [(inert(key, 64), inert(text, _MAX_URL)) for key, text in list(mapping(value).items())[:_MAX_ITEMS]]
    return tuple(sorted((pair for pair in pairs if all(pair)), key=lambda pair: (pair[0] != "api", pair)))


def _word(fields: Mapping[str, object] | None, key: str) -> str:
    return inert((fields or {}).get(key), 40)


def _counts(fields: Mapping[str, object] | None, key: str) -> Counts | None:
    good, total = (number((fields or {}).get(name)) for name in (key, "total"))
    return Counts(good, total) if good is not None and total is not None else None


def _names(fields: Mapping[str, object] | None, key: str) -> tuple[str, ...]:
    return tuple(filter(None, (inert(entry, _MAX_NAME) for entry in items((fields or {}).get(key)))))


def _conditions(value: object, free: tuple[str, ...]) -> tuple[ConditionView, ...]:
    order = {**_OWNED, **{kind: len(_OWNED) + place for place, kind in enumerate(free)}}
    found: dict[str, ConditionView] = {}
    for entry in items(value)[: 4 * _MAX_ITEMS]:
        fields = mapping(entry)
        kind, status = inert(fields.get("type"), 316), fields.get("status")
        if not kind:
            continue
        answer = status if isinstance(status, str) and status in ("True", "False") else "Unknown"
        view = ConditionView(
            kind,
            answer,
            inert(fields.get("reason"), 200),
            # The sidecar already masked its own messages, and masking again could hide the name of a field.
            inert(fields.get("message")) if kind in order else told(fields.get("message")),
            parse_time(fields.get("lastTransitionTime")),
            kind in order,
        )
        before = found.get(kind)
        # Two conditions of one type contradict each other, so the worse one counts.
        if before is None or _badness(view) > _badness(before):
            found[kind] = view
    return tuple(sorted(found.values(), key=lambda view: (order.get(view.type, len(order)), view.type)))[:_MAX_ITEMS]


def _badness(view: ConditionView) -> int:
    return {"True": 0, "Unknown": 1, "False": 2}[view.status]
