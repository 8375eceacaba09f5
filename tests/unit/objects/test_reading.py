"""What a template declares, what a contract makes of interest, and what is said of the objects that it names."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.objects import MAX_OBJECTS_OF_A_KIND, ObjectEntry
from platform_status_contract.model.selectors import Selector
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION, Reason
from platform_status_contract.observing.interest import Place, Topic
from platform_status_contract.observing.observe import observe
from platform_status_contract.observing.records import Key, Record
from platform_status_contract.observing.sources import Failure, SourceState
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.conclude import tabulate
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import ObjectSeen, Observation, Present, Silence, Unreadable
from platform_status_contract.sources.objects.declared import DeclaredError, declared_objects, declared_outputs
from platform_status_contract.sources.objects.kinds import kind_of, object_kinds
from platform_status_contract.sources.registry import (
    SOURCES,
    declared_kinds,
    interest_in,
    kinds_for,
    out_of_reach,
    source_of,
)
from platform_status_contract.sources.source import FOREIGN, Basis, Json, ObservedKind
from platform_status_sidecar.kinds import watched_kinds
from tests.unit.rules.worlds import NOW

from .test_whole import contract_of, facts_of

REQUEST: Key = ("team-a", "films")
SOURCE = "queues.v1.example.org"
QUEUE = ObjectEntry("queue", "example.org/v1", "Queue", "queues", "Namespaced", "team-a", "films")
CHOSEN = msgspec.structs.replace(QUEUE, object=None, selector=Selector({"app": "films"}), minimum=2)
TEMPLATE: dict[str, Any] = {
    "name": "queue",
    "apiVersion": "example.org/v1",
    "kind": "Queue",
    "resource": "queues",
    "scope": "Namespaced",
    "namespace": "${metadata.namespace}",
    "object": "${spec.name}",
}
PART = Selector({"part": "media"})
WATCHED = msgspec.structs.replace(QUEUE, watch_selector=PART)
BY_LABEL = {key: value for key, value in TEMPLATE.items() if key != "object"}


class Cluster:
    """A view of a few objects."""

    promise = ""

    def __init__(self, contract: Contract, *objects: Json, failure: Reason | None = None) -> None:
        self._failure = Failure(failure, NOW, "no") if failure else None
        self.kinds = kinds_for(contract)
        decode = self.kinds[SOURCE].decode
        records = (decode(msgspec.json.encode(item)) for item in objects)
        self._records = {record.key: record for record in records if record is not None}

    def state(self, source: str) -> SourceState:
        del source
        return SourceState(synced=self._failure is None, failure=self._failure)

    def is_known(self, place: Place) -> bool:
        return place[0] == SOURCE

    def record(self, source: str, key: Key) -> Record | None:
        del source
        return self._records.get(key)

    def within(self, source: str, namespace: str) -> list[Record]:
        del source
        return [record for key, record in sorted(self._records.items()) if key[0] == namespace]

    def group(self, source: str, topics: Iterable[Topic]) -> list[Record]:
        raise AssertionError((source, topics))

    def silence(self, source: str, record: Record) -> Silence | None:
        raise AssertionError((source, record))

    def secret(self, key: Key) -> None:
        raise AssertionError(key)


def queue(name: str, status: str = "True", *, app: str = "films", **metadata: object) -> Json:
    said = {"type": "Ready", "status": status, "reason": "Because", "message": "" if status == "True" else "no disk"}
    return {
        "apiVersion": "example.org/v1",
        "kind": "Queue",
        "metadata": {"name": name, "namespace": "team-a", "generation": 1, "labels": {"app": app}, **metadata},
        "status": {"conditions": [said], "observedGeneration": 1},
    }


def described(entry: ObjectEntry, *objects: Json, failure: Reason | None = None) -> list[Basis]:
    contract = contract_of(entry)
    view = Cluster(contract, *objects, failure=failure)
    seen = observe(view, REQUEST, contract)
    assert isinstance(seen, Observation)
    table = tabulate(History(), contract, seen, facts_of(contract), Clock(NOW))
    (found,) = table.assessments
    return list(source_of(found).describe(found, view, contract, REQUEST, Clock(NOW)))


def test_an_object_of_another_request_is_described_by_its_owner_alone_and_one_that_was_only_found_not_at_all() -> None:
    theirs: dict[str, Any] = {"annotations": {OWNER_ANNOTATION: "team-b/films"}}
    (named,) = described(QUEUE, queue("films", "False", **theirs))
    assert (named.key, named.says, named.culprit) == (("team-a", "films"), FOREIGN, True)
    found = described(CHOSEN, queue("a"), queue("b", "False", **theirs))
    assert [item.key for item in found] == [("team-a", "a")]


@pytest.mark.parametrize("broken", [{}, {"ownerReferences": 7, "generation": "x"}])
def test_what_cannot_be_read_has_an_owner_all_the_same(broken: dict[str, Any]) -> None:
    theirs = {"annotations": {OWNER_ANNOTATION: "team-b/films"}, **broken}
    contract = contract_of(QUEUE)
    seen = observe(Cluster(contract, queue("films", **theirs)), REQUEST, contract)
    assert isinstance(seen, Observation)
    assert seen.objects == (Present((ObjectSeen("", "", foreign=True),)),)


def test_a_template_declares_kinds_and_what_is_read_of_them_but_no_object() -> None:
    by_field = {**BY_LABEL, "selector": {"matchLabels": {"app": "${spec.name}"}}, "generationAnnotation": "x.org/for"}
    by_field |= {"ready": {"field": "status.phase", "in": ["Up"]}}
    (found,) = declared_objects([TEMPLATE, by_field])
    assert (found.source, found.group) == (SOURCE, "example.org")
    assert {"field status.phase", "annotation x.org/for", "label app", "condition Ready"} <= found.wanted.words
    told = msgspec.json.encode([found]).decode()
    assert declared_kinds(told)[SOURCE].reads == found.wanted.words


def test_a_cluster_wide_kind_of_the_core_needs_neither_group_nor_namespace() -> None:
    entry = {key: value for key, value in TEMPLATE.items() if key != "namespace"}
    entry |= {"apiVersion": "v1", "kind": "Namespace", "resource": "namespaces", "scope": "Cluster"}
    (found,) = declared_objects([entry])
    kind = kind_of(found)
    assert (kind.source, kind.group, kind.path(), kind.namespaced) == ("namespaces.v1", "", "/api/v1/namespaces", False)


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({**TEMPLATE, "kind": "Secret"}, "objects[0]"),
        ({**TEMPLATE, "generationAnnotation": "${spec.key}"}, "objects[0].generationAnnotation"),
        ({**TEMPLATE, "watchSelector": {"matchLabels": {"app": "${spec.app}"}}}, "objects[0].watchSelector"),
        ({**TEMPLATE, "watchSelector": "${spec.selector}"}, "objects[0].watchSelector"),
        ({**BY_LABEL, "selector": "${spec.selector}"}, "objects[0].selector"),
        ({**BY_LABEL, "selector": {"matchLabels": "${spec.labels}"}}, "objects[0].selector"),
        ({**BY_LABEL, "selector": {"matchLabels": {"${spec.key}": "x"}}}, "objects[0].selector"),
        ({**BY_LABEL, "selector": {"matchExpressions": "${spec.all}"}}, "objects[0].selector"),
        ({**BY_LABEL, "selector": {"matchExpressions": ["${spec.one}"]}}, "objects[0].selector"),
        ({**BY_LABEL, "selector": {"matchExpressions": [{"key": "${spec.key}"}]}}, "objects[0].selector"),
    ],
)
def test_what_is_read_may_not_depend_on_the_request(entry: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=r"^objects\[0\]") as refused:
        declared_objects([entry])
    assert str(refused.value).startswith(named)


def test_a_name_is_a_place_of_one_and_a_selector_a_whole_namespace() -> None:
    interest = interest_in(contract_of(QUEUE, msgspec.structs.replace(CHOSEN, name="all")), REQUEST)
    assert interest.places == ((SOURCE, "team-a", ""), (SOURCE, "team-a", "films"))
    assert interest.sources == (SOURCE,)
    assert {(SOURCE, "team-a", "films"), (SOURCE, "team-a")} < set(interest.topics)


def test_a_change_of_an_object_concerns_who_names_it_and_who_selects_there() -> None:
    (found,) = object_kinds([QUEUE])
    kind = kind_of(found)
    record = kind.decode(msgspec.json.encode(queue("films")))
    assert record is not None
    assert set(kind.about(record)) == {(SOURCE, "team-a", "films"), (SOURCE, "team-a")}


def test_a_kind_that_cannot_be_read_is_named_as_a_whole() -> None:
    contract = contract_of(QUEUE)
    seen = observe(Cluster(contract, failure=Reason.FORBIDDEN), REQUEST, contract)
    assert isinstance(seen, Observation)
    assert seen.objects == (Unreadable(Reason.FORBIDDEN, NOW, None),)
    (basis,) = described(QUEUE, failure=Reason.FORBIDDEN)
    assert basis.key == ("team-a", "")


def test_what_is_said_of_an_object_is_what_rules_read_and_then_its_words() -> None:
    going = queue("films", "False", deletionTimestamp="2026-02-26T10:00:00Z")
    (basis,) = described(QUEUE, going)
    assert basis.culprit
    assert basis.says == "being deleted, Ready False, generation 1, observed 1: no disk"
    silent = {**queue("films"), "status": {}}
    assert described(QUEUE, silent)[0].says == "says nothing of itself"
    broken = {**queue("films"), "status": {"conditions": 5}}
    assert described(QUEUE, broken)[0].says.startswith("cannot be read: ")


def test_of_selected_objects_those_that_are_not_ready_are_the_culprits() -> None:
    found = described(CHOSEN, queue("a"), queue("b", "False"), queue("c", app="other"))
    assert [(basis.key[1], basis.culprit) for basis in found] == [("a", False), ("b", True)]


def test_an_object_that_does_not_exist_is_named() -> None:
    (basis,) = described(QUEUE)
    assert (basis.key, basis.absent, basis.culprit) == (("team-a", "films"), True, True)


class Fetched:
    """Hears what a dump asks for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, str]] = []
        self.kept: list[Json] = []

    def list(self, kind: ObservedKind, namespace: str, *, labels: str = "", fields: str = "") -> list[Json]:
        self.asked.append((kind.source, namespace, labels, fields))
        return [queue("films")]

    def one(self, kind: ObservedKind, key: Key) -> None:
        raise AssertionError((kind, key))

    def keep(self, found: Iterable[Json]) -> None:
        self.kept += found


def test_a_dump_asks_for_what_the_entries_name() -> None:
    contract, fetched = contract_of(QUEUE, msgspec.structs.replace(CHOSEN, name="all")), Fetched()
    source = next(source for source in SOURCES if "objects" in source.names)
    source.collect(fetched, contract, {})
    assert fetched.asked == [(SOURCE, "team-a", "", "metadata.name=films"), (SOURCE, "team-a", "app=films", "")]
    assert len(fetched.kept) == 2


def test_a_dump_asks_for_no_object_that_a_watch_selector_leaves_out() -> None:
    contract, fetched = (
        contract_of(WATCHED, msgspec.structs.replace(CHOSEN, name="all", watch_selector=PART)),
        Fetched(),
    )
    source = next(source for source in SOURCES if "objects" in source.names)
    source.collect(fetched, contract, {})
    labels = [(asked[2], asked[3]) for asked in fetched.asked]
    assert labels == [("part=media", "metadata.name=films"), ("app=films,part=media", "")]


def test_a_contract_reaches_what_its_promise_declared_and_no_further() -> None:
    contract = contract_of(QUEUE)
    declared = {kind.source: kind for kind in map(kind_of, object_kinds([QUEUE]))}
    assert out_of_reach(contract, declared) == ""
    assert "which this Promise's template does not" in out_of_reach(contract, {})
    wide = {SOURCE: msgspec.structs.replace(declared[SOURCE], namespaced=False)}
    assert "it names Queue" in out_of_reach(contract, wide)
    poor = {SOURCE: msgspec.structs.replace(declared[SOURCE], reads=frozenset())}
    assert "it reads condition Ready" in out_of_reach(contract, poor)
    assert out_of_reach(contract_of(works=True), {}) == ""


@pytest.mark.parametrize(
    ("entries", "watched", "most"),
    [
        ([QUEUE], "", MAX_OBJECTS_OF_A_KIND),
        ([WATCHED], "part=media", 0),
        ([WATCHED, msgspec.structs.replace(CHOSEN, watch_selector=PART)], "part=media", 0),
        ([WATCHED, CHOSEN], "", MAX_OBJECTS_OF_A_KIND),
        ([CHOSEN, WATCHED], "", MAX_OBJECTS_OF_A_KIND),
        (
            [WATCHED, msgspec.structs.replace(QUEUE, watch_selector=Selector({"part": "other"}))],
            "",
            MAX_OBJECTS_OF_A_KIND,
        ),
        ([WATCHED, CHOSEN, WATCHED], "", MAX_OBJECTS_OF_A_KIND),
        ([msgspec.structs.replace(QUEUE, watch_selector=Selector())], "", MAX_OBJECTS_OF_A_KIND),
    ],
)
def test_a_kind_is_watched_by_the_selector_that_all_its_entries_have(
    entries: list[ObjectEntry], watched: str, most: int
) -> None:
    told = msgspec.json.encode(object_kinds(entries)).decode()
    kind = declared_kinds(told)[SOURCE]
    assert (kind.watch_selector, kind.max_objects) == (watched, most)
    (seen,) = watched_kinds("a.v1.b", "promise", [kind])[1:]
    assert (seen.selector, seen.max_objects) == (watched, most)


def test_a_contract_may_not_look_beyond_the_watch_selector_of_its_promise() -> None:
    declared = {kind.source: kind for kind in map(kind_of, object_kinds([WATCHED]))}
    assert out_of_reach(contract_of(WATCHED), declared) == ""
    assert "beyond the watchSelector part=media" in out_of_reach(contract_of(QUEUE), declared)
    everything = {kind.source: kind for kind in map(kind_of, object_kinds([WATCHED, QUEUE]))}
    assert out_of_reach(contract_of(WATCHED), everything) == ""


@pytest.mark.parametrize("entry", [WATCHED, msgspec.structs.replace(CHOSEN, watch_selector=PART, minimum=1)])
def test_what_a_watch_selector_leaves_out_does_not_count_even_where_everything_is_watched(entry: ObjectEntry) -> None:
    contract = contract_of(entry)

    def names(**labels: str) -> list[str]:
        seen = observe(Cluster(contract, queue("films", labels=labels)), REQUEST, contract)
        assert isinstance(seen, Observation)
        assert seen.objects is not None
        (reading,) = seen.objects
        assert isinstance(reading, Present)
        return [found.name for found in reading.value]

    assert names(app="films", part="media") == ["films"]
    assert names(app="films", part="other") == names(app="films") == []


def test_kinds_of_outputs_are_declared_as_the_entries_that_the_container_makes_of_them() -> None:
    output = {key: TEMPLATE[key] for key in ("name", "apiVersion", "kind", "resource", "scope")}
    (found,) = declared_outputs([output])
    assert found.source == SOURCE
    labels = {"label status.integratn.tech/promise", "label status.integratn.tech/request"}
    assert labels | {"annotation status.integratn.tech/request-generation"} <= found.wanted.words
    with pytest.raises(DeclaredError, match=r"^outputs.kinds\[0\]: found what cannot be read"):
        declared_outputs([{**output, "scope": "Everywhere"}])
