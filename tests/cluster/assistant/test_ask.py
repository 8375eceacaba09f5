"""``hctl ask`` as a person uses it, on a real API server: answers, citations, exit codes, what it will not claim."""

import json
import socket
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from tests.cluster.hctl.conftest import kinds, place  # noqa: F401 - fixtures: the world is that of hctl's own tests
from tests.cluster.hctl.world import Place, hctl, other_kinds, put_other
from tests.cluster.rights import grant

# ruff: noqa: F811 - a fixture's name is the argument that asks for it
pytestmark = pytest.mark.cluster

_SCHEMA = json.loads(files("platform_status_assistant").joinpath("jsonschema/answer-v1.schema.json").read_bytes())
_READ_REQUESTS = {
    "apiGroups": ["platform.integratn.tech"],
    "resources": ["vclusterorchestratorv2s"],
    "verbs": ["get", "list"],
}


def _asked(place: Place, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = place.asked("ask", "-n", place.namespace, *words)
    jsonschema.validate(found, _SCHEMA)
    return found


def _dead_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def test_the_answer_of_the_plan_and_where_each_word_of_it_stands(place: Place) -> None:
    name = place.unique("media")
    put = place.put(name, "Ready")
    lines = place.run("ask", f"Is my {name} vCluster working?").stdout.splitlines()
    assert lines[0] == (
        f"Yes, vcluster {name} is Ready. API endpoint: https://{name}.integratn.tech:443, all 3/3 pods running, "
        "Argo CD synced and healthy."
    )
    assert len(lines) == 1
    document = place.run("ask", f"Is my {name} vCluster working?", "-o", "yaml").stdout
    assert yaml.safe_load(document)["text"] == lines[0]
    lines = place.run("ask", f"Is my {name} vCluster working?", "--cite").stdout.splitlines()
    resource, version = "vclusterorchestratorv2s.platform.integratn.tech", put["metadata"]["resourceVersion"]
    assert lines[1] == ""
    assert lines[2].startswith(
        f"[1] status.phase = Ready of {resource}/{name} in {place.namespace}, resourceVersion {version}, checked "
    )
    lease = [line for line in lines if "spec.renewTime" in line]
    assert len(lease) == 1
    assert f"leases.coordination.k8s.io/vcluster-orchestrator-v2 in {place.namespace}" in lease[0]


def test_credentials_are_names_and_a_command_and_never_data(place: Place) -> None:
    name = place.unique("media")
    put = place.put(name, "Ready")
    named = put["status"]["contract"]["secrets"][0]["name"]
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": place.namespace, "name": named}}
    place.admin.create({**secret, "stringData": {"config": "TOP-SECRET"}})
    ended = place.run("ask", "how do i log in to", name)
    assert ended.returncode == 0, ended.stderr
    assert f"kubectl get secret {named} -n {place.namespace}" in ended.stdout
    assert "TOP-SECRET" not in ended.stdout
    assert "VE9QLVNFQ1JFVA" not in ended.stdout


def test_who_may_see_nothing_is_told_so_in_one_line(kinds: Cluster, place: Place) -> None:
    assert isinstance(kinds, ControlPlane)
    place.put(place.unique("media"), "Ready")
    kubeconfig = kinds.kubeconfig_for(place.unique("nobody"), namespace=place.namespace)
    ended = hctl(kubeconfig, "ask", "is everything ok?")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith("hctl: ")
    assert ended.stderr.count("\n") == 1
    document = hctl(kubeconfig, "ask", "is everything ok?", "-o", "json")
    report = json.loads(document.stdout)
    jsonschema.validate(report, _SCHEMA)
    assert (report["verdict"], report["exitCode"], document.returncode) == ("unknown", 3, 3)
    assert report["abstainedBecause"]


def test_who_may_see_one_namespace_is_answered_about_that_and_told_so(kinds: Cluster, place: Place) -> None:
    assert isinstance(kinds, ControlPlane)
    user = place.unique("joe")
    place.put(place.unique("media"), "Ready")
    # Whatever other golden paths other tests have installed meanwhile.
    grant(place.admin, user, [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}], place.namespace)
    ended = hctl(kinds.kubeconfig_for(user, namespace=place.namespace), "ask", "is everything ok?")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("Yes, ")
    assert f"You may not list all namespaces; listed only {place.namespace}" in ended.stdout


def test_a_lease_that_may_not_be_read_proves_nothing(kinds: Cluster, place: Place) -> None:
    assert isinstance(kinds, ControlPlane)
    name, user = place.unique("media"), place.unique("jim")
    place.put(name, "Ready")
    grant(place.admin, user, [_READ_REQUESTS], place.namespace)
    kubeconfig = kinds.kubeconfig_for(user, namespace=place.namespace)
    ended = hctl(kubeconfig, "ask", f"is {name} ok", "-n", place.namespace)
    assert ended.returncode == 4
    assert ended.stdout.startswith("I cannot say: nothing proves that this status is current")


def test_an_api_server_that_is_away_is_one_line(tmp_path: Path, place: Place) -> None:
    config = yaml.safe_load(place.kubeconfig.read_text())
    for cluster in config["clusters"]:
        cluster["cluster"]["server"] = f"https://127.0.0.1:{_dead_port()}"
    away = tmp_path / "kubeconfig"
    away.write_text(yaml.safe_dump(config))
    ended = hctl(away, "ask", "is media ok")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "cannot reach" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_wrong_option_is_one_line(place: Place) -> None:
    ended = place.run("ask", "is media ok", "-o", "table")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "hctl: -o 'table': expected text, json, yaml\n"


def test_another_golden_path_is_answered_about_by_its_contract_alone(place: Place, tmp_path: Path) -> None:
    with other_kinds(place.admin, tmp_path, {"Shopfront": ["platform"], "Hidden": []}):
        shop, hidden = place.unique("shop"), place.unique("hidden")
        put_other(place, "Shopfront", shop)
        put_other(place, "Hidden", hidden)
        for words in (f"is my {shop} shopfront working?", f"is my {shop} web app working?", f"is shopfronts/{shop} ok"):
            assert place.run("ask", words).stdout.startswith(f"Yes, web app {shop} is Ready."), words
        assert place.run("ask", f"is {hidden} ok").returncode == 2, "a kind without the category has to be named"
        assert place.run("ask", f"is the hidden {hidden} ok").stdout.startswith(f"Yes, web app {hidden} is Ready.")
        report = _asked(place, "are all shopfronts ok?")
        assert (report["verdict"], len(report["requests"])) == ("yes", 1)


def test_a_namespace_in_the_question_is_looked_into_even_if_not_all_may_be_listed(kinds: Cluster, place: Place) -> None:
    assert isinstance(kinds, ControlPlane)
    name, user = place.unique("media"), place.unique("jane")
    place.put(name, "Degraded")
    leases = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]}
    grant(place.admin, user, [_READ_REQUESTS, leases], place.namespace)
    grant(place.admin, user, [_READ_REQUESTS], "default")
    kubeconfig = kinds.kubeconfig_for(user, namespace="default")
    ended = hctl(kubeconfig, "ask", f"is {name} in namespace {place.namespace} ok?")
    assert ended.stdout.startswith(f"No, vcluster {name} is Degraded"), ended.stdout


def test_of_what_you_may_not_look_at_the_status_speaks(kinds: Cluster, place: Place) -> None:
    assert isinstance(kinds, ControlPlane)
    name, user = place.unique("media"), place.unique("jack")
    place.put(name, "Degraded")
    leases = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]}
    grant(place.admin, user, [_READ_REQUESTS, leases], place.namespace)
    kubeconfig = kinds.kubeconfig_for(user, namespace=place.namespace)
    ended = hctl(kubeconfig, "ask", f"why is {name} broken", "-n", place.namespace)
    assert 'The first cause: Pods: "you may not read Pods in ' in ended.stdout
    assert "; stored status: 2/3 pods are ready" in ended.stdout, "in its words, and in nobody else's"
    assert "Derived from its objects now" not in ended.stdout
    assert ended.returncode == 1, ended.stderr
