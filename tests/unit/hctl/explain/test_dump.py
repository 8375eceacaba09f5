"""Dumps as text: what was written is read back, and what is no dump is refused."""

import copy
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hctl.dump.case import Case, case_of, document_of, parse_case, spell_case
from hctl.dump.keep import keep
from hctl.errors import UsageError
from hctl.explain.derive import explain
from tests.unit.hctl.requests import NOW
from tests.unit.hctl.settings import quick
from tests.unit.hctl.test_hostile import JSON

from .dumps import golden_dumps

OBJECTS = st.dictionaries(st.text(max_size=8), JSON, max_size=4)
KINDS = st.sampled_from(
    [
        ("v1", "Pod"),
        ("v1", "Secret"),
        ("argoproj.io/v1alpha1", "Application"),
        ("platform.kratix.io/v1alpha1", "Work"),
        ("platform.kratix.io/v1alpha1", "WorkPlacement"),
        ("apps/v1", "StatefulSet"),
        ("coordination.k8s.io/v1", "Lease"),
        ("example.org/v1", "Other"),
    ]
)


def loaded(name: str) -> Case:
    """Read one of the golden dumps."""
    return parse_case(golden_dumps()[name].read_text(encoding="utf-8"))


@st.composite
def hostile_cases(draw: st.DrawFn) -> Case:
    """A case of which only the frame is what it should be."""
    objects = []
    for version, kind in draw(st.lists(KINDS, max_size=5)):
        metadata = {"name": "media", "namespace": "team-a", **draw(OBJECTS)}
        found = {"metadata": metadata, "spec": draw(JSON), "status": draw(JSON)}
        objects.append({**found, "apiVersion": version, "kind": kind})
    whole = loaded(draw(st.sampled_from(sorted(golden_dumps()))))
    request = copy.deepcopy(whole.request)
    if draw(st.booleans()):
        request["status"] = {**request["status"], **draw(OBJECTS), "health": draw(JSON), "conditions": draw(JSON)}
    return Case(NOW, "things.example.org", request, (*objects, *draw(st.sampled_from([(), whole.objects]))))


@quick
@given(hostile_cases())
def test_what_is_written_is_read_back(case: Case) -> None:
    text = spell_case(case)
    # JSON knows neither NaN nor infinity, so no cluster says them.
    assert document_of(parse_case(text)) == msgspec.json.decode(msgspec.json.encode(document_of(case)))
    assert text.isprintable() or all(char == "\n" or char.isprintable() for char in text), "no escapes, no bells"


@quick
@given(st.text(max_size=60) | JSON.map(json.dumps))
def test_what_is_no_dump_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_case(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "Status"}, "expected hctl.status.integratn.tech/v1 Dump"),
        ({"time": "yesterday"}, "time: found 'yesterday'"),
        ({"request": {"metadata": {}}}, "request: found no object with metadata.name"),
        ({"objects": ["pod"]}, "objects: expected a list of objects"),
        ({"unread": [{"source": "pots", "reason": "Forbidden"}]}, "unread[0].source: found 'pots'"),
        ({"unread": [{"source": "pods", "reason": "Tired"}]}, "unread[0].reason: found 'Tired'"),
    ],
)
def test_a_mistake_is_named_by_its_field(change: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as error:
        case_of(document_of(loaded("ready")) | change)
    assert says in str(error.value)


@pytest.mark.parametrize(
    "text", ["a: &x [1]\nb: *x\n", "{", "a: !!python/object:os.system {}", '"\\ud800"', "[" * 5000]
)
def test_yaml_that_could_do_harm_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not valid YAML"):
        parse_case(text)


def test_a_time_without_quotes_stays_a_text() -> None:
    text = re.sub(r"'(\d{4}-\d\d-\d\dT[0-9:]+Z)'", r"\1", spell_case(loaded("ready")))
    assert "time: 2026" in text
    assert explain(parse_case(text)).projection.row == "3"


def test_a_dump_keeps_whose_pods_a_paused_deployment_has() -> None:
    case = loaded("paused")
    namespace = case.request["metadata"]["namespace"]
    owner = {"kind": "ReplicaSet", "name": "vcluster-media-5d4f", "controller": True}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": "media-x", "ownerReferences": [owner]},
        "status": {"phase": "Running"},
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"namespace": namespace, "name": "vcluster-media", "annotations": {"loft.sh/paused": "true"}},
    }
    changed = Case(case.time, case.resource, case.request, (*case.objects, pod, deployment))
    assert explain(changed).projection.ready.reason == "Paused"
    assert explain(keep(changed)).projection.ready.reason == "Paused"
