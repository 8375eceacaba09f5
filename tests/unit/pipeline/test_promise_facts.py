"""What a Promise says about its requests, whatever stands in it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.promise.facts import PromiseFacts, read_promise

from .promises import ours, widget


def refused(document: dict[str, Any]) -> list[str]:
    with pytest.raises(RequestRefusedError) as caught:
        read_promise(document)
    return [problem.line for problem in caught.value.problems]


def test_the_stored_version_counts_and_not_the_first() -> None:
    assert read_promise(widget()) == PromiseFacts("widget", "example.org", "v2", "widgets", "Widget")
    assert read_promise(widget()).resource == "widgets.v2.example.org"


def test_ours_is_what_the_sidecar_looks_for_by_default() -> None:
    assert read_promise(ours()).resource == "vclusterorchestratorv2s.v1alpha1.platform.integratn.tech"


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("kind", "Widget", 'kind: found "Widget", expected Promise; mend the Promise'),
        ("metadata.name", "a.b", 'metadata.name: found "a.b", expected a DNS label of at most 41 characters'),
        ("metadata.name", "a" * 42, "metadata.name: found "),
        ("metadata.name", 7, "metadata.name: found 7, expected"),
        ("metadata", [], "metadata.name: found null"),
        ("spec.api", None, "spec.api.spec.group: found null"),
        ("spec.api.spec.group", "example", 'spec.api.spec.group: found "example", expected an API group'),
        ("spec.api.spec.group", "a.b/c", "spec.api.spec.group: found"),
        ("spec.api.spec.names.plural", "Widgets", "spec.api.spec.names.plural: found"),
        ("spec.api.spec.names.plural", "widgets/status", "spec.api.spec.names.plural: found"),
        ("spec.api.spec.names.kind", "widget", "spec.api.spec.names.kind: found"),
        ("spec.api.spec.versions", "v1", "spec.api.spec.versions: found [] with storage: true, expected the name of"),
        ("spec.api.spec.versions.0.storage", True, 'spec.api.spec.versions: found ["v1", "v2"] with storage: true'),
        ("spec.api.spec.versions.1.storage", "true", "spec.api.spec.versions: found []"),
    ],
)
def test_what_cannot_be_used_is_told_with_field_and_finding(path: str, value: object, line: str) -> None:
    assert any(found.startswith(line) for found in refused(widget(path, value))), refused(widget(path, value))


def test_every_problem_is_told_at_once() -> None:
    assert [line.split(":")[0] for line in refused({})] == [
        "kind",
        "metadata.name",
        "spec.api.spec.group",
        "spec.api.spec.versions",
        "spec.api.spec.names.plural",
        "spec.api.spec.names.kind",
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.sampled_from(["metadata", "spec", "spec.api", "spec.api.spec", "spec.api.spec.names", "spec.api.spec.versions"]),
    json_values,
)
def test_any_json_in_any_field_is_a_problem_and_no_crash(path: str, value: object) -> None:
    assert refused(widget(path, value))
