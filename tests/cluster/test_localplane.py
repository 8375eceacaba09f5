"""The local control plane itself: it starts, lets nobody in, survives faults, and leaves nothing behind."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localplane.binaries import find_binaries
from localplane.client import Client, Object
from localplane.clusters import ExistingCluster
from localplane.crds import APP_PROJECT, APPLICATION, fetch_crd, install_crds
from localplane.errors import LocalPlaneError, StartError, WaitError
from localplane.folders import sweep
from localplane.plane import ControlPlane, open_cluster
from platform_status_kube.access import Access
from platform_status_kube.errors import ConflictError, ForbiddenError, NotFoundError, UnansweredError, UnauthorizedError

pytestmark = pytest.mark.cluster

OWNER = """
import json, signal, time
# Tests may run in the background of a shell, which has SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from localplane.plane import ControlPlane
with ControlPlane() as plane:
    told = {"pids": plane.pids, "folder": str(plane.folder), "logs": str(plane.etcd_log.parent)}
    print(json.dumps(told), flush=True)
    time.sleep(100)
"""

FAILING_TEST = """
def test_that_fails(admin):
    assert admin.list("v1", "Namespace") == []
"""


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """A control plane for this module: its tests stop servers, and look where a foreign cluster shows nothing."""
    with ControlPlane() as started:
        yield started


@pytest.fixture
def owner() -> Iterator[subprocess.Popen[str]]:
    """Another Python that has started a control plane; its first line of output tells of it."""
    with python("-c", OWNER) as started:
        yield started
        started.kill()


def config_map(name: str, namespace: str, data: dict[str, str]) -> Object:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def python(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, *arguments]
    return subprocess.Popen(  # noqa: S603 - this Python with arguments of this file, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def first_line(owner: subprocess.Popen[str]) -> Object:
    assert owner.stdout is not None
    told: Object = json.loads(owner.stdout.readline())
    return told


def runs(pid: int) -> bool:
    """Whether a process does; one that has ended and waits for its parent to notice does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class TestTheClient:
    def test_creates_patches_and_deletes_an_object(self, admin: Client, namespace: str) -> None:
        created = admin.create(config_map("first", namespace, {"a": "1"}))
        patched = admin.patch("v1", "ConfigMap", "first", {"data": {"b": "2"}}, namespace=namespace)
        admin.delete("v1", "ConfigMap", "first", namespace=namespace)
        admin.delete("v1", "ConfigMap", "first", namespace=namespace, missing_ok=True)

        assert patched["metadata"]["uid"] == created["metadata"]["uid"]
        assert patched["data"] == {"a": "1", "b": "2"}
        assert admin.find("v1", "ConfigMap", "first", namespace=namespace) is None
        with pytest.raises(NotFoundError, match='configmaps "first" not found'):
            admin.get("v1", "ConfigMap", "first", namespace=namespace)

    def test_creating_an_object_twice_is_a_conflict(self, admin: Client, namespace: str) -> None:
        admin.create(config_map("twin", namespace, {}))

        with pytest.raises(ConflictError, match="already exists"):
            admin.create(config_map("twin", namespace, {}))

    def test_replacing_an_object_that_was_changed_since_is_a_conflict(self, admin: Client, namespace: str) -> None:
        read = admin.create(config_map("contested", namespace, {"a": "1"}))
        admin.replace({**read, "data": {"a": "2"}})

        with pytest.raises(ConflictError, match="the object has been modified"):
            admin.replace({**read, "data": {"a": "3"}})

    def test_applying_a_field_of_another_owner_is_a_conflict_unless_forced(self, admin: Client, namespace: str) -> None:
        admin.apply(config_map("shared", namespace, {"a": "1"}), field_manager="one")
        with pytest.raises(ConflictError, match='conflict with "one"'):
            admin.apply(config_map("shared", namespace, {"a": "2"}), field_manager="two", force=False)

        forced = admin.apply(config_map("shared", namespace, {"a": "2"}), field_manager="two")

        assert forced["data"] == {"a": "2"}

    def test_lists_more_objects_than_fit_on_a_page(
        self, admin: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("localplane.client._PAGE", 2)
        for number in range(5):
            admin.create(config_map(f"item-{number}", namespace, {}))

        listed = admin.list("v1", "ConfigMap", namespace=namespace)

        assert [item["metadata"]["name"] for item in listed] == [f"item-{number}" for number in range(5)]

    def test_watches_from_a_resource_version_on(self, admin: Client, namespace: str) -> None:
        before = admin.create(config_map("seen", namespace, {}))["metadata"]["resourceVersion"]
        admin.patch("v1", "ConfigMap", "seen", {"data": {"a": "1"}}, namespace=namespace)
        admin.delete("v1", "ConfigMap", "seen", namespace=namespace)

        events = admin.watch("v1", "ConfigMap", namespace=namespace, resource_version=before, timeout=2)

        assert [event.type for event in events] == ["MODIFIED", "DELETED"]

    def test_waits_for_an_object_that_another_creates(self, admin: Client, namespace: str) -> None:
        later = threading.Timer(0.2, admin.create, [config_map("late", namespace, {"a": "1"})])
        later.start()

        found = admin.wait_for("v1", "ConfigMap", "late", lambda seen: seen["data"]["a"] == "1", namespace=namespace)

        later.join()
        assert found["metadata"]["name"] == "late"

    def test_a_wait_in_vain_ends_with_what_was_seen_last(self, admin: Client, namespace: str) -> None:
        admin.create(config_map("steady", namespace, {"a": "1"}))

        with pytest.raises(WaitError, match=rf'ConfigMap {namespace}/steady: waited 1 s until a is 2.*"a": "1"'):
            admin.wait_for(
                "v1",
                "ConfigMap",
                "steady",
                lambda seen: seen["data"]["a"] == "2",
                namespace=namespace,
                timeout=1,
                until="a is 2",
            )

    def test_an_object_with_a_finalizer_is_named_as_not_gone(self, admin: Client, namespace: str) -> None:
        held = config_map("held", namespace, {})
        held["metadata"]["finalizers"] = ["example.org/hold"]
        admin.create(held)
        admin.delete("v1", "ConfigMap", "held", namespace=namespace)
        with pytest.raises(WaitError, match=r"example\.org/hold"):
            admin.wait_gone("v1", "ConfigMap", "held", namespace=namespace, timeout=1)

        admin.patch("v1", "ConfigMap", "held", {"metadata": {"finalizers": []}}, namespace=namespace)
        admin.wait_gone("v1", "ConfigMap", "held", namespace=namespace)

        assert admin.find("v1", "ConfigMap", "held", namespace=namespace) is None

    def test_an_object_that_goes_before_the_watch_begins_is_gone_at_once(
        self, admin: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        admin.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "going", "namespace": namespace}})
        watch = admin.watch

        def watch_late(*words: str, **options: Any) -> object:  # noqa: ANN401 - passed on
            admin.delete("v1", "ConfigMap", "going", namespace=namespace)
            return watch(*words, **options)

        monkeypatch.setattr(admin, "watch", watch_late)
        began = time.monotonic()
        admin.wait_gone("v1", "ConfigMap", "going", namespace=namespace, timeout=60)
        assert time.monotonic() - began < 30

    def test_an_unknown_kind_asks_for_its_crd(self, admin: Client) -> None:
        with pytest.raises(NotFoundError, match="v1 has no kind Nonsense; is its CRD installed"):
            admin.list("v1", "Nonsense")


class TestWhoGetsIn:
    def test_nobody_without_credentials_not_even_to_ask_for_health(self, plane: ControlPlane) -> None:
        with Client(Access(plane.server, str(plane.folder / "ca.crt"))) as nobody:
            for path in ("/readyz", "/livez", "/version", "/api/v1/namespaces"):
                with pytest.raises(UnauthorizedError):
                    nobody.request("GET", path)

    def test_a_user_may_do_what_a_role_allows_and_no_more(self, plane: ControlPlane) -> None:
        rbac = "rbac.authorization.k8s.io"
        rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]
        metadata = {"name": "reader", "namespace": "default"}
        role = {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": metadata, "rules": rules}
        binding = {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": "default"}],
        }
        reader = plane.client("system:serviceaccount:default:reader", ["system:serviceaccounts"])
        with pytest.raises(ForbiddenError):
            reader.request("GET", "/api/v1/namespaces/default/configmaps")

        plane.admin.create(role)
        plane.admin.create(binding)

        assert eventually(lambda: reads(reader, "/api/v1/namespaces/default/configmaps"))
        with pytest.raises(ForbiddenError, match='cannot list resource "secrets"'):
            reader.request("GET", "/api/v1/namespaces/default/secrets")

    def test_etcd_opens_to_no_client_of_the_api_server(self, plane: ControlPlane) -> None:
        command = Path(f"/proc/{plane.pids['etcd']}/cmdline").read_text().split("\0")
        urls = [part.partition("=")[2] for part in command if part.startswith("--listen-")]
        for url in urls:
            for certificate in (None, plane.admin.access.certificate):
                access = Access(url, str(plane.folder / "etcd-ca.crt"), certificate)
                with (
                    Client(access) as intruder,
                    pytest.raises(UnansweredError, match=r"(?i)alert|certificate|eof"),
                ):
                    intruder.request("GET", "/version")
        assert len(urls) == 2

    def test_only_the_owner_may_read_keys_and_kubeconfigs(self, plane: ControlPlane) -> None:
        path = plane.kubeconfig_for("jane", ["dev"], namespace="team")
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in plane.folder.iterdir() if file.is_file()}

        assert {"admin.kubeconfig", "ca.crt", "apiserver.key", "service-accounts.key", path.name} <= modes.keys()
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(plane.folder.stat().st_mode) == 0o700
        assert yaml.safe_load(path.read_text())["contexts"][0]["context"]["namespace"] == "team"

    def test_a_token_of_a_service_account_is_accepted(self, plane: ControlPlane) -> None:
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}}
        plane.admin.apply(account)
        path = "/api/v1/namespaces/default/serviceaccounts/robot/token"
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        token = plane.admin.request("POST", path, body=body)["status"]["token"]
        access = Access(plane.server, str(plane.folder / "ca.crt"), authorization=lambda: f"Bearer {token}")

        with Client(access) as robot, pytest.raises(ForbiddenError, match="system:serviceaccount:default:robot"):
            robot.request("GET", "/api/v1/secrets")


def reads(client: Client, path: str) -> bool:
    try:
        client.request("GET", path)
    except ForbiddenError:
        return False
    return True


class TestSideBySide:
    def test_two_control_planes_share_nothing(self, plane: ControlPlane) -> None:
        with ControlPlane() as other:
            other.admin.create(config_map("mine", "default", {}))

            assert other.server != plane.server
            assert other.folder != plane.folder
            assert not set(other.pids.values()) & set(plane.pids.values())
            assert plane.admin.find("v1", "ConfigMap", "mine") is None
            strangers = Access(other.server, str(plane.folder / "ca.crt"))
            with Client(strangers) as stranger, pytest.raises(UnansweredError, match="its certificate is not trusted"):
                stranger.request("GET", "/readyz")
            folder, logs, pids = other.folder, other.etcd_log.parent, other.pids

        assert not any(runs(pid) for pid in pids.values())
        assert not folder.exists()
        assert not logs.exists()
        assert plane.admin.request("GET", "/readyz") == "ok"

    def test_one_that_runs_is_not_started_twice(self, plane: ControlPlane) -> None:
        with pytest.raises(StartError, match="already running"):
            plane.start()

    def test_one_that_does_not_run_says_so(self) -> None:
        with pytest.raises(LocalPlaneError, match="is not running"):
            _ = ControlPlane().admin


class TestFaults:
    def test_a_restart_of_either_server_keeps_objects_and_address(self, plane: ControlPlane) -> None:
        plane.admin.apply(config_map("kept", "default", {"a": "1"}))
        server, before = plane.server, plane.pids

        plane.restart_apiserver()
        plane.restart_etcd()

        assert plane.admin.get("v1", "ConfigMap", "kept")["data"] == {"a": "1"}
        assert plane.server == server
        assert not set(before.values()) & set(plane.pids.values())

    def test_without_its_api_server_a_client_reaches_nobody(self, plane: ControlPlane) -> None:
        plane.stop_apiserver(grace=0)
        try:
            with pytest.raises(UnansweredError, match="refused"):
                plane.admin.request("GET", "/readyz")
        finally:
            plane.start_apiserver()

        assert plane.admin.request("GET", "/readyz") == "ok"

    def test_a_control_plane_outlives_the_thread_that_started_it(self) -> None:
        plane = ControlPlane()
        thread = threading.Thread(target=plane.start)
        thread.start()
        thread.join()
        try:
            assert plane.admin.request("GET", "/readyz") == "ok"
            assert plane.pids.keys() == {"kube-apiserver", "etcd"}
        finally:
            plane.stop()

    def test_a_flag_that_the_api_server_does_not_know_is_found_in_the_error_and_in_the_log(
        self, tmp_path: Path
    ) -> None:
        environ = {**os.environ, "PLATFORM_STATUS_CACHE": str(tmp_path)}
        binaries = find_binaries(os.environ)
        plane = ControlPlane(binaries=binaries, apiserver_flags=["--no-such-flag"], environ=environ)

        with pytest.raises(StartError, match="kube-apiserver ended with exit code 1") as raised:
            plane.start()

        log = Path(next(line for line in str(raised.value).splitlines() if line.startswith("log: "))[5:])
        assert "unknown flag: --no-such-flag" in str(raised.value)
        assert "unknown flag: --no-such-flag" in log.read_text()
        with pytest.raises(LocalPlaneError, match="is not running"):
            _ = plane.pids

    def test_the_report_of_a_failed_test_names_the_logs_and_they_are_kept(self, tmp_path: Path) -> None:
        (tmp_path / "test_it.py").write_text(FAILING_TEST)
        with python("-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)) as answer:
            told, complaint = answer.communicate()

        section = told.partition("logs of the control plane")[2].splitlines()
        logs = [Path(line) for line in section if line.endswith(".log")]
        assert answer.returncode == 1, told + complaint
        assert [log.name for log in logs] == ["kube-apiserver.log", "etcd.log"]
        assert "Version: v1.36" in logs[0].read_text()
        shutil.rmtree(logs[0].parent)


class TestTheEndOfTheOwner:
    def test_killed_outright_it_takes_both_servers_along(self, owner: subprocess.Popen[str]) -> None:
        told = first_line(owner)
        assert all(runs(pid) for pid in told["pids"].values())

        owner.kill()
        owner.wait()

        assert eventually(lambda: not any(runs(pid) for pid in told["pids"].values()))
        sweep()
        # A sweep of another worker may be at it.
        assert eventually(lambda: not Path(told["folder"]).exists())
        assert Path(told["logs"], "kube-apiserver.log").exists()
        shutil.rmtree(told["logs"])

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
    def test_interrupted_it_takes_both_servers_along(
        self, owner: subprocess.Popen[str], number: signal.Signals
    ) -> None:
        told = first_line(owner)

        owner.send_signal(number)
        owner.wait()

        assert eventually(lambda: not any(runs(pid) for pid in told["pids"].values()))
        # Python ends at once on SIGTERM unless a program asks it not to, as the command line does.
        in_order = number == signal.SIGINT
        assert Path(told["logs"]).exists() is not in_order
        if in_order:
            assert not Path(told["folder"]).exists()
        shutil.rmtree(told["logs"], ignore_errors=in_order)

    def test_a_sweep_spares_the_folder_of_one_that_lives(self, plane: ControlPlane) -> None:
        sweep()

        assert plane.kubeconfig.exists()

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
    def test_the_command_up_ends_in_order(self, number: signal.Signals) -> None:
        with python("-m", "localplane", "up") as up:
            assert up.stdout is not None
            line = up.stdout.readline()
            path = Path(line.strip().removeprefix("export KUBECONFIG="))
            server = yaml.safe_load(path.read_text())["clusters"][0]["cluster"]["server"]
            up.send_signal(number)
            _, told = up.communicate(timeout=20)

        assert up.returncode == 0
        assert f"{server} is ready after" in told
        assert not path.parent.exists()


class TestCrds:
    def test_argo_cds_are_established_and_usable(self, admin: Client, namespace: str) -> None:
        names = install_crds(admin, [fetch_crd(APPLICATION), fetch_crd(APP_PROJECT)])
        source = {"repoURL": "https://charts.example.org", "chart": "vcluster", "targetRevision": "0.30.4"}
        spec = {"project": "default", "source": source, "destination": {"namespace": "x"}}
        metadata = {"name": "vcluster-media", "namespace": namespace}
        application = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}

        admin.create(application)
        admin.patch(
            "argoproj.io/v1alpha1",
            "Application",
            "vcluster-media",
            {"status": {"health": {"status": "Healthy"}}},
            namespace=namespace,
        )

        assert names == ["applications.argoproj.io", "appprojects.argoproj.io"]
        listed = admin.list("argoproj.io/v1alpha1", "Application", namespace=namespace)
        assert [item["status"]["health"]["status"] for item in listed] == ["Healthy"]

    def test_the_command_crds_installs_into_the_named_cluster(self, plane: ControlPlane) -> None:
        with python("-m", "localplane", "crds", "appproject", "--kubeconfig", str(plane.kubeconfig)) as crds:
            told, complaint = crds.communicate()

        assert (crds.returncode, told) == (0, "appprojects.argoproj.io\n"), complaint
        assert plane.admin.list("argoproj.io/v1alpha1", "AppProject") == []


class TestAClusterOfTheUsers:
    def test_is_used_when_the_variable_names_its_kubeconfig(self, plane: ControlPlane) -> None:
        environ = {**os.environ, "PLATFORM_STATUS_CLUSTER": str(plane.kubeconfig)}

        with open_cluster(environ) as cluster:
            assert isinstance(cluster, ExistingCluster)
            assert cluster.server == plane.server
            assert cluster.kubeconfig == plane.kubeconfig
            assert "default" in [item["metadata"]["name"] for item in cluster.admin.list("v1", "Namespace")]
            with pytest.raises(ForbiddenError, match='User "jane" cannot list'):
                cluster.client("jane", ["dev"]).list("v1", "Secret")

        assert plane.admin.request("GET", "/readyz") == "ok"
