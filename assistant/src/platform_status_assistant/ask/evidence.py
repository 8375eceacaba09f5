"""The only I/O of an answer: the cluster by way of hctl, and Prometheus; what cannot be had is a value and no error."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from hctl.cluster.discovery import VCLUSTER, Kind
from hctl.cluster.requests import Collection, judge_all
from hctl.cluster.transport import segment
from hctl.diagnosis.conclude import Diagnosis, conclude
from hctl.diagnosis.gather import gather
from hctl.errors import ClusterError
from hctl.reading.read import mapping
from hctl.reading.views import RequestView
from hctl.session import Session
from hctl.texts import inert
from platform_status_contract.model.times import parse_time

from .hearing import Ear
from .intents import Topic
from .names import KindWords, Meant
from .seen import Events, EventSeen, Evidence, Heard
from .vocabulary import KNOWN
from .words import Question, split

__all__ = ["Fleet", "look_around", "look_at_fleet"]

_VIRTUAL_CLUSTER: Final = ("vcluster", "vclusters", "virtual cluster", "virtual clusters")
_MOST_EVENTS: Final = 20
_FORBIDDEN: Final = 403
_SELECTABLE: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9.]{0,252}\Z")
_EXPLAINED: Final = (Topic.WHY, Topic.WORKING)


class Fleet(Struct, frozen=True):
    """Every request that may be seen.

    Attributes:
        collections: By kind.
        pairs: Each request, read and as the cluster holds it.
        kinds: What people call their kinds.
        refused: Kinds that may not be listed.
    """

    collections: tuple[Collection, ...]
    pairs: tuple[tuple[RequestView, Any], ...]
    kinds: tuple[KindWords, ...]
    refused: tuple[str, ...]

    @property
    def views(self) -> tuple[RequestView, ...]:
        """The requests, read."""
        return tuple(view for view, _ in self.pairs)

    @property
    def narrowed(self) -> tuple[str, ...]:
        """The namespaces that were looked into, if not all could be."""
        return tuple(sorted({entry.namespace for entry in self.collections if entry.narrowed}))


def look_at_fleet(session: Session, question: Question) -> Fleet:
    """List what a question may be about: every golden path, and a kind that it names though nothing of it is bound yet.

    Raises:
        HctlError: The cluster cannot be asked.
    """
    collections = session.golden_paths()
    listed = {collection.kind.resource for collection in collections} | set(session.refused)
    said = " ".join(question.words)
    for kind in session.candidates():
        named = any(re.search(rf"(?<!\S){re.escape(name)}(?!\S)", said) for name in _words_of(kind))
        if named and kind.resource not in listed:
            collections += session.requests_of(kind)
    pairs = tuple(pair for collection in collections for pair in zip(collection.views, collection.objects, strict=True))
    known = [collection.kind for collection in collections]
    known += [kind for kind in session.candidates() if kind.resource not in {entry.resource for entry in known}]
    kinds = tuple(_kind_words(kind, [view for view, _ in pairs if view.resource == kind.resource]) for kind in known)
    return Fleet(tuple(collections), pairs, kinds, tuple(sorted(set(session.refused))))


def look_around(session: Session, meant: Meant, fleet: Fleet, ear: Ear | None) -> Evidence:
    """Fetch what the answer to a question rests on.

    Raises:
        HctlError: The cluster cannot be asked.
    """
    topic, chosen = meant.intent.topic, meant.chosen
    transport = session.transport
    diagnosis: Diagnosis | None = None
    events: Events | None = None
    if chosen is not None:
        judged = judge_all(transport, (chosen,))
        if topic is Topic.WHY:
            raw = next(raw for view, raw in fleet.pairs if view is chosen)
            around = gather(transport, chosen, lambda _: None)
            diagnosis = conclude(judged[0], raw, around, transport.now(), session.orders)
        if topic is Topic.CHANGED:
            events = _events(session, chosen)
    else:
        judged = judge_all(transport, meant.among) if topic is Topic.BROKEN else []
    heard = Heard()
    if ear is not None and (chosen is not None or topic is Topic.BROKEN):
        heard = ear.listen(chosen, history=topic is Topic.CHANGED)
    return Evidence(
        now=transport.now(),
        judged=tuple(judged),
        diagnosis=diagnosis,
        events=events,
        heard=heard,
        narrowed=fleet.narrowed,
        refused=fleet.refused,
    )


def _words_of(kind: Kind) -> tuple[str, ...]:
    names = (kind.kind.lower(), kind.singular, kind.plural, *kind.short_names)
    return (*_VIRTUAL_CLUSTER, *names) if kind.resource == VCLUSTER else names


def _kind_words(kind: Kind, views: Sequence[RequestView]) -> KindWords:
    shown = {" ".join(split(view.display_name)) for view in views} - {""}
    taken = {" ".join(split(alias)) for view in views for alias in view.aliases} | KNOWN
    said = {name for word in shown for name in (word, f"{word}s")} - taken
    label = "vcluster" if kind.resource == VCLUSTER else kind.singular or kind.kind.lower()
    return KindWords(kind.resource, label, tuple(sorted({*filter(None, _words_of(kind)), *said})))


def _events(session: Session, view: RequestView) -> Events:
    if not (_SELECTABLE.match(view.name) and _SELECTABLE.match(view.kind)):
        return Events()
    path = f"/apis/events.k8s.io/v1/namespaces/{segment(view.namespace)}/events"
    try:
        found, _ = session.transport.list_all(path, fields=f"regarding.name={view.name},regarding.kind={view.kind}")
    except ClusterError as error:
        return Events(unread="you may not list Events" if error.status == _FORBIDDEN else "Events: no answer")
    seen = sorted((_event(entry) for entry in found), key=lambda event: _order(event.at), reverse=True)
    return Events(tuple(seen[:_MOST_EVENTS]))


def _event(found: object) -> EventSeen:
    fields = mapping(found)
    metadata, series = mapping(fields.get("metadata")), mapping(fields.get("series"))
    times = (
        series.get("lastObservedTime"),
        fields.get("eventTime"),
        fields.get("deprecatedLastTimestamp"),
        metadata.get("creationTimestamp"),
    )
    at = next((moment for moment in map(parse_time, times) if moment is not None), None)
    return EventSeen(
        inert(metadata.get("name"), 253),
        inert(fields.get("reason"), 128),
        inert(fields.get("note"), 400),
        at,
        inert(metadata.get("resourceVersion"), 64),
    )


def _order(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0.0
