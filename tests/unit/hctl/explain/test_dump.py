"""Dumps as text: what was written is read back, what is no dump is refused, and redaction leaves no name behind."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hctl.dump.case import Case, Unread, case_of, document_of
from hctl.dump.redact import GONE, redact
from hctl.dump.texts import parse_case, spell_case
from hctl.errors import UsageError
from hctl.explain.derive import explain
from platform_status_contract.model.vocabulary import Reason
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
@given(hostile_cases())
def test_anything_is_explained_and_redacted(case: Case) -> None:
    found, hidden = explain(case), explain(redact(case))
    assert (found.projection.phase, found.projection.row) == (hidden.projection.phase, hidden.projection.row)


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
    with pytest.raises(UsageError, match="is not YAML that we accept"):
        parse_case(text)


def test_a_time_without_quotes_stays_a_text() -> None:
    text = re.sub(r"'(\d{4}-\d\d-\d\dT[0-9:]+Z)'", r"\1", spell_case(loaded("ready")))
    assert "time: 2026" in text
    assert explain(parse_case(text)).projection.row == "3"


def _texts(value: object) -> set[str]:
    if isinstance(value, dict):
        return set().union(*(_texts(item) for item in value.values()), set())
    if isinstance(value, list):
        return set().union(*(_texts(item) for item in value), set())
    return {value} if isinstance(value, str) else set()


@pytest.mark.parametrize("path", [pytest.param(path, id=name) for name, path in golden_dumps().items()])
def test_redaction_leaves_no_name_no_text_and_no_spec(path: Path) -> None:
    case = parse_case(path.read_text(encoding="utf-8"))
    names = {str(item["metadata"]["name"]) for item in (*case.objects, case.request)}
    names |= {str(item["metadata"]["namespace"]) for item in (*case.objects, case.request)}
    text = spell_case(redact(case))
    assert not [name for name in names if name in text]
    document = yaml.safe_load(text)
    assert "spec" not in document["request"]
    assert not [value for value in _texts(document) if " " in value], "no sentence of anybody's"
    for item in document["objects"]:
        assert "uid" not in item["metadata"]
        if item["kind"] == "Pod":
            assert "spec" not in item
    assert document["redacted"] is True


def test_redaction_keeps_whose_pods_a_paused_deployment_has() -> None:
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
    assert explain(redact(changed)).projection.ready.reason == "Paused"


def test_redaction_says_what_could_not_be_read_but_not_where() -> None:
    case = loaded("ready")
    unread = Unread("pods", "team-a", "", Reason.FORBIDDEN, "User jane cannot list pods")
    hidden = redact(Case(case.time, case.resource, case.request, case.objects, (unread,)))
    assert [(entry.source, entry.reason, entry.message) for entry in hidden.unread] == [
        ("pods", Reason.FORBIDDEN, GONE)
    ]
    assert hidden.unread[0].namespace != "team-a"
