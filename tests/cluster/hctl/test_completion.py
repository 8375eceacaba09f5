"""Completion out of the cluster, in the shell and by way of kubectl; and hctl as kubectl's plugin."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localplane.binaries import find_kubectl

from .world import PATIENCE, Place, environment, hctl

pytestmark = pytest.mark.cluster

SCRIPTS = Path(sys.executable).parent


def _complete(place: Place, *words: str) -> list[str]:
    line = " ".join(word or "''" for word in ("hctl", *words))
    asked = {"_HCTL_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    ended = hctl(place.kubeconfig, **asked)
    assert ended.stderr == ""
    return ended.stdout.split()


def test_names_come_from_the_cluster(place: Place) -> None:
    name, other = place.unique("media"), place.unique("billing")
    place.put(name, "Ready")
    place.put(other, "Failed")
    narrowed = ("-n", place.namespace)
    assert _complete(place, "vcluster", "status", *narrowed, "") == sorted([name, other])
    assert _complete(place, *narrowed, "vcluster", "status", "bill") == [other]
    assert _complete(place, "diagnose", *narrowed, "me") == [name]
    assert _complete(place, "status", *narrowed, "vclusterorchestratorv2/me") == [f"vclusterorchestratorv2/{name}"]
    assert "vclusterorchestratorv2s" in _complete(place, "list", "vcl")
    assert place.namespace in _complete(place, "vcluster", "status", "-n", place.namespace[:8])
    assert _complete(place, "status", "--context", "lo") == ["local"]
    assert _complete(place, "status", "--wait", "D") == ["Degraded", "Deleting"]
    assert _complete(place, "status", "-o", "j") == ["json", "jsonpath="]
    assert _complete(place, "list", "--sort", "") == ["age", "name", "namespace", "phase"]


def test_what_a_shell_would_trip_over_is_not_offered(place: Place) -> None:
    place.put(place.unique("media"), "Ready", spec_name="media")
    contract = {"version": "v1", "generation": 1, "displayName": "x", "name": "$(reboot)", "works": True}
    place.put(place.unique("nasty"), "Ready", spec_name="nasty", contract=contract)
    offered = _complete(place, "vcluster", "status", "-n", place.namespace, "")
    assert not [name for name in offered if "$" in name]
    assert place.unique("nasty") in offered


def test_a_cluster_that_is_away_completes_nothing_and_says_nothing(place: Place, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    assert _complete(place, "vcluster", "status", "--kubeconfig", missing, "") == []


def test_kubectl_completes_its_plugin(place: Place) -> None:
    name = place.unique("media")
    place.put(name, "Ready")
    ended = subprocess.run(  # noqa: S603 - our own
        [str(SCRIPTS / "kubectl_complete-hctl"), "vcluster", "status", "-n", place.namespace, ""],
        env=environment(place.kubeconfig),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.stdout.split() == [name, ":4"]


# the first run on a machine builds kubectl
@pytest.mark.timeout(900)
def test_it_is_a_plugin_of_kubectl(place: Place) -> None:
    kubectl = find_kubectl(os.environ)
    name = place.unique("media")
    place.put(name, "Degraded")
    paths = {"PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(  # noqa: S603 - kubectl of this machine
        [str(kubectl), "hctl", "vcluster", "status", name],
        env=environment(place.kubeconfig, **paths),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert "Phase:      Degraded" in ended.stdout


@pytest.mark.parametrize("script", ["hctl", "kubectl-hctl"])
def test_help_shows_examples_and_exit_codes(script: str) -> None:
    ended = subprocess.run(  # noqa: S603 - our own
        [str(SCRIPTS / script), "vcluster", "status", "--help"],
        env=environment("/nowhere"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"Usage: {'kubectl hctl' if script == 'kubectl-hctl' else 'hctl'} vcluster status")
    assert "hctl vcluster status media --watch" in ended.stdout
