"""Credentials that rotate, on real TLS and with a real API server: the sidecar goes on without a restart."""

import datetime as dt
import os
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from localplane.certificates import new_authority
from localplane.client import Client
from localplane.clusters import from_kubeconfig
from localplane.commands import SERVER_HOSTS
from localplane.kubeconfigs import write_private
from localplane.plane import ControlPlane
from platform_status_kube.errors import UnauthorizedError
from tests.cluster.rights import grant
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import SYSTEM, Json, Life, Sidecar, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

USER = "sidecar"
ACCOUNT = f"system:serviceaccount:{SYSTEM}:rotating"
EXPIRES = dt.timedelta(seconds=15)
PATIENCE = 60.0


@contextmanager
def plane_with_rights() -> Iterator[ControlPlane]:
    with world.plane_with_requests() as started:
        world.install_argo_cd(started.admin)
        for user in (USER, ACCOUNT):
            grant(started.admin, user, [*world.RULES, world.PODS_RULE, world.LEASE_RULE])
        yield started


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with plane_with_rights() as started:
        yield started


def new_life(plane: ControlPlane, name: str) -> Life:
    plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return Life(plane.admin, name)


@pytest.fixture
def life(plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[Life]:
    lived = new_life(plane, f"c{abs(hash(request.node.name)) % 10**8}")
    yield lived
    plane.admin.delete(*world.REQUEST, "media", namespace=lived.namespace, missing_ok=True)


@contextmanager
def sidecar(folder: Path, *flags: str, environ: dict[str, str] | None = None) -> Iterator[Sidecar]:
    """Run one; at the end it must still be the same process, whole, and end in order."""
    log = folder / "sidecar.log"
    command = [sys.executable, "-m", "platform_status_sidecar", "--listen", "127.0.0.1:0", "--write-interval", "0"]
    with log.open("wb") as stream:
        process = subprocess.Popen([*command, *flags], stderr=stream, env={**os.environ, **(environ or {})})  # noqa: S603 - our own
    started = Sidecar(process, log, 0)
    try:
        until(lambda: said(started, "Started"), "the sidecar starts")
        started.port = said(started, "Started")[-1]["port"]
        yield started
        assert started.page("/healthz").startswith("ok"), "every thread runs"
        process.terminate()
        assert process.wait(30) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert not [line for line in started.lines() if "defect" in line["message"] or "died" in line["message"]]


def said(started: Sidecar, message: str) -> list[Json]:
    return [line for line in started.lines() if line["message"] == message]


def until_unready(started: Sidecar, *texts: str) -> None:
    """Wait until /readyz is 503 and names the reason."""

    def unready() -> bool:
        try:
            found = started.page("/readyz")
        except urllib.error.HTTPError as error:
            with error:
                found = error.read().decode()
        assert found.startswith("not ok"), found
        assert all(text in found for text in texts), found
        return True

    until(unready, f"/readyz is 503 and says {texts}", PATIENCE)


def until_ready(started: Sidecar) -> None:
    until(lambda: started.page("/readyz").startswith("ok"), "ready again", PATIENCE)


def server_of(plane: ControlPlane) -> dict[str, str]:
    """The environment of a pod."""
    where = urlsplit(plane.server)
    return {"KUBERNETES_SERVICE_HOST": str(where.hostname), "KUBERNETES_SERVICE_PORT": str(where.port)}


def bound_token(admin: Client, name: str) -> str:
    """A token that ends with the Secret of this name."""
    admin.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "rotating", "namespace": SYSTEM}})
    secret = admin.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": SYSTEM}})
    bound = {"apiVersion": "v1", "kind": "Secret", "name": name, "uid": secret["metadata"]["uid"]}
    answer = admin.request(
        "POST",
        f"/api/v1/namespaces/{SYSTEM}/serviceaccounts/rotating/token",
        body={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"boundObjectRef": bound}},
    )
    return str(answer["status"]["token"])


def live(life: Life) -> None:
    """A request with something to look at, and told as Ready."""
    life.ask(life.contract("application", "workloads"))
    life.create_application()
    life.create_pod()
    until(lambda: life.status.get("phase") == "Ready", "Ready", PATIENCE)


def until_told(life: Life, phase: str) -> None:
    until(lambda: life.status.get("phase") == phase, f"phase {phase}", PATIENCE)


def let_expire(plane: ControlPlane, running: Sidecar, mine: Path) -> None:
    """Give the sidecar a certificate that expires soon, and wait until it has it and the API server refuses it."""
    short = plane.kubeconfig_for(USER, valid_for=EXPIRES)
    write_private(mine, short.read_bytes())
    until(lambda: said(running, "Loaded the credentials anew"), "it has the new certificate", PATIENCE)
    client = Client(from_kubeconfig(short))

    def refused() -> bool:
        try:
            client.request("GET", "/api")
        except UnauthorizedError:
            return True
        return False

    try:
        until(refused, "the certificate has expired", EXPIRES.total_seconds() + PATIENCE)
    finally:
        client.close()


def test_a_client_certificate_that_expired_is_replaced(plane: ControlPlane, life: Life, tmp_path: Path) -> None:
    mine = tmp_path / "kubeconfig"
    write_private(mine, plane.kubeconfig_for(USER).read_bytes())
    with sidecar(tmp_path, "--kubeconfig", str(mine)) as running:
        live(life)
        let_expire(plane, running, mine)
        # the watch that is open goes on, so it hears of the change, and may not write it
        life.set_pod(ready=False)
        until(
            lambda: [line for line in said(running, "Cannot write the status") if line["status"] == 401],
            "a write is refused",
            PATIENCE,
        )
        assert life.status["phase"] == "Ready"
        write_private(mine, plane.kubeconfig_for(USER).read_bytes())
        until_told(life, "Degraded")


def test_a_client_certificate_that_no_watch_can_be_opened_with_is_replaced(
    plane: ControlPlane, life: Life, tmp_path: Path
) -> None:
    mine = tmp_path / "kubeconfig"
    write_private(mine, plane.kubeconfig_for(USER).read_bytes())
    with sidecar(tmp_path, "--kubeconfig", str(mine)) as running:
        live(life)
        let_expire(plane, running, mine)
        plane.restart_apiserver()
        until_unready(running, "requests: unreadable", "401")
        life.set_pod(ready=False)
        # the new one is written in two pieces, as an editor may
        whole = plane.kubeconfig_for(USER).read_text()
        mine.write_text(whole[: len(whole) // 2])
        until(
            lambda: said(running, "Cannot load the changed credentials yet, keeping the old"), "half a file", PATIENCE
        )
        mine.write_text(whole)
        until_told(life, "Degraded")
        until_ready(running)


def test_a_service_account_token_that_was_revoked_is_replaced(plane: ControlPlane, life: Life, tmp_path: Path) -> None:
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "ca.crt").write_bytes((plane.folder / "ca.crt").read_bytes())
    (folder / "token").write_text(bound_token(plane.admin, "first"))
    with sidecar(tmp_path, "--service-account", str(folder), environ=server_of(plane)) as running:
        live(life)
        # a token that is bound to an object ends with it; what the API server allowed before is over with a restart
        plane.admin.delete("v1", "Secret", "first", namespace=SYSTEM)
        plane.restart_apiserver()
        until_unready(running, "requests: unreadable", "401")
        life.set_pod(ready=False)
        (folder / "token").write_text("")
        (folder / "new").write_text(bound_token(plane.admin, "second"))
        (folder / "new").replace(folder / "token")
        until_told(life, "Degraded")
        until_ready(running)


def test_an_authority_that_is_replaced_under_the_api_server(tmp_path: Path) -> None:
    # a control plane of its own: no other client of the old one knows the new authority
    with plane_with_rights() as plane, ExitStack() as stack:
        life = new_life(plane, "life")
        folder = tmp_path / "serviceaccount"
        folder.mkdir()
        (folder / "ca.crt").write_bytes((plane.folder / "ca.crt").read_bytes())
        (folder / "token").write_text(bound_token(plane.admin, "authority"))
        environ = server_of(plane)
        running = stack.enter_context(sidecar(tmp_path, "--service-account", str(folder), environ=environ))
        live(life)
        now = dt.datetime.now(dt.UTC)
        fresh = new_authority("the next authority", now)
        pair = fresh.server("kube-apiserver", SERVER_HOSTS, now)
        plane.stop_apiserver()
        for name, content in (("apiserver.crt", pair.certificate), ("apiserver.key", pair.key)):
            write_private(plane.folder / name, content)
        # the clients of the test are still signed by the old one
        both = (plane.folder / "ca.crt").read_bytes() + fresh.certificate
        write_private(plane.folder / "ca.crt", both)
        plane.start_apiserver()
        until_unready(running, "requests: unreadable", "certificate is not trusted")
        life.set_pod(ready=False)
        assert life.status["phase"] == "Ready"
        (folder / "new").write_bytes(fresh.certificate)
        (folder / "new").replace(folder / "ca.crt")
        until_told(life, "Degraded")
        until_ready(running)
