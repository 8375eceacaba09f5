"""What the README shows on its first screen, and the commands that it tells people to type."""

import re
import shlex
from pathlib import Path

import pytest

from platform_status_contract.template.yaml_text import load
from platform_status_pipeline.template.resolve import read_template, resolve

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
FIRST_SCREEN = README.partition("\n## ")[0]
NEEDS_DOCKER = frozenset({"kind-up", "kind-demo", "kind-down"})
"""Cannot run in CI; the README says that they need Docker, docs/node.md what of them is tested."""
REQUEST = {
    "apiVersion": "example.org/v1",
    "kind": "Cache",
    "metadata": {"name": "web", "namespace": "team-a", "generation": 1},
    "spec": {},
}


def _blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def _commands() -> list[list[str]]:
    lines = [line.partition("#")[0].strip() for block in _blocks("sh") for line in block.splitlines()]
    return [shlex.split(line) for line in lines if line]


def test_every_target_of_make_is_a_step_of_the_check() -> None:
    inline = re.findall(r"`(make [a-z][a-z -]*)`", README)
    named = {target for line in inline for target in line.split()[1:]}
    named |= {arguments[1] for arguments in _commands()}
    run = set(re.findall(r"\bmake ([a-z-]+)", (ROOT / ".ci/run").read_text()))
    assert named >= {"demo", "test", "test-node"}
    assert named - NEEDS_DOCKER - run == set()


def test_nothing_but_make_is_asked_of_a_reader_and_the_rest_stands_in_start() -> None:
    assert {arguments[0] for arguments in _commands()} == {"make"}
    assert "(docs/start.md)" in FIRST_SCREEN


def test_the_contract_on_the_first_screen_has_twelve_lines_and_is_one_for_argo_cd_and_for_flux() -> None:
    argo_cd, objects = _blocks("yaml")
    assert f"```yaml\n{argo_cd}" in FIRST_SCREEN
    assert len(argo_cd.splitlines()) == 12
    (line,) = [line for line in argo_cd.splitlines(keepends=True) if line.startswith("    application:")]
    for text, key in ((argo_cd, "application"), (argo_cd.replace(line, objects), "objects")):
        resolved = resolve(read_template(load(text)), REQUEST)
        assert {key, "workloads"} < set(resolved.contract)
        assert resolved.endpoints == {"web": "https://web.example.com"}


@pytest.mark.parametrize(
    "said", ["tens of milliseconds", "at most every 5 s", "not written for 2 s", "polled, so they take up to 60 s"]
)
def test_the_first_screen_says_how_soon(said: str) -> None:
    assert said in " ".join(FIRST_SCREEN.split())


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_path_that_a_page_at_the_root_names_exists(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = re.findall(r"\]\((?!https?:)([^)#]+)", text) + re.findall(r"`((?:\.?\w+/)+[\w.-]*)`", text)
    assert [path for path in named if "/" in path and not (ROOT / path).exists()] == []


def test_each_kubectl_line_for_users_names_the_namespace() -> None:
    text = README + (ROOT / "docs/using.md").read_text("utf-8")
    lines = re.findall(
        r"^.*\bkubectl (?:-n|get|wait|apply|describe|delete)\b.*$", "\n".join(_blocks("sh", text)), re.MULTILINE
    )
    assert len(lines) >= 5
    assert [line for line in lines if " -n " not in line] == []
