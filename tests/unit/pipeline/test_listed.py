"""What the documents of a run become: entries of objects, and marks."""

from typing import Any, Final

import msgspec
import pytest

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.outputs import OutputsPart
from platform_status_contract.template.yaml_text import dump, load_all
from platform_status_pipeline.errors import TemplateError
from platform_status_pipeline.template.listed import ListedOutputs, list_outputs

STORE: Final = {
    "name": "store",
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "resource": "statefulsets",
    "scope": "Namespaced",
}
CLASS: Final = {
    "name": "class",
    "apiVersion": "example.org/v1",
    "kind": "QueueClass",
    "resource": "queueclasses",
    "scope": "Cluster",
    "ready": {"exists": True},
}
REQUEST: Final = {"metadata": {"name": "films", "namespace": "team-a", "generation": 4}}
LABELS: Final = {"status.integratn.tech/promise": "queue", "status.integratn.tech/request": "team-a.films"}
ANNOTATION: Final = "status.integratn.tech/request-generation"


def listed(
    files: dict[str, str],
    *kinds: dict[str, Any],
    directories: tuple[str, ...] = (),
    **more: Any,  # noqa: ANN401 - other arguments
) -> ListedOutputs:
    outputs = msgspec.convert({"kinds": kinds or (STORE, CLASS)}, OutputsPart)
    given = {"promise": "queue", "request": REQUEST, **more}
    return list_outputs(outputs, files, directories, given["promise"], given["request"])


def problems(files: dict[str, str], **more: Any) -> list[str]:  # noqa: ANN401 - other arguments
    with pytest.raises(TemplateError) as caught:
        listed(files, **more)
    return [problem.line for problem in caught.value.problems]


def store(name: str = "store", namespace: str | None = "team-a", **metadata: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    where = {} if namespace is None else {"namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": name, **where, **metadata}}


def test_one_document_is_named_and_several_are_counted() -> None:
    found = listed({"a.yaml": dump(store(), {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}})})
    assert found.entries == [
        {**STORE, "namespace": "team-a", "generationAnnotation": ANNOTATION, "object": "store"},
    ]
    (made, service) = load_all(found.files["a.yaml"])
    assert isinstance(made, dict)
    assert made["metadata"]["labels"] == LABELS
    assert made["metadata"]["annotations"] == {ANNOTATION: "4"}
    assert isinstance(service, dict)
    assert service["metadata"] == {"name": "x"}
    several = listed({"a.yaml": dump(store("one")), "deep/er/b.json": dump(store("two"), store("one"))})
    assert several.entries == [
        {
            **STORE,
            "namespace": "team-a",
            "generationAnnotation": ANNOTATION,
            "selector": {"matchLabels": LABELS},
            "minimum": 2,
        }
    ]
    assert set(several.files) == {"a.yaml", "deep/er/b.json"}


def test_a_second_place_is_a_second_entry() -> None:
    files = {
        "here.yaml": dump(store("a"), store("b", "team-b")),
        "far/there.yaml": dump(store("a")),
        "folder/file.yaml": dump(store("c")),
        "class.yaml": dump({"apiVersion": "example.org/v2", "kind": "QueueClass", "metadata": {"name": "x"}}),
    }
    entries = listed(files, directories=("far",)).entries
    assert [(entry["name"], entry.get("namespace"), entry.get("object")) for entry in entries] == [
        ("store", "team-a", None),
        ("store-2", "team-b", "b"),
        ("store-3", "team-a", "a"),
        ("class", None, "x"),
    ]
    assert entries[3]["ready"] == {"exists": True}
    contract = {"version": "v1", "generation": 4, "displayName": "Queue", "name": "films", "objects": entries}
    assert msgspec.convert(contract, Contract).tells_arrival


def test_a_list_is_opened() -> None:
    text = dump({"apiVersion": "v1", "kind": "List", "items": [store("a"), store("b")]})
    found = listed({"all.yaml": text}, STORE)
    assert found.entries[0]["minimum"] == 2
    (whole,) = load_all(found.files["all.yaml"])
    assert isinstance(whole, dict)
    assert [item["metadata"]["labels"] for item in whole["items"]] == [LABELS, LABELS]


def test_what_cannot_be_found_again_is_refused_by_name() -> None:
    generated = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"generateName": "store-"}}
    nameless = {"apiVersion": "apps/v1", "kind": "StatefulSet"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "password"}}
    files = {
        "a.yaml": dump(generated, nameless, store("nowhere", None), store("odd", labels=["x"])),
        "b/kustomization.yaml": "resources: [a.yaml]\n",
        "c.yml": dump(secret),
        "d.yaml": "a: *b\n",
        "e.yaml": "kind: StatefulSet\napiVersion: apps/v1\nmetadata:\n  ? name\n  : x\n  ? namespace\n  : team-a\n",
    }
    assert problems(files, promise="") == [
        "output a.yaml: StatefulSet: found generateName, expected metadata.name; mend the container that writes it",
        "output a.yaml: StatefulSet: found no name, expected metadata.name; mend the container that writes it",
        (
            "output a.yaml: StatefulSet nowhere: found no namespace, expected metadata.namespace; mend the container "
            "that writes it"
        ),
        (
            'output a.yaml: StatefulSet odd: metadata.labels: found ["x"], expected a mapping; mend the container that '
            "writes it"
        ),
        (
            "output b/kustomization.yaml: found a folder for kustomize; put out what kustomize makes of it: names and "
            "namespaces are not known before"
        ),
        (
            "output c.yml: found a Secret, and what is made here is stored in Git; make an ExternalSecret, or have it "
            "made in the cluster"
        ),
        "output d.yaml: not YAML: line 1: aliases are not allowed; mend the container that writes it",
        "spec.contract.outputs: found no name of the Promise; set KRATIX_PROMISE_NAME, as Kratix does",
        (
            "output e.yaml: metadata is written in a style that cannot be edited; write it as a plain block; mend the "
            "container that writes it"
        ),
    ]


def test_outputs_without_any_document_are_refused() -> None:
    assert problems({"a.yaml": "kind: Service\n"}) == [
        (
            "spec.contract.outputs: found no document of StatefulSet, QueueClass in the output; let the container run "
            "in the pipeline that writes them, after the one that does"
        )
    ]


def test_a_long_name_still_makes_a_label_and_no_two_requests_share_one() -> None:
    def label(**metadata: str) -> str:
        found = listed({"a.yaml": dump(store("a"), store("b"))}, request={"metadata": metadata})
        return str(found.entries[0]["selector"]["matchLabels"]["status.integratn.tech/request"])

    long = label(namespace="n" * 40, name="x" * 60)
    assert len(long) <= 63
    assert long != label(namespace="n" * 40, name="x" * 61)
    assert label(namespace="a", name="b") == "a.b"
    assert listed({"a.yaml": dump(store())}, request={"metadata": 5}).entries
