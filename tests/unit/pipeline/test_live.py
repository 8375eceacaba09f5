"""Which object in the cluster a request is, and in which order its problems are written."""

from pathlib import Path
from typing import Any

import pytest

from platform_status_contract.template.problems import Problem
from platform_status_pipeline.kratix.live import LiveAccess, PatchTarget, patch_problems, target_of
from platform_status_pipeline.problems import lines

from .requests import request

TARGET = PatchTarget("example.org", "v1", "widgets", "team", "w")


def test_kratix_names_the_plural_and_without_it_the_kind_does() -> None:
    found = target_of(request(), {"KRATIX_CRD_PLURAL": "others"})
    assert found == PatchTarget("platform.integratn.tech", "v1alpha1", "others", "requests", "media")
    guessed = target_of(request(), {})
    assert guessed is not None
    assert guessed.path == (
        "/apis/platform.integratn.tech/v1alpha1/namespaces/requests/vclusterorchestratorv2s/media/status"
    )


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"metadata": []},
        {**request(), "apiVersion": "v1"},
        {**request(), "kind": None},
        {**request(), "metadata": {}},
    ],
)
def test_a_request_that_does_not_say_which_it_is_has_no_target(document: dict[str, Any]) -> None:
    assert target_of(document, {}) is None


def test_hostile_names_stay_one_part_of_the_path() -> None:
    assert PatchTarget("g", "v", "p", "../..", "a/b?c").path == "/apis/g/v/namespaces/..%2F../p/a%2Fb%3Fc/status"


def pod(folder: Path) -> Path:
    """A folder as the kubelet mounts a ServiceAccount."""
    for name in ("token", "ca.crt", "namespace"):
        (folder / name).write_text("x")
    return folder


HOST = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


def test_a_pod_has_a_service_account_and_the_address_of_its_api_server(tmp_path: Path) -> None:
    assert LiveAccess(HOST, account=pod(tmp_path)).granted
    for environment in ({}, {"KUBERNETES_SERVICE_HOST": ""}, {"KUBECONFIG": "/k"}):
        assert not LiveAccess(environment, account=tmp_path).granted
        assert LiveAccess(environment, live=True, account=tmp_path).granted


@pytest.mark.parametrize("missing", ["token", "ca.crt"])
def test_a_variable_alone_is_no_pod(tmp_path: Path, missing: str) -> None:
    (pod(tmp_path) / missing).unlink()
    assert not LiveAccess(HOST, account=tmp_path).in_pod
    (tmp_path / missing).mkdir()
    assert not LiveAccess(HOST, account=tmp_path).in_pod
    assert not LiveAccess(HOST, account=tmp_path / "nowhere").in_pod


def test_an_account_that_cannot_be_looked_at_is_none(tmp_path: Path) -> None:
    """The kernel refuses a name of 300 characters, to the superuser as well."""
    assert not LiveAccess(HOST, account=tmp_path / ("x" * 300)).in_pod


@pytest.mark.parametrize("environment", [{}, {"KUBECONFIG": ""}, HOST])
def test_live_without_a_kubeconfig_waits_for_nothing_and_says_what_is_missing(environment: dict[str, str]) -> None:
    said: list[str] = []
    access = LiveAccess(environment, live=True, account=Path("/nowhere"))
    assert not patch_problems(TARGET, ["x"], access, lambda: said.append("waited"), said.append)
    (line,) = said
    assert line == (
        "status.problems could not be written: --live found no KUBECONFIG, expected the path of a kubeconfig file; "
        "set KUBECONFIG"
    )


def test_a_pod_that_does_not_know_the_port_is_told_so(tmp_path: Path) -> None:
    said: list[str] = []
    access = LiveAccess({"KUBERNETES_SERVICE_HOST": "10.96.0.1"}, account=pod(tmp_path))
    assert not patch_problems(TARGET, ["x"], access, lambda: said.append("waited"), said.append)
    assert said == [
        "status.problems could not be written: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set"
    ]


KUBECONFIG = """
    {apiVersion: v1, kind: Config, current-context: c, users: [{name: u, user: {token: t}}],
     contexts: [{name: c, context: {cluster: k, user: u}}],
     clusters: [{name: k, cluster: {server: "http://127.0.0.1:9"}}]}
    """


@pytest.mark.parametrize("in_pod", [False, True])
def test_kratix_is_left_alone_before_the_write(tmp_path: Path, *, in_pod: bool) -> None:
    """In a pod too, who types --live beside a KUBECONFIG means that cluster."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG)
    said: list[str] = []
    environment = {"KUBECONFIG": str(kubeconfig), **(HOST if in_pod else {})}
    access = LiveAccess(environment, live=True, account=pod(tmp_path))
    assert not patch_problems(TARGET, ["x"], access, lambda: said.append("waited"), said.append)
    assert said[0] == "waited"
    assert said[1].startswith("status.problems could not be written: ")
    assert "connection refused" in said[1]


def test_a_problem_is_one_line_of_bounded_length() -> None:
    line = Problem("spec.a", 'found "x\n\u2028y\x85"\x1b[31m' + "z" * 2000, "mend it").line
    assert len(line) == 1024
    assert line.isprintable()


def test_a_status_takes_64_problems_at_most() -> None:
    problems = tuple(Problem(f"f{number}", "is wrong") for number in range(70))
    assert len(lines(problems[:64])) == 64
    told = lines(problems)
    assert len(told) == 64
    assert told[-1] == "and 7 more problems"
