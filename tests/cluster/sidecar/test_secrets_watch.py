"""`--secrets=watch` on a real API server: a Secret comes, goes, is forbidden and readable again, and tells no data."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from platform_status_contract.observing.sources import Source
from platform_status_sidecar.connection import connect
from platform_status_sidecar.http_transport import HttpTransport
from platform_status_sidecar.kinds import watched_kinds
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Life, allow, running, until

pytestmark = pytest.mark.cluster

SECRETS_RULE = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "watch"]}
WATCHED = ("--secrets", "watch", "--log-level", "debug")
HOLDS = "what the Secret holds"


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with world.plane_with_requests() as started:
        yield started


@pytest.fixture
def user(plane: ControlPlane, request: pytest.FixtureRequest) -> str:
    """Somebody with every right but that on Secrets; one per test, so that rights may come and go."""
    name = f"sidecar-{abs(hash(request.node.name)) % 10**8}-{os.getpid()}"
    allow(plane.admin, name, [*world.RULES, world.PODS_RULE, world.LEASE_RULE], name)
    return name


@pytest.fixture
def life(plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[Life]:
    lived = another_life(plane, f"t{abs(hash(request.node.name)) % 10**8}-{os.getpid()}")
    yield lived
    plane.admin.delete(*world.REQUEST, "media", namespace=lived.namespace, missing_ok=True)


def another_life(plane: ControlPlane, name: str) -> Life:
    plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return Life(plane.admin, name)


def create_secret(life: Life) -> None:
    life.create("v1", "Secret", "kubeconfig", {"stringData": {"config": HOLDS}})


def delete_secret(life: Life) -> None:
    life.admin.delete("v1", "Secret", "kubeconfig", namespace=life.namespace)


def rights(plane: ControlPlane, user: str, *rules: world.Json) -> None:
    allow(plane.admin, user, list(rules), f"{user}-secrets")


def test_a_secret_that_comes_and_goes_is_told_by_the_watch_alone(
    plane: ControlPlane, life: Life, user: str, tmp_path: Path
) -> None:
    rights(plane, user, SECRETS_RULE)
    with running(plane.kubeconfig_for(user), tmp_path, *WATCHED) as sidecar:
        life.ask(life.contract("secrets"))
        life.until_reason("KubeconfigAvailable", "SecretMissing")
        create_secret(life)
        life.until_phase("Ready")
        assert life.condition("KubeconfigAvailable")["reason"] == "SecretExists"
        assert "secrets: synced" in sidecar.page("/readyz")
        delete_secret(life)
        life.until_phase("Degraded")
        assert life.condition("KubeconfigAvailable")["reason"] == "SecretMissing"
        create_secret(life)
        life.until_phase("Ready")
        assert HOLDS not in sidecar.log.read_text()


def test_a_secret_that_was_there_before_anybody_observed_it_is_found(
    plane: ControlPlane, life: Life, user: str, tmp_path: Path
) -> None:
    rights(plane, user, SECRETS_RULE)
    late = another_life(plane, f"{life.namespace}-late")
    create_secret(late)
    create_secret(life)
    with running(plane.kubeconfig_for(user), tmp_path, *WATCHED) as sidecar:
        life.ask(life.contract("secrets"))
        life.until_phase("Ready")
        until(lambda: "secrets: synced" in sidecar.page("/readyz"), "the Secrets were listed")
        late.ask(late.contract("secrets"))
        late.until_phase("Ready")
        delete_secret(late)
        late.until_phase("Degraded")


def test_without_the_right_it_waits_and_when_the_right_comes_it_is_ready(
    plane: ControlPlane, life: Life, user: str, tmp_path: Path
) -> None:
    create_secret(life)
    with running(plane.kubeconfig_for(user), tmp_path, *WATCHED) as sidecar:
        life.ask(life.contract("secrets"))
        life.until_reason("KubeconfigAvailable", "AwaitingPermission")
        assert life.status["phase"] != "Ready"
        assert "secrets: unreadable (Forbidden)" in sidecar.page("/readyz")
        rights(plane, user, SECRETS_RULE)
        life.until_phase("Ready")


def test_a_right_that_goes_and_comes_back_hides_no_delete(
    plane: ControlPlane, life: Life, user: str, tmp_path: Path
) -> None:
    rights(plane, user, SECRETS_RULE)
    create_secret(life)
    with running(plane.kubeconfig_for(user), tmp_path, *WATCHED) as sidecar:
        life.ask(life.contract("secrets"))
        life.until_phase("Ready")
        rights(plane, user)
        # an open watch outlives the right; the restart makes the sidecar ask again
        plane.restart_apiserver()
        until(lambda: "secrets: unreadable (Forbidden)" in sidecar.page("/readyz"), "it may not read Secrets", 60)
        delete_secret(life)
        rights(plane, user, SECRETS_RULE)
        until(lambda: life.status.get("phase") == "Degraded", "the delete is found out", 60)
        assert life.condition("KubeconfigAvailable")["reason"] == "SecretMissing"


class Recording(HttpTransport):
    """Remembers every byte that came."""

    def __init__(self, plane: ControlPlane) -> None:
        super().__init__(connect(str(plane.kubeconfig), "", service_account="", connections=4), user_agent="test")
        self.seen: list[bytes] = []

    def keep(self, answer: bytes) -> bytes:
        self.seen.append(answer)
        return answer


def test_no_data_of_a_secret_comes_over_the_wire(plane: ControlPlane, life: Life) -> None:
    create_secret(life)
    kind = next(kind for kind in watched_kinds("a.v1.b", "promise", secrets=True) if kind.source is Source.SECRETS)
    recording = Recording(plane)
    one = f"/api/v1/namespaces/{life.namespace}/secrets"
    recording.keep(recording.get(f"{one}/kubeconfig", metadata_only=True))
    recording.keep(
        recording.list_page(one, limit=1, fields="metadata.name=kubeconfig", metadata_only=kind.metadata_only)
    )
    recording.keep(recording.list_page(kind.path, limit=kind.page, metadata_only=kind.metadata_only))
    with recording.watch(
        kind.path, resource_version="", seconds=20, metadata_only=kind.metadata_only, initial=True
    ) as lines:
        recording.keep(next(line for line in lines if b'"kubeconfig"' in line and life.namespace.encode() in line))
    recording.close()
    assert all(b"kubeconfig" in answer and b"PartialObjectMetadata" in answer for answer in recording.seen)
    for hidden in (b'"data"', b"stringData", HOLDS.encode(), base64.b64encode(HOLDS.encode())):
        assert not [answer for answer in recording.seen if hidden in answer]
