"""Decoding any object: total, bounded, never rosy, and never more than what was asked for."""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.objects import ReadyWhen
from platform_status_contract.model.times import LONG_AGO
from platform_status_contract.rules.observation import ObjectSeen
from platform_status_contract.sources.objects import record
from platform_status_contract.sources.objects.choose import rule_of
from platform_status_contract.sources.objects.record import ObjectRecord, decode_object
from platform_status_contract.sources.objects.standard import Word
from platform_status_contract.sources.objects.wanted import Wanted, wanted_of
from tests.unit.rules.settings import quick
from tests.unit.rules.worlds import any_json

from .recorded import documents, entry_for

WANTED: Final = Wanted(
    fields=("spec.suspend", "status.phase", "status.parts.here", "status.list"),
    annotations=("a.org/x",),
    labels=("app",),
    conditions=("Ready", "Stalled"),
)
THING: Final[dict[str, Any]] = {
    "metadata": {"name": "x", "namespace": "team-a", "resourceVersion": "7", "generation": 3},
    "spec": {"suspend": False},
    "status": {"conditions": [{"type": "Ready", "status": "True", "observedGeneration": 3}], "observedGeneration": 3},
}


def decoded(document: object, wanted: Wanted = WANTED) -> ObjectRecord | None:
    """The record of a document."""
    return decode_object(json.dumps(document).encode(), wanted)


def seen_in(status: object = None, **metadata: object) -> ObjectSeen:
    """What is seen of a thing with such a status."""
    found = decoded({"metadata": {"name": "x"} | metadata, "status": status})
    assert found is not None
    return found.seen


def places(value: object, at: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every place in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*at, key)
        yield from places(item, (*at, key))


def put(value: Any, at: tuple[Any, ...], new: object) -> Any:  # noqa: ANN401 - any JSON
    """The document with another value at one place."""
    key, *rest = at
    changed = put(value[key], tuple(rest), new) if rest else new
    if isinstance(value, dict):
        return value | {key: changed}
    return [changed if index == key else item for index, item in enumerate(value)]


NOT_READY: Final = ("flux/health-check-failed", "builtin/job-running", "controllers/deployment-progressing-0-of-3")


@quick
@given(st.data(), st.sampled_from(NOT_READY))
def test_any_json_at_any_place_is_decoded_and_never_made_ready(data: st.DataObject, name: str) -> None:
    document = documents(name)[0]
    entry = entry_for(document)
    at = data.draw(st.sampled_from([place for place in places(document) if place[0] == "status"]))
    changed = put(document, at, data.draw(any_json.filter(_is_json)))
    found = decode_object(json.dumps(changed).encode(), wanted_of(entry))
    assert found is not None
    assert (found.namespace, found.name) == (document["metadata"]["namespace"], document["metadata"]["name"])
    assert rule_of(entry).says(found.seen).word is not Word.READY
    assert len(msgspec.json.encode(found)) < 16 * 1024


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False).encode()
        msgspec.json.decode(json.dumps(value))
    except (ValueError, msgspec.DecodeError):
        return False
    return True


@quick
@given(any_json.filter(_is_json))
def test_any_json_at_all_is_decoded(value: object) -> None:
    for document in (value, {"metadata": value}, {"metadata": {"name": "x", "labels": value, "finalizers": value}}):
        found = decoded(document)
        assert found is None or found.name


def test_what_was_asked_for_is_kept_and_nothing_else() -> None:
    conditions = [{"type": "Other", "status": "True"}, {"type": "Ready", "status": "False", "message": "m" * 9999}]
    found = decoded(
        {
            "metadata": {
                "name": "x",
                "namespace": "team-a",
                "resourceVersion": "7",
                "labels": {"app": "films", "other": "x"},
                "annotations": {"a.org/x": "1", "kubectl.kubernetes.io/last-applied-configuration": "{}"},
                "finalizers": ["a", "b", "c", "d"],
                "deletionTimestamp": "never",
            },
            "spec": {"suspend": True, "password": "p"},
            "status": {"conditions": conditions, "phase": "y" * 99, "parts": {"here": 3}, "list": [{}, {}]},
        }
    )
    assert found is not None
    assert (found.version, found.labels) == (7, (("app", "films"),))
    seen = found.seen
    assert [(each.type, len(each.message)) for each in seen.conditions] == [("Ready", 512)]
    assert seen.speaks
    assert dict(seen.fields) == {
        "spec.suspend": True,
        "status.phase": "y" * 65,
        "status.parts.here": 3,
        "status.list": 2,
    }
    assert (seen.annotations, seen.finalizers, seen.deleted) == ((("a.org/x", "1"),), ("a", "b", "c"), LONG_AGO)


BROKEN: Final = "conditions[0]: Expected `str`, got `bool` - at `$.status`"


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ({"conditions": 5}, "Expected `array | null`, got `int`"),
        ({"conditions": [{"type": 5}]}, "conditions[0]: Expected `str`, got `int` - at `$.type`"),
        ({"conditions": [{"type": "Ready", "status": True}]}, BROKEN),
        ({"conditions": [{"type": "Ready", "status": True}, {"type": "Ready", "status": "True"}]}, BROKEN),
        ({"conditions": [{"type": "Other", "status": True}, {"type": "Mine", "status": "True"}]}, BROKEN),
        ({"conditions": [None, None]}, "conditions[0]: Expected `object`, got `null`"),
        ({"observedGeneration": [3]}, "Expected `int | str | null`, got `array`"),
        ({"observedGeneration": 10**400}, "Expected `int` <= 9007199254740992"),
        ([], "Expected `object | null`, got `array`"),
    ],
)
def test_what_does_not_fit_is_unreadable_and_exists(status: object, problem: str) -> None:
    seen = seen_in(status)
    assert seen.problem == problem
    assert not seen.speaks


@pytest.mark.parametrize("unfit", [None, 5, {}, {"status": "True"}, {"type": 5}, {"type": "Other", "status": True}])
def test_a_condition_that_does_not_fit_hides_none_of_the_others(unfit: object) -> None:
    ready = THING["status"]["conditions"][0]
    for conditions in ([unfit, ready], [ready, unfit]):
        seen = seen_in({"conditions": conditions})
        assert (seen.problem, [found.type for found in seen.conditions]) == ("", ["Ready"])


@pytest.mark.parametrize(("told", "read"), [("2", 2), ("6c8f", None), (2, 2), (None, None)])
def test_the_generation_of_a_condition_may_be_a_text(told: object, read: int | None) -> None:
    every = [{"type": "Ready", "status": "True", "observedGeneration": told}]
    assert [found.generation for found in seen_in({"conditions": every}).conditions] == [read]


WORDS: Final[dict[str, tuple[str, ReadyWhen]]] = {
    "True": ("example.org/v1 Thing", ReadyWhen()),
    "Bound": ("v1 PersistentVolumeClaim", ReadyWhen()),
    "Succeeded": ("v1 Pod", ReadyWhen()),
    "Up": ("example.org/v1 Thing", ReadyWhen(field="status.phase", values=("Up",))),
    "u" * 64: ("example.org/v1 Thing", ReadyWhen(field="status.phase", values=("u" * 64,))),
    "\u00fc" * 64: ("example.org/v1 Thing", ReadyWhen(field="status.phase", values=("\u00fc" * 64,))),
}
"""Words that make ready, and where."""


@quick
@given(st.sampled_from(sorted(WORDS)), st.data())
def test_a_text_that_only_looks_like_a_word_is_not_that_word(word: str, data: st.DataObject) -> None:
    api, ready = WORDS[word]
    version, _, kind = api.rpartition(" ")
    at = data.draw(st.integers(0, len(word)))
    hidden = data.draw(st.sampled_from(["", " ", "\n", "\t", "\u00a0", "\u00ad", "\u200b", "\u202e", "\ufeff", "x"]))
    text = word[:at] + hidden + word[at:]
    status = {"phase": text, "conditions": [{"type": "Ready", "status": text}]}
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": "x", "namespace": "n"}, "status": status}
    entry = entry_for(document, ready=ready)
    found = decode_object(json.dumps(document).encode(), wanted_of(entry))
    assert found is not None
    assert (rule_of(entry).says(found.seen).word is Word.READY) == (text == word)


def test_an_annotation_is_compared_as_it_stands_there() -> None:
    assert seen_in(annotations={"a.org/x": " 1\n"}).annotations == (("a.org/x", " 1\n"),)


def test_what_is_no_value_of_a_field_is_not_absent() -> None:
    for odd in (1.5, {}, {"a": 1}, 2**63):
        seen = seen_in({"phase": odd})
        assert (seen.is_odd("status.phase"), seen.field("status.phase"), seen.written) == (True, None, odd != {})
    for absent in ({}, {"phase": None}):
        seen = seen_in(absent)
        assert (seen.fields, seen.is_odd("status.phase"), seen.written) == ((), False, False)


def test_metadata_that_does_not_fit_leaves_the_name_and_the_deletion() -> None:
    meta = {"namespace": "team-a", "resourceVersion": "7", "generation": "three", "labels": {"app": "x", "y": 5}}
    found = decoded({"metadata": {"name": "x", "deletionTimestamp": "2026-02-26T10:00:00Z"} | meta})
    assert found is not None
    assert (found.namespace, found.name, found.version, found.labels) == ("team-a", "x", 7, (("app", "x"),))
    assert found.seen.problem == "Expected `int`, got `str` - at `$.metadata.generation`"
    assert found.seen.deleted is not None
    assert decoded({"metadata": {"name": "", "generation": "three"}}) is None
    endless = decode_object(b'{"metadata": {"name": "x", "namespace": 1e999, "generation": 1e999}}', WANTED)
    assert endless is not None
    assert endless.namespace == ""
    assert decoded({"metadata": {"name": ""}}) is None


def test_of_two_conditions_of_a_type_each_status_is_kept_once_with_its_newest_generation() -> None:
    every: list[dict[str, object]] = [
        {"type": "Ready", "status": "True"},
        {"type": "Ready", "status": "False", "observedGeneration": 2},
        {"type": "Ready", "status": "True", "observedGeneration": 3},
        {"type": "Ready", "status": "Unknown"},
        {"type": "Ready", "status": "True", "observedGeneration": 1},
    ]
    for order in (every, every[::-1]):
        seen = seen_in({"conditions": order})
        assert [(found.status, found.generation) for found in seen.conditions] == [("False", 2), ("True", 3)]
        assert seen.condition("Ready") == seen.conditions[0]


def test_depth_and_size_are_no_matter() -> None:
    deep = b'{"metadata":{"name":"x"},"status":{"conditions":[{"type":"Ready","status":"True"}],"deep":%s}}'
    found = decode_object(deep % (b"[" * 9000 + b"]" * 9000), WANTED)
    assert found is not None
    assert found.seen.condition("Ready") is not None
    many = [{"type": f"T{index}", "status": "True"} for index in range(100_000)]
    assert seen_in({"conditions": [*many, *THING["status"]["conditions"]]}).condition("Ready") is not None


def test_of_many_conditions_of_a_type_only_what_is_kept_is_tidied(monkeypatch: pytest.MonkeyPatch) -> None:
    tidied: list[str] = []

    def steady(text: str) -> str:
        tidied.append(text)
        return text

    monkeypatch.setattr(record, "steady", steady)
    many = [{"type": "Ready", "status": "False", "observedGeneration": n, "message": f"m{n}"} for n in range(300)]
    (found,) = seen_in({"conditions": many}).conditions
    assert (found.message, tidied) == ("m299", ["m299"])


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("health check failed after 30.030376398s: timeout waiting", "health check failed: timeout waiting"),
        ("Health check passed in 5.022158521s", "Health check passed"),
        ("Failed to install after 2 attempt(s)", "Failed to install"),
        ("stat /data/kustomization-202116167/no/such: no such file", "stat no/such: no such file"),
        ("open /tmp/helmchart-x-14097029/source/a.yaml", "open source/a.yaml"),
        ("open charts/tmp-14097029/x/y-123456/a.yaml", "open chartsa.yaml"),
        ("see a/b, c/d-1409/e and /data", "see a/b, c/d-1409/e and /data"),
        ("dial tcp 10.0.0.1:443: connect: connection refused", "dial tcp 10.0.0.1:443: connect: connection refused"),
        ("Forbidden, RequestID: N6VZ2C4Y3R5QJ8XA, HostID: a+b/c9999=, api error", "Forbidden, api error"),
        ("status code: 403, request id: 7f3f2c1a-0000-4d2a-9f2a-1f2e3d4c5b6a", "status code: 403"),
        ("no (Request-ID: req-7f3f2c1a). Trace ID: 11111111-aaaa-bbbb", "no."),
        ('{"requestId":"11111111-aaaa","code":403}', '{,"code":403}'),
        ("the request id: of a film", "the request id: of a film"),
        ("server 7f3f2c1a-0000-4d2a-9f2a-1f2e3d4c5b6a is gone", "server 7f3f2c1a-0000-4d2a-9f2a-1f2e3d4c5b6a is gone"),
        ('pods "web-7c9d-x8k2p" is forbidden: exceeded quota', "pods is forbidden: exceeded quota"),
        ('Pod "web-7c9d-x8k2p" is invalid: no image', "Pod is invalid: no image"),
        ('pods "web-0" not found', 'pods "web-0" not found'),
        ("the password=hunter2 is wrong", "the password=redacte is wrong"),
    ],
)
def test_a_message_loses_what_moves_and_what_is_secret(said: str, kept: str) -> None:
    seen = seen_in({"conditions": [{"type": "Ready", "status": "False", "message": said}]})
    assert [found.message for found in seen.conditions] == [kept]


def test_the_time_of_a_condition_is_kept_while_it_is_unknown() -> None:
    for status, kept in (("Unknown", True), ("True", False), ("False", False)):
        found = {"type": "Ready", "status": status, "lastTransitionTime": "2026-02-26T10:00:00Z"}
        assert (seen_in({"conditions": [found]}).conditions[0].since is not None) is kept


@pytest.mark.parametrize(
    ("told", "read"), [("3", 3), ("0", 0), ("-1", -1), ("6c8f", None), ("", None), (3, 3), (-1, -1), (None, None)]
)
def test_a_generation_may_be_a_text(told: object, read: int | None) -> None:
    assert seen_in({"observedGeneration": told}).observed == read


def test_conditions_that_nobody_reads_may_have_any_shape() -> None:
    wanted = Wanted(fields=("status.phase",))
    found = decoded({"metadata": {"name": "x"}, "status": {"conditions": {"a": 1}, "phase": "Running"}}, wanted)
    assert found is not None
    assert (found.seen.problem, found.seen.speaks, found.seen.field("status.phase")) == ("", True, "Running")


def test_both_wants_are_one() -> None:
    one = Wanted("apps", "Deployment", ("spec.a",), ("x",), ("l",), ("Ready",))
    other = Wanted("apps", "Deployment", ("spec.b", "spec.a"), (), ("k",), ("Stalled",))
    assert one | other == Wanted("apps", "Deployment", ("spec.a", "spec.b"), ("x",), ("k", "l"), ("Ready", "Stalled"))


def test_what_only_adds_to_a_message_need_not_be_declared() -> None:
    assert Wanted(fields=("status.message as text",), conditions=("NotReady", "Ready")).words == {"condition Ready"}
