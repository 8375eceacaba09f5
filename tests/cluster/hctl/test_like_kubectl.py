"""hctl takes kubectl's words and means the same by them: each case asks both, on one API server."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from localplane.binaries import find_kubectl
from tests.unit.hctl import requests
from tests.unit.kube.recording import recording

from .test_kubeconfig import KIND, changed, kubectl, serving
from .test_status import _one_line
from .world import Place, environment, hctl

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]  # the first run on a machine builds kubectl


@pytest.fixture
def three(place: Place) -> Iterator[tuple[str, str, str]]:
    """Three requests, two of which carry a label that only this test uses; a fourth lies in another namespace."""
    names = (place.unique("a"), place.unique("b"), place.unique("c"))
    other = f"{place.namespace}-other"
    place.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}})
    for name, team, where in (*zip(names, "xxy", ("", "", ""), strict=True), (place.unique("d"), "x", other)):
        place.put(name, "Ready", namespace=where)
        patch = {"metadata": {"labels": {"team": f"{team}-{place.namespace}"}}}
        place.admin.patch(
            "platform.integratn.tech/v1alpha1",
            "VClusterOrchestratorV2",
            name,
            patch,
            namespace=where or place.namespace,
        )
    yield names
    place.admin.delete("v1", "Namespace", other)


@pytest.mark.parametrize(
    ("command", "scope"), [("list", ()), ("ls", ("-n", "here")), ("get", ("-A",)), ("status", ("-n", "here"))]
)
def test_labels_and_scope_choose_what_kubectl_chooses(
    place: Place, three: tuple[str, str, str], command: str, scope: tuple[str, ...]
) -> None:
    del three
    where = tuple(place.namespace if word == "here" else word for word in scope)
    label = f"team=x-{place.namespace}"
    # Without a namespace hctl looks into all of them, where kubectl would look into the one of the context.
    theirs = kubectl(place.kubeconfig, "get", KIND, "-l", label, *(where or ("-A",)), "-o", "name")
    ours = place.run(command, "-l", label, *where, "-o", "name")
    assert ours.returncode == 0, ours.stderr
    names = [[line.rpartition("/")[2] for line in ended.stdout.split()] for ended in (ours, theirs)]
    assert sorted(names[0]) == sorted(names[1])
    assert len(ours.stdout.split()) == (2 if "-n" in scope else 3)


def test_a_selector_that_makes_no_sense_is_refused_by_both(place: Place) -> None:
    words = ("get", KIND, "-n", place.namespace, "-l", "team in x")
    theirs, ours = kubectl(place.kubeconfig, *words), place.run(*words)
    assert theirs.returncode != 0
    assert ours.returncode == 2
    assert "team in x" in _one_line(ours.stderr)


def test_a_table_without_its_head(place: Place, three: tuple[str, str, str]) -> None:
    words = ("get", KIND, "-n", place.namespace)
    for ask in (kubectl, hctl):
        with_head = ask(place.kubeconfig, *words).stdout.splitlines()
        without = ask(place.kubeconfig, *words, "--no-headers").stdout.splitlines()
        assert len(with_head) == 4
        assert [line.split()[0] for line in with_head[1:]] == [line.split()[0] for line in without]
        assert "NAME" in with_head[0].split()
        assert {word for line in without for word in line.split()} >= set(three)


def _column(table: str, name: str) -> dict[str, str]:
    """The cells of a column by the first word of their row; a dash, like an empty cell, is nothing."""
    head, *rows = table.splitlines()
    start = head.index(name)
    end = start + len(name) + len(re.match(r" *", head[start + len(name) :])[0])  # type: ignore[index]  # matches always
    return {row.split()[0]: row[start:end].strip(" -") for row in rows}


def test_ready_pods_are_one_column_and_the_same_in_both_lists(place: Place) -> None:
    numbers = requests.status("Degraded")["health"]
    none: dict[str, object] = {**numbers, "workloads": {"ready": 0, "total": 0}}
    place.put("whole", "Ready")
    place.put("broken", "Degraded")
    place.put("unread", "Unknown")
    place.put("none", "Degraded", health=none)
    theirs = kubectl(place.kubeconfig, "get", "vclusterorchestratorv2s", "-n", place.namespace)
    ours = place.run("list", "vclusterorchestratorv2s", "-n", place.namespace, "--columns", "name,pods,age")
    pods = {"whole": "3/3", "broken": "2/3", "unread": "", "none": ""}
    assert _column(theirs.stdout, "PODS") == pods
    assert _column(ours.stdout, "PODS") == pods


def test_one_request_by_every_name_that_is_printed(place: Place, three: tuple[str, str, str]) -> None:
    name = three[0]
    printed = place.run("get", "vco", "-n", place.namespace, "-o", "name").stdout.split()[0]
    spelled = (
        (name,),
        (f"{place.namespace}/{name}",),
        (f"vco/{name}",),
        ("vco", name),
        (f"vco/{place.namespace}/{name}",),
        (printed,),
    )
    asked = [place.asked(*words) for words in (*(("status", *words) for words in spelled), ("get", "vco", name))]
    answers = {(found["request"]["namespace"], found["request"]["name"]) for found in asked}
    path = "jsonpath={.metadata.namespace}/{.metadata.name}"
    theirs = kubectl(place.kubeconfig, "get", printed, "-n", place.namespace, "-o", path)
    assert answers == {tuple(theirs.stdout.split("/"))}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "vco/a", "b"), "vco/a and b both name a request; give only one"),
        (("status", "a/b/c/d"), "'a/b/c/d' has no name; expected [KIND/][NAMESPACE/]NAME"),
        (("status", "mine/a", "-n", "other"), "the name has namespace mine, but --namespace is other; leave one out"),
        (("get", "pods"), "pods have no status contract; golden paths here: "),
        (("diagnose", "po/media-0"), "po have no status contract; golden paths here: "),
        (("get", "deployments"), "deployments have no status contract; golden paths here: "),
        (("get", "vclusterorchestratorv"), "did you mean vclusterorchestratorv2"),
        (("get", "fridges"), "the cluster has no kind 'fridges'; golden paths here: "),
        (("list", "--bogus"), "No such option: --bogus (Possible options: --columns); see hctl list --help"),
        (("list", "--request-timeout", "soon"), "--request-timeout 'soon': expected a duration"),
        (("lst",), "No such command 'lst'. Did you mean 'list'"),
        (("diagnose",), "Missing argument '[KIND/][NAMESPACE/]NAME'; see hctl diagnose --help"),
        (("status", "media", "-A"), "are for lists; leave out the name"),
        (("completion", "tcsh"), "no completion for 'tcsh'; expected bash, zsh, fish, powershell"),
        (("version", "-o", "xml"), "-o xml: expected text, json or yaml"),
        (("get", "vco", "--as-group", "readers"), "--as-group requires a user: --as USER"),
        (("vcluster", "list", "--sort", "size"), "--sort size: expected"),
        (("vcluster", "list", "--columns", "size"), "--columns size: expected some of namespace, name"),
        (("vcluster", "list", "-A", "-n", "default"), "mutually exclusive"),
        (("vcluster", "status", "media", "-o", "xml"), "-o xml: expected table"),
        (("vcluster", "status", "media", "--wait", "Done"), "--wait Done: expected one of Scheduled"),
        (("vcluster", "status", "media", "--wait", "Ready", "--timeout", "soon"), "expected a duration"),
        (("schema", "nothing"), "expected one of status, list, diagnosis"),
    ],
)
def test_wrong_usage_is_one_line_that_says_what_to_do(
    place: Place, daemons: None, words: tuple[str, ...], said: str
) -> None:
    del daemons
    ended = place.run(*words)
    assert ended.returncode == 2, ended.stderr
    assert said in _one_line(ended.stderr)
    assert ended.stdout == ""


@pytest.fixture
def daemons(place: Place) -> None:
    """A Deployment, so that the kind is served and not empty."""
    labels = {"app": "x"}
    place.admin.create(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"namespace": place.namespace, "name": "x"},
            "spec": {
                "replicas": 0,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "main", "image": "example.invalid/x"}]},
                },
            },
        }
    )


def test_the_headers_of_acting_as_another_user_are_those_of_kubectl(place: Place, tmp_path: Path) -> None:
    pem, authority = serving("127.0.0.1", tmp_path)
    words = ("get", "vco", "--as", "jane", "--as-group", "a", "--as-group", "b")
    # What the kubeconfig says of acting as somebody gives way, whole, to what the command says.
    user = {"as": "joe", "as-uid": "7", "as-groups": ["c"]}
    with recording(pem) as recorded:
        config = changed(place, tmp_path, user, {"server": recorded.url, "certificate-authority-data": authority})
        assert kubectl(config, *words).returncode != 0
        theirs = recorded.impersonations()
        recorded.requests.clear()
        assert hctl(config, *words).returncode == 3
        ours = recorded.impersonations()
    assert ours == theirs
    (headers,) = ours
    assert [value for name, value in headers if name != "impersonate-uid"] == ["a", "b", "jane"]


def test_a_server_that_never_answers_is_given_up_in_time(place: Place, tmp_path: Path) -> None:
    config = yaml.safe_load(place.kubeconfig.read_text())
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        config["clusters"][0]["cluster"] = {"server": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        path = tmp_path / "silent"
        path.write_text(yaml.safe_dump(config))
        for asked in (hctl, kubectl):
            begun = time.monotonic()
            ended = asked(path, "get", "vco", "--request-timeout", "1s")
            assert ended.returncode == (3 if asked is hctl else 1), ended.stderr
            assert time.monotonic() - begun < 25, "the usual 30 s were waited for"
        assert "no answer in time" in _one_line(hctl(path, "get", "vco", "--request-timeout", "1s").stderr)


def test_both_say_the_same_version_of_the_server(place: Place) -> None:
    theirs = json.loads(kubectl(place.kubeconfig, "version", "-o", "json").stdout)["serverVersion"]["gitVersion"]
    assert place.asked("version")["server"] == theirs
    assert yaml.safe_load(place.run("version", "-o", "yaml").stdout)["server"] == theirs
    assert place.run("version").stdout.splitlines()[-1] == f"Server Version: {theirs}"
    assert "server" not in place.asked("version", "--client")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_script_of_a_shell(place: Place, shell: str) -> None:
    theirs, ours = kubectl(place.kubeconfig, "completion", shell), place.run("completion", shell)
    assert (theirs.returncode, ours.returncode) == (0, 0), ours.stderr
    assert ours.stdout.strip()
    assert "hctl" in ours.stdout
    if shell == "bash":
        script = f"{ours.stdout}\ncomplete -p hctl"
        checked = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)  # noqa: S603, S607
        assert checked.returncode == 0, checked.stderr
        assert "complete" in checked.stdout


def test_kubectl_hands_the_same_words_to_its_plugin(place: Place, three: tuple[str, str, str]) -> None:
    scripts = Path(sys.executable).parent
    found = environment(place.kubeconfig)
    ended = subprocess.run(  # noqa: S603 - kubectl of this machine
        [str(find_kubectl(os.environ)), "hctl", "get", "vco", three[0], "-n", place.namespace, "-o", "name"],
        env={**found, "PATH": f"{scripts}:{found['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip().endswith(f"/{three[0]}")
