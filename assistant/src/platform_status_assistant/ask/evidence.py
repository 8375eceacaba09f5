"""The only I/O of an answer: the cluster by way of hctl, and Prometheus; what cannot be had is a value and no error."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from hctl.cluster.discovery import VCLUSTER, Kind
from hctl.cluster.requests import Collection, judge_all
from hctl.cluster.transport import segment
from hctl.diagnosis.conclude import Diagnosis
from hctl.diagnosis.diagnose import diagnose_request
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
_NOT_OURS: Final = (".k8s.io", "argoproj.io", "kratix.io")


class Fleet(Struct, frozen=True):
    """Every request that may be seen.

    Attributes:
        pairs: Each request, read and as the cluster holds it.
        kinds: What people call their kinds.
        narrowed: The namespaces that were looked into, if not all could be.
        refused: Kinds that may not be listed.
    """

    pairs: tuple[tuple[RequestView, Any], ...]
    kinds: tuple[KindWords, ...]
    narrowed: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def views(self) -> tuple[RequestView, ...]:
        """The requests, read."""
        return tuple(view for view, _ in self.pairs)


def look_at_fleet(session: Session, question: Question) -> Fleet:
    """List what a question may be about: every golden path, and a kind that it names though nothing of it is bound yet.

    Raises:
        HctlError: The cluster cannot be asked.
    """
    named = {kind.resource for kind in _named_kinds(session, question)}
    ours = session.candidates()
    listed: list[Collection] = []
    refusal: ClusterError | None = None
    for kind in (*ours, *(kind for kind in session.kinds if kind.resource in named and kind not in ours)):
        try:
            listed += session.requests_of(kind)
        except ClusterError as error:
            if not error.status:
                raise
            refusal = refusal or error
            session.refused.append(kind.resource)
    if refusal is not None and not listed:
        raise refusal
    narrowed = {entry.namespace for entry in listed if entry.narrowed}
    # As in hctl: a golden path is whichever kind has an object that is bound to a contract; or it is ours, and named.
    collections = [
        entry
        for entry in listed
        if any(view.bound for view in entry.views) or (entry.kind.resource in named and entry.kind in ours)
    ]
    pairs = tuple(pair for collection in collections for pair in zip(collection.views, collection.objects, strict=True))
    known = [collection.kind for collection in collections]
    known += [kind for kind in ours if kind not in known]
    kinds = tuple(_kind_words(kind, [view for view, _ in pairs if view.resource == kind.resource]) for kind in known)
    return Fleet(pairs, kinds, tuple(sorted(narrowed)), tuple(sorted(set(session.refused))))


def _named_kinds(session: Session, question: Question) -> list[Kind]:
    """The kinds that a question names; those of Kubernetes itself, of Argo CD and of Kratix are no golden paths."""
    said = set(question.words) | {word.partition("/")[0] for word in question.words}
    text = " ".join(question.words)
    found = list(session.candidates())
    found += [
        kind
        for kind in session.kinds
        if kind.namespaced
        and "list" in kind.verbs
        and kind not in found
        and "." in kind.group
        and not kind.group.endswith(_NOT_OURS)
        and not KNOWN.issuperset(said.intersection(_words_of(kind)))
    ]
    return [
        kind
        for kind in found
        if any(name in said or (" " in name and f" {name} " in f" {text} ") for name in _words_of(kind) if name)
    ]


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
        if topic is Topic.WHY:
            raw = next(raw for view, raw in fleet.pairs if view is chosen)
            diagnosis = diagnose_request(transport, session.orders, chosen, raw)
        judged = [diagnosis.judged] if diagnosis else judge_all(transport, (chosen,))
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
    names = (kind.kind.lower(), kind.singular, kind.plural, kind.resource, *kind.short_names)
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
