"""A clock that tests turn by hand, an API server in memory, and builders of objects as the API server sends them."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.interest import Place
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.sources.registry import KINDS
from platform_status_contract.sources.workloads.pod_record import PodRecord
from platform_status_kube.errors import TransportError
from platform_status_sidecar.store import Store

NOW = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
PROMISE = "vcluster-orchestrator-v2"
MEDIA: Key = ("team", "media")
Json = dict[str, Any]

CONTRACT: Json = {
    "version": "v1",
    "generation": 1,
    "displayName": "VCluster",
    "name": "media",
    "application": {"namespace": "argocd", "name": "vcluster-media", "generationAnnotation": "x.org/generation"},
    "subApplications": {"namespace": "argocd", "destination": {"server": "https://media:443", "name": "media"}},
    "workloads": {"namespace": "vcluster-media", "controllers": [{"kind": "StatefulSet", "name": "vcluster-media"}]},
    "secrets": [{"role": "kubeconfig", "namespace": "vcluster-media", "name": "kubeconfig"}],
    "works": True,
}


DECODERS = {Source.REQUESTS: decode_request, **{Source(source): kind.decode for source, kind in KINDS.items()}}
"""The decoder of each kind."""


class TurnedClock:
    """Both clocks, moved by `advance`."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1000)

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Call:
    """One call that the transport saw."""

    verb: str
    path: str
    body: Json | None = None
    options: Json = field(default_factory=dict)


class ScriptedServer:
    """A transport whose answers are scripted per verb, in order; `calls` tells what was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: dict[str, deque[object]] = {}

    def will(self, verb: str, *answers: object) -> "ScriptedServer":
        """Append answers: JSON, an error to raise, or for a watch a list of events and errors."""
        self.answers.setdefault(verb, deque()).extend(answers)
        return self

    def _answer(self, call: Call) -> object:
        self.calls.append(call)
        answer = self.answers[call.verb].popleft()
        if isinstance(answer, TransportError):
            raise answer
        return answer

    def list_page(
        self,
        path: str,
        *,
        limit: int,
        continue_token: str = "",
        selector: str = "",
        fields: str = "",
        metadata_only: bool = False,
        most: int = 0,
    ) -> bytes:
        assert most >= 0
        options = {"limit": limit, "continue": continue_token, "selector": selector, "metadata_only": metadata_only}
        options |= {"fields": fields} if fields else {}
        return encode(self._answer(Call("list", path, options=options)))

    @contextmanager
    def watch(
        self,
        path: str,
        *,
        resource_version: str,
        seconds: int,
        selector: str = "",
        metadata_only: bool = False,
        initial: bool = False,
    ) -> Iterator[Iterator[bytes]]:
        options = {
            "initial": initial,
            "version": resource_version,
            "seconds": seconds,
            "selector": selector,
            "metadata_only": metadata_only,
        }
        yield self._lines(self._answer(Call("watch", path, options=options)))

    def _lines(self, events: object) -> Iterator[bytes]:
        assert isinstance(events, list)
        for event in events:
            if isinstance(event, TransportError):
                raise event
            if callable(event):
                event()
            else:
                yield encode(event)

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        return encode(self._answer(Call("get", path, options={"metadata_only": metadata_only})))

    def patch(self, path: str, body: bytes) -> bytes:
        return encode(self._answer(Call("patch", path, body=json.loads(body))))

    def create(self, path: str, body: bytes) -> bytes:
        return encode(self._answer(Call("create", path, body=json.loads(body))))

    def close(self) -> None:
        self.calls.append(Call("close", ""))


def encode(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def contract(**changes: object) -> Contract:
    found = read_contract({"contract": {**CONTRACT, **changes}})
    assert isinstance(found, Contract), found
    return found


def pods_in(store: Store, namespace: str) -> list[PodRecord]:
    return [record for record in store.within(Source.PODS, namespace) if isinstance(record, PodRecord)]


@dataclass
class Watched:
    """A store, and what it told its listeners."""

    store: Store
    clock: TurnedClock
    woken: list[Key]
    polled: list[Key]
    covered: list[Place]

    def put(self, source: Source, *objects: Json) -> list[Key]:
        """Put objects as the API server sends them; return who was woken by them, each once, sorted."""
        self.woken.clear()
        for item in objects:
            record = DECODERS[source](encode(item))
            assert record
            self.store.put(source, record)
        return sorted(set(self.woken))

    def remove(self, source: Source, key: Key) -> list[Key]:
        self.woken.clear()
        self.store.remove(source, key)
        return sorted(set(self.woken))

    def sync(self, *sources: Source) -> None:
        for source in sources or Source:
            self.store.note_synced(source, self.clock.now())


def watched(wake: Callable[[Key], None] = lambda _key: None, *, silent_after: float = 0.0) -> Watched:
    """A store that has not been told anything yet.

    Args:
        wake: Called, beside what is noted, with whoever is woken.
        silent_after: Seconds after which Argo CD counts as silent; 0 for never.
    """
    clock, woken, polled, covered = TurnedClock(), list[Key](), list[Key](), list[Place]()

    def note(key: Key, *, bulk: bool) -> None:  # noqa: ARG001 - the tests of shards tell them apart
        woken.append(key)
        wake(key)

    store = Store(
        promise=PROMISE,
        clock=clock,
        wake=note,
        poll=polled.append,
        cover=covered.append,
        silent_after=silent_after,
    )
    return Watched(store, clock, woken, polled, covered)


def meta(key: Key, version: int = 1, **more: object) -> Json:
    return {"namespace": key[0], "name": key[1], "uid": f"uid-{key[1]}", "resourceVersion": str(version), **more}


def request(status: object = None, *, key: Key = MEDIA, version: int = 1, generation: int = 1, **more: object) -> Json:
    if status is None:
        status = settled()
    metadata = meta(key, version, generation=generation, **more)
    return {"kind": "VClusterOrchestratorV2", "metadata": metadata, "spec": {}, "status": status}


def settled(contract_: object = None, **more: object) -> Json:
    """A status as Kratix leaves it after a completed workflow, with a contract."""
    completed = {
        "type": "ConfigureWorkflowCompleted",
        "status": "True",
        "reason": "PipelinesExecutedSuccessfully",
        "message": "Pipelines completed",
        "lastTransitionTime": "2026-02-26T10:00:00Z",
    }
    return {
        "contract": contract_ or CONTRACT,
        "observedGeneration": 1,
        "message": "Resource requested",
        "conditions": [completed],
        **more,
    }


def application(
    name: str = "vcluster-media", sync: str = "Synced", health: str = "Healthy", *, server: str = "", **more: object
) -> Json:
    return {
        "metadata": {**meta(("argocd", name)), **more},
        "spec": {"source": {"repoURL": "https://r"}, "destination": {"server": server or "https://kubernetes"}},
        "status": {"sync": {"status": sync}, "health": {"status": health}},
    }


def pod(name: str = "p0", namespace: str = "vcluster-media", *, ready: str = "True", **more: object) -> Json:
    conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": "2026-02-26T10:00:00Z"}]
    return {"metadata": {**meta((namespace, name)), **more}, "status": {"phase": "Running", "conditions": conditions}}


def work(name: str = "work", resource: str = "media", promise: str = PROMISE) -> Json:
    labels = {"kratix.io/promise-name": promise, "kratix.io/resource-name": resource}
    return {"metadata": meta(("team", name), labels=labels), "spec": {"workloadGroups": [{"id": "a"}]}}


def placement(name: str = "place", of: str = "work", written: str = "True") -> Json:
    return {
        "metadata": meta(("team", name), labels={"kratix.io/work": of}),
        "spec": {"targetDestinationName": "platform", "id": "a"},
        "status": {"conditions": [{"type": "WriteSucceeded", "status": written, "message": "text"}]},
    }


def stateful_set(paused: str = "", name: str = "vcluster-media") -> Json:
    annotations = {"loft.sh/paused": paused} if paused else {}
    return {"metadata": meta(("vcluster-media", name), annotations=annotations)}


def everything() -> dict[Source, Json]:
    """One healthy object of each kind that `CONTRACT` names."""
    return {
        Source.REQUESTS: request(),
        Source.APPLICATIONS: application(),
        Source.PODS: pod(),
        Source.WORKS: work(),
        Source.WORK_PLACEMENTS: placement(),
        Source.STATEFUL_SETS: stateful_set(),
    }
