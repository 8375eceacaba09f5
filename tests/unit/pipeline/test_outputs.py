"""Resolving a template of kind Manifests against a request."""

from typing import Any

import pytest

from platform_status_pipeline.errors import TemplateError
from platform_status_pipeline.template.outputs import Outputs, read, resolve

REQUEST: dict[str, Any] = {
    "apiVersion": "example.org/v1",
    "kind": "Widget",
    "metadata": {"name": "w", "namespace": "team", "generation": 7},
    "spec": {"size": 2, "on": False, "hosts": ["a", "b"], "labels": {"x": "theirs", "y": "theirs"}},
    "status": {"phase": "Ready"},
}
WHEN, EACH = "render.status.integratn.tech/when", "render.status.integratn.tech/each"


def config_map(name: str = "${metadata.name}", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    metadata = {"name": name, "annotations": more.pop("annotations", None), "labels": more.pop("labels", None)}
    kept = {key: value for key, value in metadata.items() if value is not None}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": kept, **more}


def template(*outputs: dict[str, Any], variables: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "apiVersion": "status.integratn.tech/v1",
        "kind": "Manifests",
        "metadata": {"name": "widget"},
        "spec": {"variables": variables or {}, "outputs": list(outputs)},
    }


def made(*manifests: dict[str, Any], **variables: str) -> list[dict[str, Any]]:
    return resolve(read(template({"manifests": list(manifests)}, variables=variables)), REQUEST).files["widget.yaml"]


def lines(document: dict[str, Any], constants: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(TemplateError) as caught:
        resolve(read(document), REQUEST, constants)
    return [problem.line for problem in caught.value.problems]


def test_each_folder_becomes_a_file_and_may_hold_the_same_manifest_as_another() -> None:
    outputs = (
        {"manifests": [config_map()]},
        {"folder": "platform", "destination": {"environment": "platform"}, "manifests": [config_map()]},
    )
    assert resolve(read(template(*outputs)), REQUEST) == Outputs(
        {"widget.yaml": [config_map("w")], "platform/widget.yaml": [config_map("w")]},
        {"platform": {"environment": "platform"}},
    )


def test_when_keeps_or_leaves_out_a_manifest_and_is_taken_off() -> None:
    assert made(
        config_map("kept", annotations={WHEN: "${!spec.on}", "mine": "stays"}),
        config_map("left-out", annotations={WHEN: "${spec.on}"}),
        config_map("bare", annotations={WHEN: "${has(spec.size)}"}),
    ) == [config_map("kept", annotations={"mine": "stays"}), config_map("bare")]


def test_each_makes_one_manifest_per_item() -> None:
    documents = made(config_map("${each}", annotations={EACH: "${spec.hosts}"}))
    assert [document["metadata"] for document in documents] == [{"name": "a"}, {"name": "b"}]


def test_merge_adds_to_what_the_request_says_and_its_argument_wins() -> None:
    (document,) = made(config_map(labels='${spec.labels.merge({"x": "ours", "z": "ours"})}'))
    assert document["metadata"]["labels"] == {"x": "ours", "y": "theirs", "z": "ours"}


def test_a_folder_without_manifests_for_this_request_is_not_sent_anywhere() -> None:
    outputs = (
        {"manifests": [config_map()]},
        {"folder": "x", "destination": {"a": "b"}, "manifests": [config_map(annotations={WHEN: "${spec.on}"})]},
    )
    assert resolve(read(template(*outputs)), REQUEST).destinations == {}


def test_every_problem_is_told_at_once_with_its_path() -> None:
    found = lines(
        template(
            {
                "manifests": [
                    config_map(data={"a": "${spec.nope}"}),
                    config_map("two", annotations={WHEN: "${spec.size}"}),
                    config_map("three", annotations={EACH: "${spec.size}"}),
                    {"apiVersion": "v1", "metadata": {"name": "no-kind"}},
                    config_map("twice"),
                    config_map("twice"),
                    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "b"}},
                ]
            },
        ),
        {"unknown": "x"},
    )
    starts = [
        "spec.variables.unknown: is not a variable of the template",
        "spec.outputs[0].manifests[0].data.a: ${spec.nope}: ",
        f"spec.outputs[0].manifests[1].{WHEN}: yields 2, expected true or false",
        f"spec.outputs[0].manifests[2].{EACH}: yields 2, expected a list",
        'spec.outputs[0].manifests[3]: found kind null, name "no-kind", expected apiVersion, kind and metadata.name',
        "spec.outputs[0].manifests[5]: ConfigMap twice appears twice",
        "spec.outputs[0].manifests[6]: found a Secret, and what is made here is stored in Git",
    ]
    assert [line[: len(start)] for line, start in zip(found, starts, strict=True)] == starts


def test_nothing_at_all_is_refused_because_kratix_would_remove_what_is_there() -> None:
    (line,) = lines(template({"manifests": [config_map(annotations={WHEN: "${spec.on}"})]}))
    assert line.startswith("spec.outputs: no manifest is left for this request, and Kratix would remove all it has")


def test_the_status_is_out_of_reach_because_it_moves() -> None:
    (line,) = lines(template({"manifests": [config_map(data={"a": "${status.phase}"})]}))
    assert "undeclared reference to 'status.phase'" in line


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"outputs": []}, "spec.outputs: Expected `array` of length >= 1"),
        ({"output": []}, "spec: Object contains unknown field `output`"),
        ({"outputs": [{"manifests": []}]}, "spec.outputs[0].manifests: Expected `array` of length >= 1"),
        ({"outputs": [{"manifests": [{}], "folder": "a"}]}, "spec.outputs[0]: folder and destination go together"),
        ({"outputs": [{"manifests": [{}], "destination": {"a": "b"}}]}, "spec.outputs[0]: folder and destination go"),
        ({"outputs": [{"manifests": [{}]}, {"manifests": [{}]}]}, "spec: two outputs have one folder"),
        ({"outputs": [{"manifests": [{}], "folder": "a/b", "destination": {"a": "b"}}]}, "spec.outputs[0].folder: "),
    ],
)
def test_a_template_of_another_shape_is_refused(change: dict[str, Any], cause: str) -> None:
    document = template({"manifests": [config_map()]})
    document["spec"].update(change)
    (line,) = lines(document)
    assert line.startswith(cause)
