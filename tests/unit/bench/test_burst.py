"""What a burst asks of a status, and the PATCHes that are sent bare."""

import json

import pytest

from localplane.client import Object
from platform_status_sidecar.write.plan import apply
from tests.bench.burst import says_last, status_patches


def request(status: Object, version: str = "7") -> Object:
    return {"metadata": {"name": "v3", "resourceVersion": version}, "status": status}


@pytest.mark.parametrize(
    ("phase", "message", "expected"),
    [
        ("Degraded", "9/10 pods are ready; not ready: v3-1", True),
        ("Degraded", "9/10 pods are ready; not ready: v3-0", False),
        ("Degraded", "8/10 pods are ready; not ready: v3-0, v3-1", False),
        ("Ready", "9/10 pods are ready; starting: v3-1", False),
    ],
)
def test_only_the_last_state_counts(phase: str, message: str, *, expected: bool) -> None:
    assert says_last(request({"phase": phase, "conditions": [{"message": message}]})) is expected


def test_a_request_without_a_status_says_nothing() -> None:
    assert not says_last({"metadata": {"name": "v3"}})


def test_a_status_patch_leads_to_the_wanted_status_and_has_the_version_as_precondition() -> None:
    now, wanted = {"phase": "Ready", "health": {"a": 1}}, {"phase": "Degraded", "message": "x"}
    (patch,) = status_patches([request(now)], [request(wanted, version="5")])
    body = json.loads(patch.body)
    assert body["metadata"] == {"resourceVersion": "7"}
    assert apply(now, body["status"]) == wanted


def test_a_status_that_is_right_needs_no_patch() -> None:
    assert list(status_patches([request({"phase": "Ready"})], [request({"phase": "Ready"})])) == []
