"""hctl as a person or a script uses it, on a real API server: answers, exit codes, one clear line for each fault."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import jsonschema
import pytest
import yaml

from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from tests.cluster.rights import grant
from tests.cluster.sidecar.world import install_requests
from tests.unit.hctl.requests import PHASES

from .world import KIND, PATIENCE, Place, command, environment, hctl, hctl_process, other_kinds, put_other

pytestmark = pytest.mark.cluster

READ_REQUESTS = {
    "apiGroups": ["platform.integratn.tech"],
    "resources": ["vclusterorchestratorv2s"],
    "verbs": ["get", "list", "watch"],
}


def _one_line(text: str) -> str:
    assert text.endswith("\n")
    assert text.count("\n") == 1, text
    assert text.startswith("hctl: ")
    return text


@pytest.mark.parametrize("phase", ["Ready", "Degraded"])
def test_a_phase_has_its_dashboard_and_its_exit_code(place: Place, phase: str) -> None:
    name = place.unique("media")
    place.put(name, phase)
    ended = hctl_process(place.kubeconfig, "vcluster", "status", name)
    assert ended.returncode == (0 if phase == "Ready" else 1), ended.stderr
    assert ended.stderr == ""
    assert ended.stdout.startswith(f"┌─ VCluster: {name} ")
    assert f"│ Phase:      {phase}" in ended.stdout
    assert PHASES[phase][1] in ended.stdout.replace("\n│             ", " ")
    assert "ago" in ended.stdout.split("Last Check:")[1].splitlines()[0]
    assert f"https://{name}.integratn.tech:443" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_an_overview_counts_and_ends_with_the_worst(place: Place) -> None:
    for phase in PHASES:
        place.put(place.unique(phase.lower()), phase)
    ended = place.run("status", "-n", place.namespace)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].startswith("7 requests: 1 ready, 1 Failed, 1 Degraded, 1 Unknown")
    listed = place.run("vcluster", "list", "-n", place.namespace, "--problems", "--columns", "name,phase")
    assert listed.returncode == 0
    assert [line.split()[1] for line in listed.stdout.splitlines()] == ["PHASE", "Degraded", "Failed", "Unknown"]
    names = place.run("list", "-n", place.namespace, "-o", "name", "--sort", "phase").stdout.splitlines()
    assert [name.rpartition("/")[2].partition("-")[0] for name in names[:3]] == ["failed", "degraded", "unknown"]
    report = place.asked("list", "vco", "-n", place.namespace)
    assert report["summary"]["total"] == 7
    schema = json.loads(place.run("schema", "list").stdout)
    jsonschema.Draft202012Validator(schema).validate(report)


def test_what_scripts_read(place: Place) -> None:
    name = place.unique("media")
    place.put(name, "Ready")
    report = place.asked("vcluster", "status", name)
    jsonschema.Draft202012Validator(json.loads(place.run("schema", "status").stdout)).validate(report)
    assert (report["phase"], report["ready"], report["exitCode"]) == ("Ready", True, 0)
    assert report["freshness"]["state"] == "fresh"
    said = yaml.safe_load(place.run("status", f"vco/{name}", "-o", "yaml").stdout)
    assert said["request"] == report["request"]
    path = "jsonpath={.phase} {.freshness.state}"
    assert place.run("status", f"vco/{name}", "-o", path).stdout == "Ready fresh"
    reference = f"vclusterorchestratorv2s.platform.integratn.tech/{name}\n"
    assert place.run("status", name, "-o", "name").stdout == reference
    wide = place.run("vcluster", "status", name, "-o", "wide").stdout
    assert f"Lease:      {place.lease}" in wide
    assert "ConfigureWorkflowCompleted" in wide


# -- not reachable, not allowed


def test_an_api_server_that_is_away_is_one_line(place: Place, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        config = yaml.safe_load(place.kubeconfig.read_text())
        server = f"https://127.0.0.1:{taken.getsockname()[1]}"
        config["clusters"][0]["cluster"]["server"] = server
        away = tmp_path / "away"
        away.write_text(yaml.safe_dump(config))
        ended = hctl(away, "vcluster", "status", "media")
    assert ended.returncode == 3
    line = _one_line(ended.stderr)
    assert f"cannot reach {server}" in line
    assert "connection refused" in line
    assert "--context" in line


def test_a_stranger_authority_is_one_line(place: Place, tmp_path: Path) -> None:
    config = yaml.safe_load(place.kubeconfig.read_text())
    del config["clusters"][0]["cluster"]["certificate-authority-data"]
    strange = tmp_path / "strange"
    strange.write_text(yaml.safe_dump(config))
    ended = hctl(strange, "status")
    assert ended.returncode == 3
    assert "certificate is not trusted" in _one_line(ended.stderr)


def test_credentials_that_are_not_accepted_are_one_line(place: Place, tmp_path: Path) -> None:
    config = yaml.safe_load(place.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": "out of date"}
    old = tmp_path / "old"
    old.write_text(yaml.safe_dump(config))
    ended = hctl(old, "status")
    assert ended.returncode == 3
    assert "does not accept your credentials (401)" in _one_line(ended.stderr)


def _user(kinds: Cluster, place: Place) -> tuple[str, Path]:
    assert isinstance(kinds, ControlPlane)
    user = place.unique("jane")
    return user, kinds.kubeconfig_for(user, namespace=place.namespace)


def test_without_any_permission_one_line_names_what_is_missing(kinds: Cluster, place: Place) -> None:
    user, kubeconfig = _user(kinds, place)
    for words in (("vcluster", "status", "media"), ("vcluster", "list", "-A"), ("status",), ("diagnose", "vco/media")):
        ended = hctl(kubeconfig, *words)
        assert ended.returncode == 3, words
        line = _one_line(ended.stderr)
        assert user in line
        assert "cannot list resource" in line
        assert "request a Role" in line


def test_who_may_look_into_one_namespace_only_looks_there_and_is_told(kinds: Cluster, place: Place) -> None:
    user, kubeconfig = _user(kinds, place)
    leases = {**_LEASES, "resourceNames": ["vcluster-orchestrator-v2"]}
    grant(place.admin, user, [READ_REQUESTS, leases], place.namespace)
    name = place.unique("media")
    place.put(name, "Ready")
    ended = hctl(kubeconfig, "vcluster", "status", name)
    assert ended.returncode == 0, ended.stderr
    assert f"listed only {place.namespace}" in ended.stderr
    assert f"in namespace {place.namespace}, the only one you may list" in hctl(kubeconfig, "status", "vco/x").stderr


_LEASES = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]}


def test_without_access_to_the_lease_nothing_is_claimed(kinds: Cluster, place: Place) -> None:
    user, kubeconfig = _user(kinds, place)
    grant(place.admin, user, [READ_REQUESTS], place.namespace)
    name = place.unique("media")
    place.put(name, "Ready")
    ended = hctl(kubeconfig, "vcluster", "status", name, "-n", place.namespace)
    assert ended.returncode == 4
    assert ended.stdout.startswith("! Nothing proves that this status is current")
    assert "no permission to get the Lease" in ended.stdout
    assert "last write" in ended.stdout


# -- waiting and watching


@pytest.fixture
def started(place: Place) -> Iterator[Any]:
    """What starts hctl in the background; ended with the test."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(  # noqa: S603 - our own
            command(*words),
            env=environment(place.kubeconfig),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def _read_until(stream: IO[str] | None, text: str) -> str:
    assert stream is not None
    seen = ""
    for line in stream:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"{text!r} never came; seen: {seen}")


def test_waiting_for_ready_ends_when_it_is(place: Place, started: Any) -> None:  # noqa: ANN401 - a fixture
    name = place.unique("media")
    place.put(name, "Progressing")
    process = started("vcluster", "status", name, "--wait", "ready", "--timeout", "5m")
    _read_until(process.stderr, "is Progressing, PodsNotReady, waiting for Ready")
    place.become(name, "Ready")
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Phase:      Ready ✓" in out


def test_waiting_after_an_edit_does_not_take_the_ready_of_before(place: Place, started: Any) -> None:  # noqa: ANN401
    name = place.unique("media")
    place.put(name, "Ready")
    place.admin.patch(*KIND, name, {"spec": {"projectName": "other"}}, namespace=place.namespace)
    process = started("vcluster", "status", name, "--wait", "Ready", "--timeout", "5m", "-o", "name")
    line = _read_until(process.stderr, "waiting for Ready")
    assert "generation 2 is not observed yet" in line
    place.become(name, "Ready")
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_waiting_in_vain_ends_in_time_and_says_where_it_stands(place: Place) -> None:
    name = place.unique("media")
    place.put(name, "Degraded")
    ended = place.run("vcluster", "status", name, "--wait", "Ready", "--timeout", "1s")
    assert ended.returncode == 1
    assert "hctl: not within 1s: VCluster" in ended.stderr
    assert "is Degraded, PodsNotReady, waiting for Ready" in ended.stderr
    place.fall_silent(600)
    assert place.run("vcluster", "status", name, "--wait", "Degraded", "--timeout", "1s").returncode == 4


def test_waiting_for_what_is_deleted_meanwhile_ends(place: Place, started: Any) -> None:  # noqa: ANN401 - a fixture
    name = place.unique("media")
    place.put(name, "Degraded")
    process = started("vcluster", "status", name, "--wait", "Ready")
    _read_until(process.stderr, "waiting for Ready")
    place.admin.delete(*KIND, name, namespace=place.namespace)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "was deleted during the watch" in said


def test_watching_shows_each_change_and_ends_cleanly(place: Place, started: Any) -> None:  # noqa: ANN401 - a fixture
    name = place.unique("media")
    place.put(name, "Progressing")
    process = started("vcluster", "status", name, "--watch")
    _read_until(process.stdout, "Phase:      Progressing")
    place.become(name, "Ready")
    seen = _read_until(process.stdout, f"VCluster {place.namespace}/{name}: Ready ✓")
    place.become(name, "Failed")
    line = _read_until(process.stdout, f"VCluster {place.namespace}/{name}: Failed ✗").splitlines()[-1]
    assert "Phase:" not in seen.partition("└")[2], "a pipe gets the picture once, and then what changes"
    assert PHASES["Failed"][1] in line
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert said == ""


def test_watching_a_list_shows_what_comes(place: Place, started: Any) -> None:  # noqa: ANN401 - a fixture
    place.put(place.unique("media"), "Ready")
    process = started("vcluster", "list", "-n", place.namespace, "--watch", "--columns", "name,phase")
    _read_until(process.stdout, "Ready")
    place.put(place.unique("second"), "Scheduled")
    _read_until(process.stdout, "Scheduled")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130


def test_a_cluster_without_the_promise_says_so_and_a_watch_outlives_the_api_server() -> None:
    """On a control plane of its own, because there is no Promise at first, and it is taken down at last."""
    with ControlPlane() as plane:
        ended = hctl(plane.kubeconfig, "vcluster", "status", "media")
        assert ended.returncode == 2
        assert "vcluster-orchestrator-v2 is not installed" in _one_line(ended.stderr)
        overview = hctl(plane.kubeconfig, "status")
        assert (overview.returncode, overview.stdout) == (0, "No request of any golden path.\n")
        install_requests(plane.admin)
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "test-own"}})
        place = Place(plane.admin, "test-own", plane.kubeconfig)
        place.renew()
        place.put("media", "Progressing")
        process = subprocess.Popen(  # noqa: S603 - our own
            command("status", "vco/media", "--watch"),
            env=environment(plane.kubeconfig),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _read_until(process.stdout, "Phase:      Progressing")
            plane.restart_apiserver()
            place.renew()
            place.become("media", "Ready")
            _read_until(process.stdout, ": Ready")
        finally:
            process.kill()
            process.communicate()


# -- any kind, and whatever stands in it


def test_another_golden_path_needs_no_code(place: Place, tmp_path: Path) -> None:
    with other_kinds(place.admin, tmp_path, {"Shopfront": ["platform"], "Hidden": []}):
        shop, hidden = place.unique("shop"), place.unique("hidden")
        put_other(place, "Shopfront", shop)
        put_other(place, "Hidden", hidden)
        overview = place.asked("status", "-n", place.namespace)
        assert [entry["request"]["kind"] for entry in overview["items"]] == ["Shopfront"]
        assert overview["exitCode"] == 0
        assert place.run("status", shop).stdout.startswith(f"┌─ Web app: {shop} ")
        assert place.run("status", f"shopfront/{shop}").returncode == 0
        # without the category it is reached by the name of its kind
        assert place.run("status", hidden).returncode == 2
        assert place.run("status", f"hiddens.example.org/{hidden}").returncode == 0


def _in_a_shell(place: Place, line: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S602 - a shell, for its pipes and redirections
        line,
        env=environment(place.kubeconfig),
        shell=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_pipe_that_closes_early_and_a_terminal_without_symbols_are_no_crash(place: Place) -> None:
    name = place.unique("media")
    place.put(name, "Ready")
    plain = hctl_process(place.kubeconfig, "vcluster", "status", name, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert plain.returncode == 0, plain.stderr
    assert "Phase:      Ready" in plain.stdout
    assert plain.stdout.isascii()
    assert plain.stdout.startswith("+- VCluster: ")
    assert "Phase:      Ready +" in plain.stdout
    full = _in_a_shell(place, f"{' '.join(command('vcluster', 'list'))} > /dev/full")
    assert full.returncode == 1
    assert "cannot write the output: No space left on device" in _one_line(full.stderr)
    ended = _in_a_shell(place, f"{' '.join(command('vcluster', 'list', '-o', 'wide'))} | head -c 1")
    assert ended.stderr == ""
