"""The sidecar's own parts in one thread: list bytes or stream -> decode -> store -> observe -> conclude -> patch bytes.

The app is wired but never started; its reflectors, its look at the Secret and the turns of its requests are called one
after the other, against a server in memory.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import Facts, Observation
from platform_status_contract.rules.projection import Projection
from platform_status_contract.sources.objects.kinds import object_kinds
from platform_status_contract.sources.registry import KINDS, declared_kinds
from platform_status_kube.errors import NotFoundError, RefusedError, TransportError
from platform_status_sidecar.app import App
from platform_status_sidecar.kinds import watched_kinds
from platform_status_sidecar.metrics import collect, exposition
from platform_status_sidecar.reconcile import Turn
from platform_status_sidecar.settings import SidecarSettings
from platform_status_sidecar.watch.reflector import Reflector
from platform_status_sidecar.watch.secrets import SecretPolls
from platform_status_sidecar.workers import Turns
from platform_status_sidecar.write.plan import apply

from .world import PROMISE, QUEUE, SECRET

__all__ = ["NOW", "Said", "say"]

NOW = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
_DECLARED = msgspec.json.encode(object_kinds([msgspec.convert(QUEUE, ObjectEntry)])).decode()
_SETTINGS = SidecarSettings(promise=PROMISE, listen_host="127.0.0.1", listen_port=0, write_interval=0)


@dataclass
class _Clock:
    """Wall time stands still; what paces the writes can be moved."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class _Server:
    """An API server that holds documents as bytes; the end of a first reading ends who read it.

    Attributes:
        documents: Path -> the objects there.
        secret: Whether the Secret exists.
        streams: Whether a watch may begin with the objects that there are.
        stop: Set once everything there was has been understood: in a stream after its last word, else by the watch.
        patches: Bodies of the patches.
        requests: The requests, as the last patch left them.
    """

    documents: dict[str, Sequence[bytes]]
    secret: bool
    streams: bool
    stop: threading.Event
    patches: list[Any] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)

    def list_page(self, path: str, **_options: object) -> bytes:
        return _page(self.documents[path])

    @contextmanager
    def watch(
        self, path: str, *, resource_version: str, initial: bool = False, **_options: object
    ) -> Iterator[Iterator[bytes]]:
        assert initial == (not resource_version), "a watch goes on from what was read, or begins with everything"
        if initial and not self.streams:
            raise RefusedError(f"watch {path}: sendInitialEvents is forbidden for watch", status=422)
        yield self._lines(self.documents[path] if initial else None)

    def _lines(self, documents: Sequence[bytes] | None) -> Iterator[bytes]:
        if documents is not None:
            yield from (_line(b"ADDED", document) for document in documents)
            yield _line(b"BOOKMARK", _END)
        # Whoever asks for more has taken all of that in.
        self.stop.set()

    def get(self, path: str, **_options: object) -> bytes:
        if not self.secret:
            raise NotFoundError(f"GET {path}", status=404)
        return b"{}"

    def patch(self, path: str, body: bytes) -> bytes:
        assert path.endswith("/status")
        with _deep():
            patch = json.loads(body)
            self.patches.append(patch)
            [before] = self.requests
            metadata = {**before["metadata"], "resourceVersion": str(100 + len(self.patches))}
            after = {**before, "metadata": metadata, "status": apply(before.get("status"), patch["status"])}
            self.requests = [after]
            return json.dumps(after).encode()

    def create(self, path: str, body: bytes) -> bytes:
        raise AssertionError(f"nothing is created: {path} {body!r}")

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def _deep() -> Iterator[None]:
    """Let the server of these tests, not the sidecar, read what is nested as deeply as a real one would."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@dataclass(frozen=True)
class Said:
    """What came out at the end of the line.

    Attributes:
        before: `.status` of the request as it was read.
        after: The same, after what was written.
        projections: Every conclusion, in order.
        patches: Every write, in order.
        blind: Kinds whose list could not be understood.
        metrics: What a scrape says at the end.
    """

    before: Any
    after: Any
    projections: list[Projection]
    patches: list[Any]
    blind: list[Source]
    metrics: str

    @property
    def is_ready(self) -> bool:
        return any(found.phase is Phase.READY for found in self.projections)


def say(
    world: Mapping[str, Sequence[bytes]],
    *,
    secret: bool = True,
    streams: bool = True,
    declared: str = _DECLARED,
) -> Said:
    """Carry a world through the whole line, until nothing more is to be done.

    Args:
        world: The objects of each kind, each as the API server would send it.
        secret: Whether the Secret of the contract exists.
        streams: Whether the server streams what there is; without it everything is listed in pages.
        declared: The kinds that the contract names under `objects`, as the sidecar is told of them.

    Raises:
        Exception: Whatever the sidecar would have logged as a defect of its own.
    """
    projections: list[Projection] = []

    def note(history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
        projections.append(conclude(history, observation, facts, now))
        return projections[-1]

    clock, stop = _Clock(), threading.Event()
    more = declared_kinds(declared)
    kinds = {kind.source: kind for kind in watched_kinds(_SETTINGS.resource, PROMISE, {**KINDS, **more}.values())}
    there = {str(source): found for source, found in world.items()}
    documents = {kind.path: there.get(kind.source, ()) for kind in kinds.values()}
    with _deep():
        requests = [json.loads(document) for document in world[Source.REQUESTS]]
    server = _Server(documents, secret, streams, stop, requests=requests)
    settings = replace(_SETTINGS, kinds=more)
    app = App(settings, transport=server, clock=clock, identity="hostile", rules=note)
    try:
        for kind in kinds.values():
            stop.clear()
            if app.store.needed[kind.source].is_set():
                Reflector(kind, transport=_Impatient(server), store=app.store, clock=clock, stop=stop).run()
        SecretPolls(transport=server, store=app.store, clock=clock).ask(SECRET)
        _work(app, clock)
        blind = [source for source in Source if app.store.state(source).failure]
        scrape = collect(app.outcomes, app.store, version="0", lease="a/b", lease_age=None, now=NOW)
        metrics = b"".join(exposition(scrape)).decode()
    finally:
        app.close()
    return Said(_status(requests), _status(server.requests), projections, server.patches, blind, metrics)


class _Impatient(_Server):
    """The same server for a reflector: it is read once, and a reading that it did not understand ends it.

    A second reading would do it no good: a stream that was not understood must not be made up for by a list.
    """

    def __init__(self, server: _Server) -> None:
        super().__init__(server.documents, server.secret, server.streams, server.stop)
        self._read = False

    def list_page(self, path: str, **options: object) -> bytes:
        self._once()
        return super().list_page(path, **options)

    def _lines(self, documents: Sequence[bytes] | None) -> Iterator[bytes]:
        if documents is not None:
            self._once()
        return super()._lines(documents)

    def _once(self) -> None:
        if self._read:
            self.stop.set()
        self._read = True


def _work(app: App, clock: _Clock) -> None:
    """Do what a worker does, three times over: a sidecar that never rests writes at each."""
    woken: set[Key] = set()

    def turn(key: Key, on_decision: Callable[[Turn], None]) -> Turn:
        woken.add(key)
        done = app.reconciler.turn(key, on_decision)
        if done.error and not isinstance(done.error, TransportError):
            # the worker would go on after a defect, a test must not
            raise done.error
        return done

    turns = Turns(app.queue, app.observer.observed(turn))
    for _ in range(3):
        # More than any hold of a write (design.md section 6, rule 5).
        clock.seconds += 100
        for key in woken:
            app.queue.add(key)
        while turns.next(0):
            pass


_END = b'{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}'


def _line(kind: bytes, document: bytes) -> bytes:
    return b'{"type":"' + kind + b'","object":' + document + b"}"


def _page(documents: Sequence[bytes]) -> bytes:
    return b'{"metadata":{"resourceVersion":"9"},"items":[' + b",".join(documents) + b"]}"


def _status(requests: list[Any]) -> Any:  # noqa: ANN401 - any JSON
    found = requests[0] if requests else None
    return found.get("status") if isinstance(found, dict) else None
