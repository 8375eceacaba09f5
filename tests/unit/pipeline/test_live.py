"""Which object in the cluster a request is, and in which order its problems are written."""

from pathlib import Path
from typing import Any

import pytest

from platform_status_contract.template.problems import Problem
from platform_status_pipeline.kratix.live import Target, patch_problems, target_of
from platform_status_pipeline.problems import lines

from .requests import request

TARGET = Target("example.org", "v1", "widgets", "team", "w")


def test_kratix_names_the_plural_and_without_it_the_kind_does() -> None:
    found = target_of(request(), {"KRATIX_CRD_PLURAL": "others"})
    assert found == Target("platform.integratn.tech", "v1alpha1", "others", "requests", "media")
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
    assert Target("g", "v", "p", "../..", "a/b?c").path == "/apis/g/v/namespaces/..%2F../p/a%2Fb%3Fc/status"


def test_nothing_is_waited_for_without_access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    said: list[str] = []
    waited: list[bool] = []
    assert not patch_problems(TARGET, ["x"], {}, lambda: waited.append(True), said.append)
    assert waited == []
    assert said == [
        "status.problems could not be written: no access to the Kubernetes API, neither in a cluster nor by KUBECONFIG"
    ]


def test_kratix_is_left_alone_before_the_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        """
        {apiVersion: v1, kind: Config, current-context: c, users: [{name: u, user: {token: t}}],
         contexts: [{name: c, context: {cluster: k, user: u}}],
         clusters: [{name: k, cluster: {server: "http://127.0.0.1:9"}}]}
        """
    )
    said: list[str] = []
    settled = lambda: said.append("waited")  # noqa: E731 - one word of the story
    assert not patch_problems(TARGET, ["x"], {"KUBECONFIG": str(kubeconfig)}, settled, said.append)
    assert said[0] == "waited"
    assert said[1].startswith("status.problems could not be written: ")


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
