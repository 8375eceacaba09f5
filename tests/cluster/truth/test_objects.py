"""Objects of kinds that nobody here knows: by name and by label, late and gone, and never beyond the Promise's."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import msgspec
import pytest

from localplane.client import Client
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.sources.objects.declared import declared_objects
from platform_status_contract.sources.objects.kinds import kind_of
from platform_status_contract.sources.source import ObservedKind
from platform_status_pipeline.promise.watches import watch_rules

from .conftest import RunSidecar
from .objects import condition
from .places import Past, Place, ready_of

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

Json = dict[str, Any]

GROUP = "objects.example.org"
NOTHING = {"application": None, "subApplications": None, "workloads": None, "secrets": None, "works": False}
DATABASE = {
    "name": "database",
    "apiVersion": f"{GROUP}/v1",
    "kind": "Database",
    "resource": "databases",
    "scope": "Namespaced",
    "ready": {"field": "status.phase", "in": ["Running"], "failed": ["Failed"]},
}
QUEUE = {"name": "queue", "apiVersion": f"{GROUP}/v1", "kind": "Queue", "resource": "queues", "scope": "Namespaced"}


def crd(kind: str) -> Json:
    plural = f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "scope": "Namespaced",
            "versions": [version],
        },
    }


def declared(*entries: Mapping[str, object]) -> dict[str, ObservedKind]:
    """The kinds as the workflow of a Promise tells its sidecar of them; one that is missing is asked for soon again."""
    where = {"Namespaced": {"namespace": "${metadata.namespace}"}, "Cluster": {}}
    templates = [{**entry, **where[str(entry["scope"])], "object": "${spec.name}"} for entry in entries]
    kinds = [kind_of(found) for found in declared_objects(templates)]
    return {kind.source: msgspec.structs.replace(kind, missing_interval=0.2) for kind in kinds}


class Operators:
    """Whoever installs the kinds, and plays their operators."""

    def __init__(self, admin: Client, namespace: str) -> None:
        self.admin = admin
        self.namespace = namespace

    def install(self, kind: str) -> None:
        self.admin.apply(crd(kind))
        self.admin.wait_for(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            f"{kind.lower()}s.{GROUP}",
            lambda found: any(
                item["type"] == "Established" and item["status"] == "True"
                for item in found.get("status", {}).get("conditions") or ()
            ),
            timeout=20,
            until="it is established",
        )

    def remove(self, kind: str) -> None:
        name = f"{kind.lower()}s.{GROUP}"
        self.admin.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, missing_ok=True)
        # the next test may give the same plural another kind, which a definition that is going refuses
        self.admin.wait_gone("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, timeout=20)

    def make(self, kind: str, name: str, status: object, **metadata: object) -> None:
        made = {
            "apiVersion": f"{GROUP}/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": self.namespace, **metadata},
        }
        self.admin.replace({**self.admin.create(made), "status": status}, subresource="status")

    def say(self, kind: str, name: str, status: object) -> None:
        self.admin.patch(f"{GROUP}/v1", kind, name, {"status": status}, namespace=self.namespace, subresource="status")

    def label(self, kind: str, name: str, part: str | None) -> None:
        patch = {"metadata": {"labels": {"part": part}}}
        self.admin.patch(f"{GROUP}/v1", kind, name, patch, namespace=self.namespace)

    def delete(self, kind: str, name: str) -> None:
        self.admin.delete(f"{GROUP}/v1", kind, name, namespace=self.namespace)


@pytest.fixture
def operators(place: Place) -> Iterator[Operators]:
    found = Operators(place.admin, place.namespace)
    yield found
    for kind in ("Database", "Queue"):
        found.remove(kind)


def names(entry: Mapping[str, object], namespace: str, **more: object) -> Json:
    return {**entry, "namespace": namespace, **(more or {"object": "media"})}


def ask(place: Place, *entries: Json) -> None:
    place.ask(Past(contract={**NOTHING, "objects": list(entries)}))


def message_of(place: Place) -> str:
    ready = ready_of(place.read()["status"])
    assert ready is not None
    return str(ready["message"])


@pytest.mark.parametrize("kind", ["Database", "database"])
def test_a_named_object_is_followed_from_its_making_to_its_end(
    place: Place, run: RunSidecar, operators: Operators, kind: str
) -> None:
    entry = {**DATABASE, "kind": kind}
    operators.install(kind)
    ask(place, names(entry, place.namespace))
    with run(kinds=declared(entry)) as sidecar:
        place.await_status("Progressing", "ObjectMissing")
        operators.make(kind, "other", {"phase": "Failed"})
        operators.make(kind, "media", {"phase": "Starting"})
        operators.say(kind, "media", {"phase": "Running"})
        status = place.await_status("Ready")["status"]
        assert status["health"]["objects"] == {"ready": 1, "total": 1, "summary": "1/1", "unready": []}
        assert {"Ready", "DatabaseReady"} <= {item["type"] for item in status["conditions"] if item["status"] == "True"}
        operators.say(kind, "media", {"phase": "Failed"})
        place.await_status("Degraded", "ObjectFailed")
        assert f"{kind} media" in message_of(place)
        operators.say(kind, "media", {"phase": "Running"})
        place.await_status("Ready")
        operators.delete(kind, "media")
        place.await_status("Degraded", "ObjectMissing")
        kept = sidecar.app.store.within(f"databases.v1.{GROUP}", place.namespace)
        assert kept == [], "an object that no contract names is not kept"


def test_selected_objects_count_together_and_a_late_contract_finds_what_was_there_before(
    place: Place, run: RunSidecar, operators: Operators
) -> None:
    operators.install("Queue")
    ready = {"conditions": [condition("Ready", "True", "Up")]}
    for name in ("a", "b"):
        operators.make("Queue", name, ready, labels={"app": "media"})
    operators.make("Queue", "c", {"conditions": [condition("Ready", "False", "Down")]}, labels={"app": "other"})
    chosen = {"matchLabels": {"app": "media"}}
    kinds = declared({**QUEUE, "selector": {"matchLabels": {"app": "${spec.name}"}}})
    with run(kinds=kinds):
        ask(place, names(QUEUE, place.namespace, selector=chosen, minimum=2))
        status = place.await_status("Ready")["status"]
        assert status["health"]["objects"]["total"] == 2
        operators.say("Queue", "b", {"conditions": [condition("Ready", "False", "Down", "no disk is left")]})
        place.await_status("Degraded", "ObjectNotReady")
        assert "no disk is left" in message_of(place)


@pytest.mark.parametrize("late", [False, True], ids=["watched-from-the-first", "contract-comes-late"])
def test_a_watch_selector_limits_what_is_watched(
    place: Place,
    run: RunSidecar,
    operators: Operators,
    late: bool,  # noqa: FBT001 - drawn
) -> None:
    operators.install("Queue")
    entry = {**QUEUE, "watchSelector": {"matchLabels": {"part": "media"}}}
    operators.make("Queue", "media", {"conditions": [condition("Ready", "True", "Up")]})
    if not late:
        ask(place, names(entry, place.namespace))
    with run(kinds=declared(entry)) as sidecar:
        if late:
            ask(place, names(entry, place.namespace))
        place.await_status("Progressing", "ObjectMissing")
        kept = partial(sidecar.app.store.within, f"queues.v1.{GROUP}", place.namespace)
        assert kept() == [], "it is named, and not watched"
        operators.label("Queue", "media", "media")
        place.await_status("Ready")
        operators.label("Queue", "media", None)
        place.await_status("Degraded", "ObjectMissing")
        assert kept() == []


def test_a_kind_with_too_many_objects_is_not_read_until_there_are_fewer(
    place: Place, run: RunSidecar, operators: Operators
) -> None:
    operators.install("Queue")
    for name in ("media", "b", "c"):
        operators.make("Queue", name, {"conditions": [condition("Ready", "True", "Up")]})
    ask(place, names(QUEUE, place.namespace))
    kinds = {source: msgspec.structs.replace(kind, max_objects=2) for source, kind in declared(QUEUE).items()}
    with run(kinds=kinds) as sidecar:
        status = place.await_status("Unknown", "SourceUnreadable")["status"]
        assert {"KindTooLarge"} == {item["reason"] for item in status["conditions"] if item["type"] == "QueueReady"}
        assert "give the entry a watchSelector" in message_of(place)
        failure = sidecar.app.store.state(f"queues.v1.{GROUP}").failure
        assert failure is not None
        assert failure.reason is Reason.KIND_TOO_LARGE
        operators.delete("Queue", "c")
        place.await_status("Ready")


def test_a_kind_that_comes_late_is_waited_for_and_one_that_goes_is_missed(
    place: Place, run: RunSidecar, operators: Operators
) -> None:
    ask(place, names(QUEUE, place.namespace))
    with run(kinds=declared(QUEUE)):
        place.await_status("Progressing")
        assert "does not know the kind" in message_of(place)
        operators.install("Queue")
        operators.make("Queue", "media", {"conditions": [condition("Ready", "True", "Up")]})
        place.await_status("Ready")
        operators.remove("Queue")
        place.await_status("Degraded", "ObjectMissing")


def test_a_wrong_scope_is_named_with_the_right_one(place: Place, run: RunSidecar, operators: Operators) -> None:
    operators.install("Queue")
    entry = {**QUEUE, "scope": "Cluster"}
    ask(place, {**entry, "object": "media"})
    with run(kinds=declared(entry)):
        place.await_status("Progressing", "KindMissing")
        assert "the scope of Queue is Namespaced, not Cluster" in message_of(place)


def test_a_contract_cannot_reach_beyond_its_promise(place: Place, run: RunSidecar, operators: Operators) -> None:
    operators.install("Database")
    ask(place, names(QUEUE, place.namespace))
    with run(kinds=declared(DATABASE)) as sidecar:
        place.await_status("Unknown", "InvalidContract")
        assert f"Queue (queues.v1.{GROUP})" in message_of(place)
        assert not sidecar.app.store.needed[f"databases.v1.{GROUP}"].is_set()


def test_the_rights_that_the_workflow_gives_are_those_that_are_watched(admin: Client) -> None:
    del admin
    rules = watch_rules(declared_objects([{**DATABASE, "namespace": "x", "object": "x"}]))
    assert {"apiGroups": [GROUP], "resources": ["databases"], "verbs": ["list", "watch"]} in rules
    assert all("secrets" not in rule["resources"] for rule in rules)
