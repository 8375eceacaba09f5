"""What stands around objects: the Status of an ERROR event; and Secrets, of which only the name is decoded."""

import pytest

from platform_status_contract.observing.decode.envelope import decode_failure
from platform_status_contract.sources.secrets.record import SecretRecord, decode_secret
from tests.unit.sidecar.support import encode


@pytest.mark.parametrize(
    ("details", "seconds"),
    [
        ({}, None),
        ({"details": {}}, None),
        ({"details": {"retryAfterSeconds": 7}}, 7.0),
        ({"details": {"retryAfterSeconds": -1}}, None),
    ],
)
def test_an_error_event_may_say_how_long_to_wait(details: dict[str, object], seconds: float | None) -> None:
    found = decode_failure(encode({"kind": "Status", "code": 429, "message": "later", **details}))
    assert (found.code, found.message, found.retry_after) == (429, "later", seconds)


def test_of_a_secret_only_the_name_and_the_version_are_kept() -> None:
    metadata = {"name": "kubeconfig", "namespace": "team", "resourceVersion": "5", "annotations": {"copy": "SEKRET"}}
    assert decode_secret(encode({"metadata": metadata, "data": {"config": "SEKRET"}})) == SecretRecord(
        "team", "kubeconfig", 5
    )
    assert decode_secret(encode({"metadata": {**metadata, "namespace": 7}})) == SecretRecord("", "kubeconfig", 5)
    assert decode_secret(encode({"metadata": {}})) is None
