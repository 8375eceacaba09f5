"""Decoding: any JSON in any field gives a record, strict and lenient agree, and rubbish never looks good."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platform_status_contract.model.times import LONG_AGO
from platform_status_contract.observing.decode import requests
from platform_status_contract.observing.decode.envelope import (
    decode_event,
    decode_failure,
    decode_page,
    decode_version,
    lenient,
)
from platform_status_contract.observing.decode.lenient import MAX_TEXT
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.records import Record, RequestRecord
from platform_status_contract.observing.sources import Source
from platform_status_contract.sources.argo import record as applications
from platform_status_contract.sources.argo.compared import compared_current
from platform_status_contract.sources.argo.record import decode_application
from platform_status_contract.sources.workloads import pod_record as pods
from platform_status_contract.sources.workloads.controller_record import controller_decoder
from platform_status_contract.sources.workloads.pod_record import decode_pod
from platform_status_contract.sources.works import record as works
from platform_status_contract.sources.works.record import decode_placement, decode_work
from tests.unit.sidecar import support
from tests.unit.sidecar.support import DECODERS, encode

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)

FULL_POD = support.pod(
    labels={"app": "vcluster"},
    ownerReferences=[{"kind": "StatefulSet", "name": "vcluster-media", "controller": True}],
    deletionTimestamp="2026-02-26T10:00:00Z",
)
FULL_POD["status"]["containerStatuses"] = [
    {"restartCount": 2, "state": {"running": {}}},
    {"restartCount": 1, "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
]
FULL_APPLICATION = support.application(
    labels={"team": "a"}, annotations={"x.org/generation": "3", "x": "y"}, creationTimestamp="2026-02-26T10:00:00Z"
)
FULL_APPLICATION["status"] |= {
    "operationState": {"phase": "Failed", "message": "boom", "finishedAt": "2026-02-26T10:00:00Z"},
    "health": {"status": "Degraded", "message": "sad"},
    "sync": {"status": "OutOfSync", "comparedTo": {"source": {"repoURL": "https://old"}}},
}
SAMPLES: dict[Source, support.Json] = {
    **support.everything(),
    Source.PODS: FULL_POD,
    Source.APPLICATIONS: FULL_APPLICATION,
    Source.DEPLOYMENTS: support.stateful_set("true"),
}


def paths(value: object, prefix: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every place in an object, the object's own name and namespace left out: an API server guards those."""
    items = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    found = []
    for key, item in items:
        place = (*prefix, key)
        if place not in (("metadata", "name"), ("metadata", "namespace"), ("metadata",)):
            found.append(place)
        found += paths(item, place)
    return found


PLACES = [(source, place) for source, sample in SAMPLES.items() for place in paths(sample)]


def with_rubbish(source: Source, place: tuple[object, ...], rubbish: object) -> support.Json:
    item = copy.deepcopy(SAMPLES[source])
    spot: Any = item
    for key in place[:-1]:
        spot = spot[key]
    spot[place[-1]] = rubbish
    return item


@given(st.sampled_from(PLACES), ANY_JSON)
@example((Source.PODS, ("status",)), [])
@example((Source.REQUESTS, ("metadata", "labels")), {"a": 1})
def test_any_json_in_any_field_still_gives_the_record_of_that_object(
    spot: tuple[Source, tuple[object, ...]], rubbish: object
) -> None:
    source, place = spot
    item = with_rubbish(source, place, rubbish)
    record = DECODERS[source](encode(item))
    assert record is not None
    assert record.key == (item["metadata"]["namespace"], item["metadata"]["name"])


@given(st.sampled_from([place for source, place in PLACES if source is Source.PODS and place[0] == "status"]), ANY_JSON)
def test_rubbish_in_a_pods_status_never_makes_it_ready(place: tuple[object, ...], rubbish: object) -> None:
    item = with_rubbish(Source.PODS, place, rubbish)
    for condition in item["status"]["conditions"] if well_formed(item) else ():
        if condition.get("type") == "Ready" and condition.get("status") == "True":
            return
    record = decode_pod(encode(item))
    assert record is not None
    assert not record.seen.ready


def well_formed(item: support.Json) -> bool:
    status = item["status"]
    conditions = status.get("conditions") if isinstance(status, dict) else None
    return isinstance(conditions, list) and all(isinstance(condition, dict) for condition in conditions)


@pytest.mark.parametrize(
    "status",
    [
        "Running",
        ["Ready"],
        {"phase": "Running", "conditions": "Ready"},
        {"phase": 1, "conditions": [{"type": "Ready", "status": "True"}]},
        {"conditions": [{"type": "Ready", "status": True}]},
        {"conditions": [{"type": "Ready", "status": "True"}, 7]},
        {"conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{"restartCount": "0"}]},
        None,
    ],
)
def test_a_pod_whose_status_is_rubbish_is_not_ready(status: object) -> None:
    record = decode_pod(encode({**support.pod(), "status": status}))
    assert record is not None
    assert not record.seen.ready


def test_rubbish_beside_the_status_does_not_make_a_ready_pod_unready() -> None:
    record = decode_pod(encode(support.pod(labels={"a": 1, "b": "c"})))
    assert record is not None
    assert record.seen.ready
    assert record.labels == (("b", "c"),)


@pytest.mark.parametrize("source", [source for source in SAMPLES if not source.endswith(("sets", "deployments"))])
def test_the_lenient_way_reads_a_well_formed_object_as_the_strict_way_does(source: Source) -> None:
    raw = encode(SAMPLES[source])
    ways: dict[Source, Callable[[], Record | None]] = {
        Source.REQUESTS: lambda: lenient(raw, requests._lenient),
        Source.APPLICATIONS: lambda: lenient(raw, applications._lenient),
        Source.PODS: lambda: lenient(raw, pods._lenient),
        Source.WORKS: lambda: lenient(raw, works._lenient_work),
        Source.WORK_PLACEMENTS: lambda: lenient(raw, works._lenient_placement),
    }
    by_hand = ways[source]()
    strict = DECODERS[source](raw)
    if source is Source.REQUESTS:
        assert isinstance(by_hand, RequestRecord)
        assert isinstance(strict, RequestRecord)
        assert json.loads(by_hand.status) == json.loads(strict.status)
        blank = {"status": b""}
        assert msgspec.structs.replace(by_hand, **blank) == msgspec.structs.replace(strict, **blank)
    else:
        assert by_hand == strict


@pytest.mark.parametrize("source", list(SAMPLES))
@pytest.mark.parametrize("name", ["", None, 7])
def test_only_an_object_without_a_name_gives_no_record(source: Source, name: object) -> None:
    item = copy.deepcopy(SAMPLES[source])
    item["metadata"]["name"] = name
    assert DECODERS[source](encode(item)) is None


def test_a_pod_is_read_as_the_rules_see_it() -> None:
    record = decode_pod(encode(FULL_POD))
    assert record is not None
    seen = record.seen
    assert (seen.name, seen.phase, seen.ready, seen.restarts) == ("p0", "Running", True, 3)
    assert (seen.waiting, seen.deleted is not None) == ("CrashLoopBackOff", True)
    assert (seen.owner_kind, seen.owner_name) == ("StatefulSet", "vcluster-media")
    assert seen.ready_since == datetime(2026, 2, 26, 10, tzinfo=UTC)


def test_an_init_container_that_crashes_is_seen_before_those_that_wait_for_it() -> None:
    item = support.pod(ready="False")
    item["status"]["containerStatuses"] = [{"state": {"waiting": {"reason": "PodInitializing"}}}]
    item["status"]["initContainerStatuses"] = [
        {"restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    ]
    record = decode_pod(encode(item))
    assert record is not None
    assert (record.seen.waiting, record.seen.restarts) == ("CrashLoopBackOff", 4)


STARTED = "2026-02-26T10:00:00Z"
RAN = {"startedAt": STARTED}
FAILED = {"terminated": {"exitCode": 137}}


@pytest.mark.parametrize(
    ("container", "crashing", "restarted"),
    [
        ({"state": {"running": RAN}}, False, False),
        ({"restartCount": 3, "state": {"running": RAN}, "lastState": FAILED}, False, True),
        ({"restartCount": 3, "state": {"terminated": RAN}, "lastState": FAILED}, False, True),
        ({"restartCount": 3, "state": {"running": RAN}, "lastState": {"terminated": {"exitCode": 0}}}, False, False),
        ({"restartCount": 3, "state": {"running": RAN}}, False, True),
        ({"restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": FAILED}, True, False),
        ({"restartCount": 3, "state": {"waiting": {"reason": "ErrImagePull"}}, "lastState": FAILED}, False, False),
        ({"restartCount": 3, "state": {"running": {"startedAt": "soon"}}, "lastState": FAILED}, True, True),
        ({"restartCount": 3, "lastState": FAILED}, True, True),
    ],
)
def test_a_pod_is_restarting_only_while_it_restarts(
    container: support.Json, *, crashing: bool, restarted: bool
) -> None:
    item = support.pod()
    item["status"]["containerStatuses"] = [{"name": "main", **container}]
    record = decode_pod(encode(item))
    assert record is not None
    assert (record.seen.crashing, record.seen.restarted is not None) == (crashing, restarted)


OOM = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": STARTED}
CRASHED = {"exitCode": 2, "reason": "Error", "finishedAt": "2026-02-26T09:00:00Z"}
WAITS = {"waiting": {"reason": "CrashLoopBackOff"}}


@pytest.mark.parametrize(
    ("containers", "failed"),
    [
        ([{"name": "db", "restartCount": 40, "state": WAITS, "lastState": {"terminated": OOM}}], "db: OOMKilled"),
        (
            [{"name": "db", "restartCount": 41, "state": {"running": RAN}, "lastState": {"terminated": OOM}}],
            "db: OOMKilled",
        ),
        ([{"name": "db", "restartCount": 41, "state": {"terminated": OOM}, "lastState": FAILED}], "db: OOMKilled"),
        ([{"name": "db", "restartCount": 1, "state": WAITS, "lastState": {"terminated": CRASHED}}], "db: exit code 2"),
        ([{"name": "db", "restartCount": 1, "state": WAITS, "lastState": FAILED}], "db: exit code 137"),
        ([{"name": "db", "restartCount": 1, "state": WAITS, "lastState": {"terminated": {"exitCode": 0}}}], ""),
        ([{"name": "db", "restartCount": 1, "state": {"running": RAN}}], ""),
        ([{"name": "db", "restartCount": 1}], ""),
        ([{"name": "db", "restartCount": 0, "state": {"terminated": OOM}}], ""),
        (
            [
                {"name": "db", "restartCount": 1, "state": {"running": RAN}, "lastState": {"terminated": CRASHED}},
                {"name": "proxy", "restartCount": 1, "state": {"running": RAN}, "lastState": {"terminated": OOM}},
                {"name": "web", "restartCount": 1, "state": {"running": RAN}, "lastState": FAILED},
            ],
            "proxy: OOMKilled",
        ),
    ],
)
def test_the_container_that_failed_last_is_named_the_same_from_restart_to_restart(
    containers: list[support.Json], failed: str
) -> None:
    item = support.pod()
    item["status"]["containerStatuses"] = containers
    record = decode_pod(encode(item))
    assert record is not None
    assert record.seen.failed == failed


@pytest.mark.parametrize(("policy", "restarted"), [("Always", True), (None, False)])
def test_an_init_container_counts_as_restarting_only_if_it_runs_as_long_as_the_pod(
    policy: str | None, *, restarted: bool
) -> None:
    item = support.pod()
    item["spec"] = {"initContainers": [{"name": "first", "restartPolicy": policy}]}
    item["status"]["initContainerStatuses"] = [
        {"name": "first", "restartCount": 2, "state": {"running": RAN}, "lastState": FAILED}
    ]
    for labels in ({}, {"rubbish": 7}):
        item["metadata"]["labels"] = labels
        record = decode_pod(encode(item))
        assert record is not None
        assert (record.seen.restarted is not None) is restarted


UNPLACED = [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]


@pytest.mark.parametrize(
    ("status", "waiting"),
    [
        ({"conditions": UNPLACED}, "Unschedulable"),
        ({"conditions": [{"type": "PodScheduled", "status": "True", "reason": "Unschedulable"}]}, ""),
        ({"conditions": UNPLACED, "reason": "Evicted"}, "Evicted"),
        (
            {"reason": "NodeLost", "containerStatuses": [{"state": {"waiting": {"reason": "PodInitializing"}}}]},
            "NodeLost",
        ),
        (
            {"reason": "NodeLost", "containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]},
            "CrashLoopBackOff",
        ),
        ({"reason": "NodeLost", "conditions": 7}, "NodeLost"),
    ],
)
def test_a_pod_without_a_reason_of_a_container_says_its_own(status: support.Json, waiting: str) -> None:
    item = support.pod()
    item["status"] = {"phase": "Pending", **status}
    record = decode_pod(encode(item))
    assert record is not None
    assert record.seen.waiting == waiting


@pytest.mark.parametrize(
    "word", ["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "SignatureValidationFailed"]
)
def test_every_word_for_an_image_that_cannot_be_pulled_is_one(word: str) -> None:
    item = support.pod(ready="False")
    item["status"]["containerStatuses"] = [{"state": {"waiting": {"reason": word}}}]
    record = decode_pod(encode(item))
    assert record is not None
    assert record.seen.waiting == "ImagePullBackOff"


@pytest.mark.parametrize(
    ("metadata", "paused"),
    [
        ({"labels": {"loft.sh/sleep-mode": "true"}}, True),
        ({"annotations": {"loft.sh/paused": "true"}}, True),
        ({"labels": {"loft.sh/sleep-mode": "false"}, "annotations": {"loft.sh/paused": ""}}, False),
        ({"labels": {"loft.sh/sleep-mode": True}, "annotations": {"loft.sh/paused": 1}}, False),
        ({"labels": {"loft.sh/sleep-mode": "true", "rubbish": 7}}, True),
        ({}, False),
    ],
)
def test_a_controller_is_paused_by_the_annotation_and_asleep_by_the_label(
    metadata: support.Json, *, paused: bool
) -> None:
    record = controller_decoder("StatefulSet")(encode({"metadata": {"name": "m", **metadata}}))
    assert record is not None
    assert record.seen.paused is paused


@pytest.mark.parametrize("source", [Source.APPLICATIONS, Source.STATEFUL_SETS, Source.DEPLOYMENTS, Source.SECRETS])
@pytest.mark.parametrize(
    ("timestamp", "deleted"),
    [
        (None, None),
        ("2026-02-26T10:00:00Z", datetime(2026, 2, 26, 10, tzinfo=UTC)),
        ("soon", LONG_AGO),
        (7, LONG_AGO),
        ({}, LONG_AGO),
    ],
)
def test_whatever_stands_in_deletion_timestamp_is_a_deletion(
    source: Source, timestamp: object, deleted: datetime | None
) -> None:
    item = copy.deepcopy(SAMPLES.get(source, support.stateful_set()))
    item["metadata"]["deletionTimestamp"] = timestamp
    record: Any = DECODERS[source](encode(item))
    assert getattr(record, "seen", record).deleted == deleted


@pytest.mark.parametrize("rubbish", [7, "x", [], [7], {"a": 1}, True])
@pytest.mark.parametrize("key", ["resources", "conditions", "controllerNamespace", "sourceHydrator", "sourceTypes"])
def test_rubbish_in_what_argo_cd_lists_never_makes_nothing_look_like_something(key: str, rubbish: object) -> None:
    item = support.application(sync="Unknown")
    item["status"][key] = rubbish
    record = decode_application(encode(item))
    assert record is not None
    assert record.seen.resources is not True
    assert record.seen.problems == ""


def test_warnings_are_no_problems_and_problems_are_told_once() -> None:
    item = support.application()
    said = {"type": "ComparisonError", "message": "no path"}
    item["status"]["conditions"] = [
        said,
        {"type": "OrphanedResourceWarning", "message": "x"},
        said,
        {"type": "SyncError"},
    ]
    record = decode_application(encode(item))
    assert record is not None
    assert record.seen.problems == "ComparisonError: no path; SyncError"


def test_an_application_is_read_as_the_rules_see_it() -> None:
    record = decode_application(encode(FULL_APPLICATION))
    assert record is not None
    seen = record.seen
    assert (seen.sync_status, seen.health_status, seen.health_message) == ("OutOfSync", "Degraded", "sad")
    assert (seen.operation_phase, seen.operation_message) == ("Failed", "boom")
    assert not seen.compared_current
    assert record.numbers == (("x.org/generation", 3),)


@pytest.mark.parametrize("labels", [{}, {"rubbish": 7}])
@pytest.mark.parametrize(("phase", "runs"), [("Running", True), ("Terminating", True), ("Succeeded", False)])
def test_the_start_of_an_operation_is_kept_while_it_runs(labels: support.Json, phase: str, *, runs: bool) -> None:
    item = support.application()
    item["metadata"]["labels"] = labels
    item["status"]["operationState"] = {"phase": phase, "startedAt": STARTED}
    record = decode_application(encode(item))
    assert record is not None
    assert (record.seen.started_at is not None) is runs


def test_a_long_message_of_others_is_cut() -> None:
    item = support.application()
    item["status"]["health"]["message"] = "x" * 100_000
    record = decode_application(encode(item))
    assert record is not None
    assert len(record.seen.health_message) == MAX_TEXT


SOURCE = {"repoURL": "https://r", "chart": "c", "targetRevision": "1", "helm": {"valuesObject": {"a": 1}}}


@pytest.mark.parametrize(
    ("spec", "compared", "current"),
    [
        ({"source": SOURCE}, {"source": SOURCE}, True),
        ({"source": SOURCE}, {"source": dict(reversed(SOURCE.items()))}, True),
        ({"source": {**SOURCE, "path": ""}}, {"source": {**SOURCE, "directory": {"recurse": False}}}, True),
        ({"source": SOURCE}, {"source": {**SOURCE, "targetRevision": "0"}}, False),
        ({"source": {**SOURCE, "helm": {"valuesObject": {"a": 2}}}}, {"source": SOURCE}, False),
        ({"sources": [SOURCE]}, {"sources": [SOURCE]}, True),
        ({"sources": [SOURCE, SOURCE]}, {"sources": [SOURCE]}, False),
        ({"sources": [SOURCE]}, {"source": SOURCE}, False),
        ({"source": SOURCE}, None, True),
        ({"source": SOURCE}, {"source": {"repoURL": ""}, "destination": {}}, True),
        ({"source": SOURCE, "destination": {"namespace": "a"}}, {"source": SOURCE, "destination": {}}, True),
        (
            {"source": SOURCE, "destination": {"name": "in-cluster", "namespace": "a"}},
            {"source": SOURCE, "destination": {"server": "https://k", "namespace": "a"}},
            True,
        ),
        (
            {"source": SOURCE, "destination": {"namespace": "a"}},
            {"source": SOURCE, "destination": {"namespace": "b"}},
            False,
        ),
    ],
)
def test_compared_current_tells_whether_argo_cd_looked_at_the_source_of_now(
    spec: support.Json, compared: support.Json | None, *, current: bool
) -> None:
    assert compared_current(spec, compared) is current
    status = {"sync": {"status": "Synced"} | ({"comparedTo": compared} if compared else {})}
    record = decode_application(encode({"metadata": {"name": "a"}, "spec": spec, "status": status}))
    assert record is not None
    assert record.seen.compared_current is current


def test_a_request_keeps_its_status_as_text() -> None:
    labels = {"b": "c", "kratix.io/paused": "true"}
    record = decode_request(encode(support.request({"phase": "Ready", "kratix": {"a": [1.5, None]}}, labels=labels)))
    assert record is not None
    assert json.loads(record.status) == {"phase": "Ready", "kratix": {"a": [1.5, None]}}
    assert (record.generation, record.deleting, record.labels) == (1, False, (("kratix.io/paused", "true"),))


def test_a_request_without_a_status_has_null() -> None:
    record = decode_request(encode({"metadata": {"name": "a", "deletionTimestamp": "2026-02-26T10:00:00Z"}}))
    assert record is not None
    assert (record.status, record.deleting) == (b"null", True)


@pytest.mark.parametrize(
    ("groups", "ids"),
    [(None, ()), ([], ()), ([{"id": "a"}], ("a",)), ("rubbish", ("",)), ([1, {"id": "a"}], ("", "a"))],
)
def test_a_work_has_the_ids_of_its_workload_groups_and_rubbish_is_one_without(
    groups: object, ids: tuple[str, ...]
) -> None:
    record = decode_work(encode({**support.work(), "spec": {"workloadGroups": groups}}))
    assert record is not None
    assert record.groups == ids


@pytest.mark.parametrize(
    ("status", "unscheduled", "message"),
    [("False", True, "no Destination"), ("True", False, "Pending"), ("Unknown", False, "Pending"), (None, False, "")],
)
def test_a_work_says_why_it_is_not_scheduled_while_that_is_so(
    status: str | None, *, unscheduled: bool, message: str
) -> None:
    said = [("ScheduleSucceeded", status, "no Destination"), ("Ready", "False", "Pending")] if status else []
    conditions = [{"type": kind, "status": word, "message": text} for kind, word, text in said]
    record = decode_work(encode({**support.work(), "status": {"conditions": conditions}}))
    assert record is not None
    assert (record.unscheduled, record.message) == (unscheduled, message)


@pytest.mark.parametrize(
    ("since", "deleted"),
    [(None, None), ("2026-02-26T10:00:00Z", datetime(2026, 2, 26, 10, tzinfo=UTC)), ("soon", LONG_AGO), (1, LONG_AGO)],
)
def test_works_and_placements_are_being_deleted_whatever_the_time_is(since: object, deleted: datetime | None) -> None:
    for item, decode in ((support.work(), decode_work), (support.placement(), decode_placement)):
        item["metadata"]["deletionTimestamp"] = since
        record = decode(encode(item))
        assert record is not None
        assert record.deleted == deleted


@pytest.mark.parametrize(("status", "written"), [("True", True), ("False", False), ("Unknown", None), (True, None)])
def test_a_placement_is_written_only_if_kratix_says_so(status: object, *, written: bool | None) -> None:
    item = support.placement()
    item["status"]["conditions"][0]["status"] = status
    record = decode_placement(encode(item))
    assert record is not None
    assert record.written is written
    assert record.message == ("text" if written is False else "")


def test_a_placement_is_misplaced_by_label_or_by_its_condition() -> None:
    by_label = support.placement()
    by_label["metadata"]["labels"]["kratix.io/misplaced"] = "true"
    by_condition = support.placement()
    by_condition["status"]["conditions"].append({"type": "Ready", "status": "False", "reason": "Misplaced"})
    found = [decode_placement(encode(item)) for item in (by_label, by_condition, support.placement())]
    assert [record.misplaced for record in found if record] == [True, True, False]


def test_a_controller_is_paused_only_by_the_word_true() -> None:
    decode = controller_decoder("StatefulSet")
    found = [decode(encode(support.stateful_set(word))) for word in ("true", "false", "")]
    assert [record.seen.paused for record in found if record] == [True, False, False]


def test_a_page_and_an_event_keep_their_objects_undecoded() -> None:
    page = decode_page(b'{"metadata":{"resourceVersion":"5","continue":"c"},"items":[{"a":1},7]}')
    assert [bytes(item) for item in page.items or ()] == [b'{"a":1}', b"7"]
    assert (page.metadata.resource_version, page.metadata.continue_token) == ("5", "c")
    event = decode_event(b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"6"}}}')
    assert (event.type, decode_version(event.object)) == ("BOOKMARK", "6")
    assert decode_page(b'{"metadata":{},"items":null}').items is None


@given(ANY_JSON)
def test_version_and_failure_of_any_json_can_be_read(value: object) -> None:
    assert isinstance(decode_version(encode(value)), str)
    assert isinstance(decode_failure(encode(value)).code, int)


@pytest.mark.parametrize(
    ("changes", "fell"),
    [
        ({}, False),
        ({"since": "2026-02-26T10:00:05Z"}, False),
        ({"since": "2026-02-26T10:00:06Z"}, True),
        ({"since": "2026-02-26T10:00:06Z", "status": "True"}, False),
        ({"since": "2026-02-26T10:05:00Z", "started": "2026-02-26T10:05:00Z"}, False),
        ({"since": "2026-02-26T10:05:00Z", "scheduled": "2026-02-26T10:04:58Z"}, False),
        ({"since": "soon"}, True),
        ({"created": "soon"}, True),
        ({"since": "2026-02-26T10:29:31Z", "deleted": "2026-02-26T10:30:00Z", "grace": 30}, False),
        ({"since": "2026-02-26T10:29:29Z", "deleted": "2026-02-26T10:30:00Z", "grace": 30}, True),
        ({"since": "2026-02-26T10:29:31Z", "deleted": "soon", "grace": 30}, False),
        ({"since": "9999-12-31T23:59:59Z", "deleted": "9999-12-31T23:59:59Z", "grace": 2**53}, False),
        ({"since": "2026-02-26T10:29:31Z", "deleted": "9999-12-31T23:59:59Z", "grace": -1}, True),
    ],
)
def test_a_pod_has_fallen_if_it_was_ready_since_it_started(changes: support.Json, *, fell: bool) -> None:
    given = {"since": "2026-02-26T10:00:00Z", "created": "2026-02-26T10:00:00Z", "status": "False"} | changes
    metadata = {"name": "p", "namespace": "n", "creationTimestamp": given["created"]}
    metadata |= {"deletionTimestamp": given["deleted"]} if "deleted" in given else {}
    metadata |= {"deletionGracePeriodSeconds": given["grace"]} if "grace" in given else {}
    conditions = [{"type": "Ready", "status": given["status"], "lastTransitionTime": given["since"]}]
    if "scheduled" in given:
        scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": given["scheduled"]}
        conditions.append(scheduled)
    status = {"phase": "Running", "conditions": conditions, "startTime": given.get("started")}
    record = decode_pod(encode({"metadata": metadata, "status": status}))
    assert record is not None
    assert record.seen.fell is fell
