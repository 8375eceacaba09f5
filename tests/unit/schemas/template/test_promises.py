"""What Kratix accepts as a Promise: strict where Kratix is strict."""

from typing import Any

import pytest

from platform_status_contract.template.promises import promise_schema
from platform_status_contract.validation import validate_with, validator_of
from tests.unit.pipeline.promises import ours, widget


def with_pipeline(pipeline: dict[str, Any], kind: str = "resource", action: str = "configure") -> dict[str, Any]:
    promise = widget()
    promise["spec"]["workflows"] = {kind: {action: [pipeline]}}
    return promise


def pipeline(name: str = "go", /, **spec: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    containers = [{"name": "go", "image": "example.invalid/go:1"}]
    return {
        "apiVersion": "platform.kratix.io/v1alpha1",
        "kind": "Pipeline",
        "metadata": {"name": name},
        "spec": {"containers": containers, **spec},
    }


def told(promise: dict[str, Any]) -> list[str]:
    return [problem.message for problem in validate_with(promise, validator_of(promise_schema()))]


def test_ours_is_accepted() -> None:
    assert told(ours()) == []


def test_every_field_that_kratix_lists_is_accepted() -> None:
    whole = pipeline(
        imagePullSecrets=[{"name": "x"}],
        jobOptions={"backoffLimit": 2},
        nodeSelector={"a": "b"},
        rbac={"serviceAccount": "x", "permissions": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
        restartPolicy="Never",
        tolerations=[{"key": "x"}],
        volumes=[{"name": "v", "emptyDir": {}}],
    )
    whole["spec"]["containers"][0] |= {
        "args": ["a"],
        "command": ["b"],
        "env": [{"name": "A", "value": "b"}],
        "envFrom": [{"configMapRef": {"name": "x"}}],
        "volumeMounts": [{"name": "v", "mountPath": "/v"}],
        "imagePullPolicy": "Always",
        "securityContext": {"runAsNonRoot": True},
        "resources": {"limits": {"cpu": "1"}},
    }
    whole["metadata"] |= {"labels": {"a": "b"}, "annotations": {"c": "d"}}
    promise = with_pipeline(whole)
    promise["spec"]["workflows"]["config"] = {"pipelineNamespace": "x", "reconciliationInterval": "10h"}
    promise["spec"]["requiredPromises"] = [{"name": "other", "version": "v1.0.0"}]
    promise["spec"]["destinationSelectors"] = [{"matchLabels": {"environment": "platform"}}]
    promise["spec"]["dependencies"] = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}]
    assert told(promise) == []


@pytest.mark.parametrize("field", ["affinity", "initContainers", "serviceAccountName", "podSecurityContext", "backoff"])
def test_a_field_of_a_pipeline_that_kratix_does_not_know_is_an_error(field: str) -> None:
    [line] = told(with_pipeline(pipeline("go", **{field: {}})))
    assert line.startswith(f"spec.workflows.resource.configure[0].spec.{field}: found an unknown key")


@pytest.mark.parametrize("field", ["livenessProbe", "ports", "workingDir", "lifecycle"])
def test_a_field_of_a_container_that_kratix_does_not_know_is_an_error(field: str) -> None:
    made = pipeline()
    made["spec"]["containers"][0][field] = {}
    [line] = told(with_pipeline(made))
    assert f".{field}: found an unknown key" in line


def test_kratix_runs_the_first_delete_pipeline_only_so_a_second_is_an_error() -> None:
    promise = with_pipeline(pipeline(), "resource", "delete")
    promise["spec"]["workflows"]["resource"]["delete"].append(pipeline("second"))
    [line] = told(promise)
    assert line.startswith("spec.workflows.resource.delete")


def test_a_promise_may_have_no_api() -> None:
    promise = widget()
    del promise["spec"]["api"]
    assert told(promise) == []


WHOLE_METADATA = {
    "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
    "creationTimestamp": None,
    "deletionGracePeriodSeconds": 0,
    "deletionTimestamp": "2026-02-26T10:00:00.123456Z",
    "finalizers": ["kratix.io/dependencies-cleanup"],
    "generateName": "widget-",
    "generation": 2,
    "managedFields": [{"manager": "kubectl"}],
    "namespace": "default",
    "ownerReferences": [{"kind": "PromiseRelease"}],
    "resourceVersion": "1",
    "selfLink": "",
    "uid": "x",
}


def test_kratix_decodes_a_whole_object_meta_of_the_promise_and_of_a_pipeline() -> None:
    made = pipeline()
    promise = with_pipeline(made)
    promise["metadata"].update(WHOLE_METADATA)
    made["metadata"].update(WHOLE_METADATA)
    promise["status"] = {"workflows": 0}
    assert told(promise) == []
    made["metadata"]["clustername"] = "x"
    [line] = told(promise)
    assert "clustername: found an unknown key" in line


@pytest.mark.parametrize("time", ["", "yesterday", "2026-02-26", "2026-02-26 10:00:00Z", "2026-02-26T10:00:00", 7])
def test_a_time_that_go_cannot_read_makes_a_pipeline_invalid(time: object) -> None:
    made = pipeline()
    made["metadata"]["creationTimestamp"] = time
    [line] = told(with_pipeline(made))
    assert line.startswith("spec.workflows.resource.configure[0].metadata.creationTimestamp")


def optional_places(schema: dict[str, Any], value: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Every mapping of a document together with each key of it that may be missing."""
    found = [(value, key) for key in schema.get("properties", {}) if key not in schema.get("required", ())]
    for key, inner in schema.get("properties", {}).items():
        item = value.get(key)
        parts = item if isinstance(item, list) else [item]
        below = inner.get("items", inner)
        found += [place for part in parts if isinstance(part, dict) for place in optional_places(below, part)]
    return found


def test_null_is_as_good_as_nothing_wherever_nothing_may_stand() -> None:
    schema = promise_schema()
    promise = with_pipeline(pipeline(jobOptions={}, rbac={}))
    promise["spec"]["destinationSelectors"] = [{}]
    places = optional_places(schema, promise)
    assert len(places) > 50
    for holder, key in places:
        before = dict(holder)
        holder[key] = None
        assert validate_with(promise, validator_of(schema)) == (), key
        holder.clear()
        holder.update(before)
    for key in ("metadata", "kind", "apiVersion"):
        (problem,) = validate_with(promise | {key: None}, validator_of(schema))
        assert problem.path == key


def test_a_misspelt_section_is_told_with_the_one_that_was_meant() -> None:
    promise = with_pipeline(pipeline())
    promise["spec"]["workflow"] = promise["spec"].pop("workflows")
    (problem,) = validate_with(promise, validator_of(promise_schema()))
    assert (problem.path, problem.hint) == ("spec.workflow", "did you mean workflows?")
