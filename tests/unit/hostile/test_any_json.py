"""Any JSON in any field: nothing raises, nothing loops, nobody's words are lost, and rubbish is never good evidence."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from platform_status_contract.model.conditions import Role
from platform_status_contract.model.vocabulary import SIDECAR_KEYS, ConditionType
from platform_status_contract.observing.sources import Source
from tests.examples import examples

from .line import Said, say
from .world import QUEUES, Path, encode, healthy, paths, replaced, under

NAMES = [
    *("status", "metadata", "spec", "name", "namespace", "type", "conditions", "phase", "message", "reason"),
    *("sync", "health", "since", "contract", "labels", "Ready", "lastTransitionTime", "restartCount", "generation"),
]
TRICKS: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.5, 2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 1e308, 10**40),
    *("", "True", "true", "False", "Unknown", "Ready", "Healthy", "Synced", "Running", "v1", "1", "0", "-1", "\n"),
    *(
        "True\n",
        "T\u200brue",
        "Tr\u00adue",
        "Synced\n",
        "Healthy ",
        "HEALTHY",
        "\x00",
        "\u202e",
        "\ufeff",
        "9" * 30,
        "x" * 5000,
        "2026-02-26T10:30:00Z",
    ),
    *("9999-12-31T23:59:59Z", "0000-00-00T00:00:00Z", "2026-02-30T00:00:00Z", "2026-02-26T10:30:00.123456789+14:00"),
    *([], {}, [[]], [None], {"": None}, ["True"], {"status": "True"}, [{"type": "Ready", "status": True}]),
    *([{"type": "Ready"}] * 3, [{}] * 300, {str(number): number for number in range(300)}),
]

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.sampled_from(TRICKS) | st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)

WORLD = healthy()
PLACES: list[tuple[str, int, Path]] = [
    (source, index, path)
    for source, documents in WORLD.items()
    for index, document in enumerate(documents)
    for path in paths(document)
    # The API server itself counts the generations; without one there is no request.
    if path != ("metadata", "generation")
]

APPLICATION, PODS, WORKS = Source.APPLICATIONS, Source.PODS, Source.WORKS
CONTRACT: Path = ("status", "contract")

Allowed = Callable[[Any], bool]


def _never(_value: Any) -> bool:  # noqa: ANN401 - any JSON
    return False


def _is(*values: object) -> Allowed:
    """Say which values are as good as the one that stands there; 1 and 1.0 are one number in JSON, 1 and true not."""
    return lambda found: any(type(found) is not bool and found == value for value in values)


def _new_enough(found: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(found, str) and found.isascii() and found.isdecimal() and int(found) >= 1


def _a_role(found: Any) -> bool:  # noqa: ANN401 - any JSON
    """Any word is the role of a Secret: the contract says what it is for."""
    try:
        msgspec.convert(found, Role)
    except msgspec.ValidationError:
        return False
    return True


DECIDING: list[tuple[str, int, Path, Allowed]] = [
    # The Application: both words, for whom it was written, what Argo CD compared, and which one it is.
    *((APPLICATION, 0, ("status", *path), _never) for path in [(), ("sync",), ("health",)]),
    (APPLICATION, 0, ("status", "sync", "status"), _is("Synced")),
    (APPLICATION, 0, ("status", "health", "status"), _is("Healthy")),
    (APPLICATION, 0, ("metadata", "annotations"), _never),
    (APPLICATION, 0, ("metadata", "annotations", "example.org/for"), _new_enough),
    (APPLICATION, 0, ("spec", "source"), _never),
    (APPLICATION, 0, ("spec", "source", "targetRevision"), _is("0.30.0")),
    (APPLICATION, 0, ("spec",), _never),
    (APPLICATION, 0, ("status", "sync", "comparedTo", "source", "targetRevision"), _is("0.30.0")),
    (APPLICATION, 0, ("metadata",), _never),
    (APPLICATION, 0, ("metadata", "name"), _is("vcluster-media")),
    (APPLICATION, 0, ("metadata", "namespace"), _is("argocd")),
    # The sub-application, of which the contract wants one. A young one is excused only once the request was Ready.
    *((APPLICATION, 1, ("status", *path), _never) for path in [(), ("health",)]),
    (APPLICATION, 1, ("status", "health", "status"), _is("Healthy")),
    (APPLICATION, 1, ("spec",), _never),
    (APPLICATION, 1, ("spec", "destination"), _never),
    (APPLICATION, 1, ("spec", "destination", "name"), _is("media")),
    (APPLICATION, 1, ("metadata", "namespace"), _is("argocd")),
    # The pod: ready or not, going or not, and whether it is ours.
    *((PODS, 0, ("status", *path), _never) for path in [(), ("conditions",), ("conditions", 1)]),
    (PODS, 0, ("status", "conditions", 1, "type"), _is("Ready")),
    (PODS, 0, ("status", "conditions", 1, "status"), _is("True")),
    (PODS, 0, ("metadata", "deletionTimestamp"), lambda found: found is None),
    (PODS, 0, ("metadata", "namespace"), _is("vcluster-media")),
    # A named controller's pods count whatever their labels are (ADR 0032); that they are its own, the owner says.
    (PODS, 0, ("metadata", "ownerReferences"), _never),
    (PODS, 0, ("metadata", "ownerReferences", 0, "name"), _is("vcluster-media")),
    # The controller: how many pods it wants, and how many it has.
    (Source.STATEFUL_SETS, 0, ("status",), _never),
    *(
        (Source.STATEFUL_SETS, 0, ("status", key), lambda found: type(found) is int and found >= 1)
        for key in ("readyReplicas", "updatedReplicas")
    ),
    # The Work and its placement: whose they are, and whether they are written.
    (WORKS, 0, ("metadata", "labels"), _never),
    (WORKS, 0, ("metadata", "labels", "kratix.io/promise-name"), _is("vcluster-orchestrator-v2")),
    (WORKS, 0, ("metadata", "labels", "kratix.io/resource-name"), _is("media")),
    (WORKS, 0, ("metadata", "namespace"), _is("team")),
    (WORKS, 0, ("metadata", "name"), _is("media-work")),
    *((Source.WORK_PLACEMENTS, 0, ("status", *path), _never) for path in [(), ("conditions",), ("conditions", 0)]),
    (Source.WORK_PLACEMENTS, 0, ("status", "conditions", 0, "type"), _is("WriteSucceeded")),
    (Source.WORK_PLACEMENTS, 0, ("status", "conditions", 0, "status"), _is("True")),
    (Source.WORK_PLACEMENTS, 0, ("metadata", "labels"), _never),
    (Source.WORK_PLACEMENTS, 0, ("metadata", "labels", "kratix.io/work"), _is("media-work")),
    (Source.WORK_PLACEMENTS, 0, ("metadata", "namespace"), _is("team")),
    # The object of a kind that nobody knows: its word, and which one it is.
    *((QUEUES, 0, ("status", *path), _never) for path in [(), ("conditions",), ("conditions", 0)]),
    (QUEUES, 0, ("status", "conditions", 0, "type"), _is("Ready")),
    (QUEUES, 0, ("status", "conditions", 0, "status"), _is("True")),
    (QUEUES, 0, ("metadata", "deletionTimestamp"), lambda found: found is None),
    (QUEUES, 0, ("metadata", "namespace"), _is("team")),
    (QUEUES, 0, ("metadata", "name"), _is("media")),
    # The request: what to look at, for which generation, and that it is not going.
    (Source.REQUESTS, 0, ("metadata", "deletionTimestamp"), lambda found: found is None),
    (Source.REQUESTS, 0, ("status",), _never),
    (Source.REQUESTS, 0, CONTRACT, _never),
    (Source.REQUESTS, 0, (*CONTRACT, "version"), _is("v1")),
    (Source.REQUESTS, 0, (*CONTRACT, "generation"), _is(1)),
    (Source.REQUESTS, 0, (*CONTRACT, "application", "name"), _is("vcluster-media")),
    (Source.REQUESTS, 0, (*CONTRACT, "application", "namespace"), _is("argocd")),
    (Source.REQUESTS, 0, (*CONTRACT, "subApplications", "namespace"), _is("argocd")),
    (Source.REQUESTS, 0, (*CONTRACT, "subApplications", "destination", "name"), _is("media")),
    (Source.REQUESTS, 0, (*CONTRACT, "workloads", "namespace"), _is("vcluster-media")),
    (Source.REQUESTS, 0, (*CONTRACT, "secrets", 0, "name"), _is("media-kubeconfig")),
    (Source.REQUESTS, 0, (*CONTRACT, "secrets", 0, "namespace"), _is("vcluster-media")),
    (Source.REQUESTS, 0, (*CONTRACT, "secrets", 0, "role"), _a_role),
    # Absent or false, works are not observed, which an author may choose.
    (Source.REQUESTS, 0, (*CONTRACT, "works"), lambda found: isinstance(found, bool)),
]
"""Fields that decide: source, which document, where, and which other values are legitimate there."""


def _with(source: str, index: int, path: Path, value: Any) -> dict[str, list[Any]]:  # noqa: ANN401 - any JSON
    world = dict(WORLD)
    world[source] = list(world[source])
    world[source][index] = replaced(world[source][index], path, value)
    return world


def _good_neighbour(said: Said) -> None:
    """Check what holds of every write, whatever led to it."""
    assert said.blind == [], "rubbish in one object does not make its kind unreadable"
    assert len(said.patches) <= 1, "the same evidence at the same moment is never written twice"
    before = said.before if isinstance(said.before, dict) else {}
    if not said.patches:
        assert said.after == said.before
        return
    assert said.patches[0].keys() == {"metadata", "status"}
    assert said.patches[0]["status"].keys() <= {*SIDECAR_KEYS, "conditions"}
    assert _foreign(said.after) == _foreign(before)
    written = said.projections[-1].conditions
    owned = {
        *map(str, ConditionType),
        *(entry.type for entry in written),
    }  # a role is any word, and so is its condition
    assert _foreign_conditions(said.after, owned) == _foreign_conditions(before, owned)
    ours = {key: said.after.get(key) for key in SIDECAR_KEYS}
    conditions = [msgspec.to_builtins(entry) for entry in written]
    assert len(msgspec.json.encode([ours, conditions])) < 8192


def _foreign(status: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {key: value for key, value in status.items() if key not in (*SIDECAR_KEYS, "conditions")}


def _foreign_conditions(status: Any, owned: set[str]) -> list[Any]:  # noqa: ANN401 - any JSON
    found = status.get("conditions")
    entries = found if isinstance(found, list) else []
    return [
        entry
        for entry in entries
        if not (isinstance(entry, dict) and isinstance(entry.get("type"), str) and entry["type"] in owned)
    ]


@pytest.mark.parametrize("streams", [True, False])
def test_untouched_it_is_ready(streams: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    said = say(encode(WORLD), streams=streams)
    assert said.is_ready
    assert said.after["phase"] == "Ready"
    _good_neighbour(said)


# A controller is no evidence: it only tells paused from broken.
@pytest.mark.parametrize("source", sorted(WORLD.keys() - {Source.STATEFUL_SETS}))
def test_without_any_one_kind_of_evidence_it_is_not_ready(source: Source) -> None:
    assert not say(encode({**WORLD, source: []})).is_ready


def test_without_the_secret_it_is_not_ready() -> None:
    assert not say(encode(WORLD), secret=False).is_ready


@settings(max_examples=examples(600), deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_any_json_anywhere_is_carried_to_the_end(place: tuple[str, int, Path], value: Any) -> None:  # noqa: ANN401 - any JSON
    _good_neighbour(say(encode(_with(*place, value))))


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from([place for place in PLACES if place[0] is APPLICATION]), JSON)
def test_a_stream_and_a_list_of_any_json_lead_to_the_same(place: tuple[str, int, Path], value: Any) -> None:  # noqa: ANN401 - any JSON
    world = encode(_with(*place, value))
    streamed, listed = say(world), say(world, streams=False)
    _good_neighbour(listed)
    assert streamed == listed


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=2, max_size=6))
def test_any_json_in_several_places_is_carried_to_the_end(changes: list[tuple[tuple[str, int, Path], Any]]) -> None:
    world = deepcopy(WORLD)
    for (source, index, path), value in changes:
        if under(world[source][index], path[:-1]) is None or under(world[source][index], path) is None:
            continue  # an earlier change took that part away
        world[source][index] = replaced(world[source][index], path, value)
    _good_neighbour(say(encode(world)))


@settings(max_examples=examples(600), deadline=None)
@given(st.sampled_from(DECIDING), JSON)
def test_rubbish_in_a_field_that_decides_is_never_ready(
    field: tuple[str, int, Path, Allowed],
    value: Any,  # noqa: ANN401 - any JSON
) -> None:
    source, index, path, allowed = field
    assume(not allowed(value))
    assert not say(encode(_with(source, index, path, value))).is_ready


@pytest.mark.parametrize(
    "field", DECIDING, ids=[f"{source}-{index}-{'.'.join(map(str, path))}" for source, index, path, _ in DECIDING]
)
def test_each_trick_in_each_field_that_decides_is_never_ready(field: tuple[str, int, Path, Allowed]) -> None:
    source, index, path, allowed = field
    ready = [
        trick for trick in TRICKS if not allowed(trick) and say(encode(_with(source, index, path, trick))).is_ready
    ]
    assert ready == []


@settings(max_examples=examples(400), deadline=None)
@given(
    st.sampled_from(["phase", "conditions", "health", "message", "kratix", "problems", "observedGeneration"]),
    JSON,
    st.sampled_from(["pod", "secret", "application"]),
)
def test_no_claim_in_the_status_makes_up_for_bad_evidence(key: str, claim: Any, missing: str) -> None:  # noqa: ANN401 - any JSON
    world = _with(Source.REQUESTS, 0, ("status", key), claim)
    if missing == "pod":
        world[PODS] = []
    elif missing == "application":
        world[APPLICATION] = world[APPLICATION][1:]
    assert not say(encode(world), secret=missing != "secret").is_ready


def test_a_forged_ready_does_not_outlive_a_look() -> None:
    forged = {
        "observedGeneration": 1,
        "readyGeneration": 1,
        "workloads": {"ready": 1, "total": 1},
        "since": {"started": "2026-02-26T09:00:00Z", "firstReady": "2026-02-26T09:00:00Z"},
    }
    ready = {"type": "Ready", "status": "True", "reason": "AllHealthy", "message": "x"}
    status = WORLD[Source.REQUESTS][0]["status"] | {"phase": "Ready", "health": forged, "conditions": [ready]}
    world = _with(Source.REQUESTS, 0, ("status",), status)
    assert say(encode(world)).is_ready
    assert not say(encode({**world, PODS: []})).is_ready


DEEP = [200, 990, 9000]
"""Levels of nesting; an API server takes up to 10,000."""


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("levels", DEEP)
@pytest.mark.parametrize(
    ("source", "path"),
    [
        (Source.REQUESTS, ("spec", "deep")),
        (Source.REQUESTS, ("status", "deep")),
        (Source.REQUESTS, ("status", "contract", "deep")),
        (Source.REQUESTS, ("status", "health", "deep")),
        (Source.REQUESTS, ("metadata", "deep")),
        (APPLICATION, ("spec", "source", "deep")),
        (APPLICATION, ("spec", "sources")),
        (APPLICATION, ("status", "deep")),
        (APPLICATION, ("status", "sync", "comparedTo", "source", "deep")),
        (PODS, ("spec", "deep")),
        (PODS, ("status", "conditions", 0, "status")),
        (WORKS, ("spec", "workloadGroups", 0, "deep")),
        (Source.WORK_PLACEMENTS, ("metadata", "labels", "deep")),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_what_is_nested_deeply_does_not_take_the_line_down(
    source: str,
    path: Path,
    levels: int,
    streams: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    encoded = encode(_with(source, 0, path, "DEEP"))
    for opening, closing in (b"[]", b"{}"):
        deep = bytes([opening]) * levels + bytes([closing]) * levels
        if opening == b"{"[0]:
            deep = b'{"a":' * levels + b"null" + b"}" * levels
        documents = [document.replace(b'"DEEP"', deep) for document in encoded[source]]
        said = say({**encoded, source: documents}, streams=streams)
        assert said.blind == [], "one object does not make its kind unreadable for everybody"
