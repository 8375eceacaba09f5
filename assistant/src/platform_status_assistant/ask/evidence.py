"""The I/O of an answer: reads the cluster through hctl, and Prometheus. A failed read is a value, not an error."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from hctl.public.access import VCLUSTER, Collection, Kind, Session, diagnose_request, judge_all, segment
from hctl.public.facts import ClusterError, RequestView, inert, mapping, told
from platform_status_assistant.retrieval.prometheus import Prometheus, PrometheusError, SelectorError, Vector, selector
from platform_status_contract.model.times import parse_time

from .grammar import Intent, Question
from .meaning import RESERVED, KindWords, Meant
from .weighing import AnswerEvidence, EventSeen, Heard

__all__ = ["Fleet", "gather", "listen", "look_at_fleet"]

_VIRTUAL_CLUSTER: Final = ("vcluster", "vclusters", "virtual cluster", "virtual clusters")
_MAX_EVENTS: Final = 20
_SELECTABLE: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9.]{0,252}\Z")
_NOT_OURS: Final = (".k8s.io", "argoproj.io", "kratix.io")
_PHASE: Final = "platform_resource_phase"


class Fleet(Struct, frozen=True):
    """All requests that the user may list.

    Attributes:
        pairs: The view of each request, and its JSON.
        kinds: The names of their kinds.
        narrowed: The listed namespaces, if the user may not list all.
        refused: Kinds that the user may not list.
    """

    pairs: tuple[tuple[RequestView, Any], ...]
    kinds: tuple[KindWords, ...]
    narrowed: tuple[str, ...]
    refused: tuple[str, ...]


def look_at_fleet(session: Session, question: Question) -> Fleet:
    """List all golden paths, and a kind of another group if the question names one.

    Raises:
        HctlError: The cluster cannot be read.
    """
    said = {part for _, words in question.readings for word in words for part in (word, word.partition("/")[0])}
    ours = session.candidates()
    named = [kind for kind in session.kinds if _may_be_ours(kind) and said.intersection(_words_of(kind))]
    listed: list[Collection] = []
    refusal: ClusterError | None = None
    for kind in dict.fromkeys((*ours, *named)):
        try:
            listed += session.requests_of(kind)
        except ClusterError as error:
            if not error.status:
                raise
            refusal = refusal or error
            session.refused.append(kind.resource)
    if refusal is not None and not listed:
        raise refusal
    bound = [entry for entry in listed if any(view.bound for view in entry.views) or entry.kind in ours]
    pairs = tuple(pair for entry in bound for pair in zip(entry.views, entry.objects, strict=True))
    kinds = tuple(_kind_words(entry.kind, [view for view, _ in pairs]) for entry in bound)
    narrowed = {entry.namespace for entry in listed if entry.narrowed}
    return Fleet(pairs, kinds, tuple(sorted(narrowed)), tuple(sorted(set(session.refused))))


def _may_be_ours(kind: Kind) -> bool:
    return kind.namespaced and "list" in kind.verbs and "." in kind.group and not kind.group.endswith(_NOT_OURS)


def _words_of(kind: Kind) -> tuple[str, ...]:
    names = (kind.kind.lower(), kind.singular, kind.plural, kind.resource, *kind.short_names)
    return (*_VIRTUAL_CLUSTER, *names) if kind.resource == VCLUSTER else names


def _kind_words(kind: Kind, views: Sequence[RequestView]) -> KindWords:
    """Return the names of a kind, and those in its contracts except reserved words and names of requests."""
    label = "vcluster" if kind.resource == VCLUSTER else kind.singular or kind.kind.lower()
    taken = RESERVED | {alias.lower() for view in views for alias in view.aliases}
    shown = {view.display_name.lower() for view in views if view.resource == kind.resource} - {""}
    told = {name for word in shown for name in (word, f"{word}s") if taken.isdisjoint({word, *word.split()})}
    return KindWords(kind.resource, label, tuple(filter(None, (*_words_of(kind), *sorted(told)))))


def gather(session: Session, meant: Meant, fleet: Fleet, prometheus: Prometheus | None) -> AnswerEvidence:
    """Fetch the evidence of the answer.

    Raises:
        HctlError: The cluster cannot be read.
    """
    transport, judged = session.transport, tuple(judge_all(session.transport, meant.chosen))
    one = meant.chosen[0] if len(meant.chosen) == 1 and not meant.unknown else None
    diagnosis = None
    if one is not None and meant.intent is Intent.WHY:
        raw = next(raw for view, raw in fleet.pairs if view is one)
        diagnosis = diagnose_request(transport, session.orders, one, raw)
    events = _events(session, one) if one is not None and meant.intent is Intent.CHANGED else None
    heard = listen(prometheus) if prometheus is not None and judged else Heard()
    return AnswerEvidence(transport.now(), judged, diagnosis, events, heard, fleet.narrowed, fleet.refused)


def _events(session: Session, view: RequestView) -> tuple[EventSeen, ...] | None:
    if not (_SELECTABLE.match(view.name) and _SELECTABLE.match(view.kind)):
        return ()
    path = f"/apis/events.k8s.io/v1/namespaces/{segment(view.namespace)}/events"
    try:
        found, _ = session.transport.list_all(path, fields=f"regarding.name={view.name},regarding.kind={view.kind}")
    except ClusterError:
        return None
    seen = [_event(mapping(entry)) for entry in found]
    return tuple(sorted(seen, key=lambda event: event.at.timestamp() if event.at else 0.0, reverse=True)[:_MAX_EVENTS])


def _event(fields: Any) -> EventSeen:  # noqa: ANN401 - JSON of the cluster
    metadata, series = mapping(fields.get("metadata")), mapping(fields.get("series"))
    times = (series.get("lastObservedTime"), fields.get("eventTime"), metadata.get("creationTimestamp"))
    at = next((moment for moment in map(parse_time, times) if moment is not None), None)
    name, version = inert(metadata.get("name"), 253), inert(metadata.get("resourceVersion"), 64)
    return EventSeen(name, inert(fields.get("reason"), 128), told(fields.get("note"), 400), at, version)


def listen(prometheus: Prometheus) -> Heard:
    """Query a Prometheus for the phases of all requests."""
    query = f"{selector(_PHASE)} == 1"
    phases: dict[tuple[str, str, str], tuple[str, ...]] = {}
    try:
        for sample in prometheus.query(query).samples:
            kind, namespace, name, phase = (
                sample.labels.get(key, "") for key in ("kind", "namespace", "name", "phase")
            )
            phases[kind, namespace, name] = tuple(sorted({*phases.get((kind, namespace, name), ()), phase}))
        scraped = _moment(prometheus.query(f"max(timestamp({selector(_PHASE)}))")) if phases else None
    except (PrometheusError, SelectorError) as error:
        return Heard(prometheus.url, failure=str(error))
    return Heard(prometheus.url, query=query, phases=phases, scraped=scraped)


def _moment(vector: Vector) -> datetime | None:
    values = [sample.value for sample in vector.samples if math.isfinite(sample.value)]
    try:
        return datetime.fromtimestamp(values[0], UTC) if len(values) == 1 else None
    except (OverflowError, ValueError, OSError):
        return None
