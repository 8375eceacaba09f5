"""What other repositories run: the workflow that they call, and the hooks of pre-commit; both offline."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from platform_status_contract import REPOSITORY

ROOT = Path(__file__).parents[3]
WORKFLOW = ROOT / ".github/workflows/validate.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
BIN = Path(sys.executable).parent
MISTAKE = ROOT / "tests/golden/validation/request/vip-outside-subnet.yaml"
EXAMPLE = ROOT / "promise/examples/media.yaml"
BASH = shutil.which("bash")
GIT = shutil.which("git")
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def run(*command: object, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - programs of ours, and git
        [str(part) for part in command],
        cwd=cwd,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


# -- the workflow


def workflow() -> dict[str, Any]:
    """Read with every scalar a text, because YAML 1.1 takes the key `on` for true."""
    found: dict[str, Any] = yaml.load(WORKFLOW.read_text(), yaml.BaseLoader)  # noqa: S506 - the safest of them
    return found


def script(name: str) -> str:
    (found,) = (step["run"] for step in workflow()["jobs"]["validate"]["steps"] if step.get("name") == name)
    return str(found)


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
def test_the_workflow_is_one_that_github_takes(schema: str) -> None:
    done = run(BIN / "check-jsonschema", "--builtin-schema", schema, WORKFLOW, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_may_read_the_code_and_nothing_else() -> None:
    found = workflow()
    assert found["permissions"] == {"contents": "read"}
    for job in found["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["steps"][0]["with"]["persist-credentials"] == "false"


def test_the_workflow_uses_actions_by_commit_and_no_input_within_a_script() -> None:
    for job in workflow()["jobs"].values():
        for step in job["steps"]:
            if "uses" in step:
                action, _, version = step["uses"].partition("@")
                assert action.startswith("actions/")
                assert re.fullmatch("[0-9a-f]{40}", version)
            assert "${{" not in step.get("run", "")
            assert step.get("shell", "bash") == "bash"


def test_every_input_of_the_workflow_is_used_and_explained() -> None:
    text = WORKFLOW.read_text()
    documented = (ROOT / "docs/validate.md").read_text()
    for name, about in workflow()["on"]["workflow_call"]["inputs"].items():
        assert f"inputs.{name}" in text
        assert about["description"].endswith(".")
        assert f"`{name}`" in documented


def validate(folder: Path, paths: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the step as GitHub's runner does."""
    assert BASH, "the tests of the workflow need bash, as the workflow does"
    given = {"PATHS": paths, "PROMISES": "", "STRICT": "false", "SARIF": "", **environment}
    return run(BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", script("Validate"), cwd=folder, **given)


def test_the_workflow_passes_what_is_valid(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path)
    done = validate(tmp_path, ".")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_workflow_annotates_what_is_not_and_keeps_it_in_sarif(tmp_path: Path) -> None:
    folder = tmp_path / "our requests"
    folder.mkdir()
    shutil.copy(MISTAKE, folder)
    shutil.copy(EXAMPLE, tmp_path)
    log = tmp_path / "hctl.sarif"
    done = validate(tmp_path, "media.yaml\n\nour requests\n", SARIF=str(log))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=our requests/vip-outside-subnet.yaml,line=")
    ((run_of_hctl,),) = (json.loads(log.read_text())["runs"],)
    assert [result["ruleId"] for result in run_of_hctl["results"]] == ["vip-in-subnet"]


def test_a_path_is_a_path_whatever_it_is_called(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / "--help.yaml")
    shutil.copy(EXAMPLE, tmp_path / "$(touch pwned) *.yaml")
    done = validate(tmp_path, "--help.yaml\n$(touch pwned) *.yaml")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert not (tmp_path / "pwned").exists()


def test_the_workflow_tells_a_path_that_is_not_there_from_a_finding(tmp_path: Path) -> None:
    done = validate(tmp_path, "nowhere", SARIF=str(tmp_path / "log"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert not (tmp_path / "log").exists()


def test_the_workflow_hands_promises_and_strictness_on(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(
        "apiVersion: platform.integratn.tech/v1alpha1\nkind: WebApp\nmetadata: {name: a}\nspec: {imgae: b}\n"
    )
    assert validate(tmp_path, "web.yaml").returncode == 0
    promise = ROOT / "promise/webapp/promise.yaml"
    done = validate(tmp_path, "web.yaml", PROMISES=f"{promise}\n")
    assert done.returncode == 1, done.stderr
    shutil.copy(ROOT / "tests/golden/validation/template/failed-at-once.yaml", tmp_path)
    for strict, code in (("false", 0), ("true", 1)):
        done = validate(tmp_path, "failed-at-once.yaml", STRICT=strict)
        assert (done.returncode, done.stdout.count("::warning ")) == (code, 1), done.stderr


def install(folder: Path, wanted: str) -> "subprocess.CompletedProcess[str]":
    """Run the step with a python that only says what it was called with."""
    python = folder / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    assert BASH
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    command = (BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", script("Install hctl"))
    return run(*command, cwd=folder, INSTALL=wanted, PATH=path)


FROM_GIT = [f"git+{REPOSITORY}@v0.1.0#subdirectory={folder}" for folder in ("schemas", "kube", "hctl")]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("./a schemas.whl\n\nkube.whl\n", ["./a schemas.whl", "kube.whl"]),
        ("./schemas\n./kube\n./hctl", ["./schemas", "./kube", "./hctl"]),
        ("\n".join(FROM_GIT), FROM_GIT),
    ],
)
def test_the_workflow_installs_what_it_was_told_to(tmp_path: Path, wanted: str, expected: list[str]) -> None:
    done = install(tmp_path, wanted)
    arguments = done.stdout.splitlines()
    assert arguments[arguments.index("--") + 1 :] == expected


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        " \n",
        "./hctl",
        "./schemas\n./hctl",
        FROM_GIT[2],
        "0.1.0",
        "hctl",
        "./schemas\n./kube\nsomebodys-package==0.1.0",
        "-r x",
        f"git+{REPOSITORY}#subdirectory=hctl",
    ],
)
def test_the_workflow_installs_nothing_from_an_index(tmp_path: Path, wanted: str) -> None:
    done = install(tmp_path, wanted)
    assert done.returncode == 2
    assert done.stdout.startswith("::error::input install: found ")
    assert "\n--\n" not in done.stdout


def test_the_workflow_has_no_default_to_install() -> None:
    about = workflow()["on"]["workflow_call"]["inputs"]["install"]
    assert about["required"] == "true"
    assert "default" not in about


# -- the hooks


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}


def test_the_manifest_is_one_that_pre_commit_takes() -> None:
    done = run(BIN / "pre-commit", "validate-manifest", HOOKS, cwd=ROOT)
    assert done.returncode == 0, done.stdout
    done = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.pre-commit-hooks", HOOKS, cwd=ROOT)
    assert done.returncode in (0, 2), done.stdout  # 2: that version of check-jsonschema has no such schema


def test_every_hook_is_documented() -> None:
    documented = (ROOT / "docs/validate.md").read_text()
    assert set(hooks()) == {"hctl-validate", "hctl-validate-installed"}
    assert all(f"`{name}`" in documented for name in hooks())


def test_what_the_hook_installs_is_all_of_ours_that_hctl_needs() -> None:
    """pre-commit says `pip install . ./schemas ./kube ./hctl` at the root: they must be what pip can install."""
    folders = hooks()["hctl-validate"]["additional_dependencies"]
    named = {}
    for folder in folders:
        text = (ROOT / folder / "pyproject.toml").read_text()
        assert 'build-backend = "hatchling.build"' in text
        named[text.split('\nname = "')[1].split('"')[0]] = text
    parts = ("contract", "kube", "pipeline", "sidecar", "hctl", "assistant", "localplane")
    ours = {f"platform-status-{part}" for part in parts}
    needed = {name for name in ours if any(f'"{name}' in text.split("[project.scripts]")[0] for text in named.values())}
    assert needed <= set(named)
    assert 'hctl = "hctl.__main__:main"' in named["platform-status-hctl"]


def test_the_root_is_a_package_of_nothing(tmp_path: Path) -> None:
    """Else setuptools would look for one, find several, and refuse."""
    # not imported here: setuptools refuses to be, once somebody has imported distutils
    if importlib.util.find_spec("setuptools") is None:
        pytest.skip("pre-commit's own environment brings setuptools, this one need not")
    for folder in ROOT.iterdir():
        if folder.is_dir() and not folder.name.startswith("."):
            (tmp_path / folder.name).mkdir()
    for name in ("pyproject.toml", "setup.cfg"):
        shutil.copy(ROOT / name, tmp_path)
    done = run(
        sys.executable, "-c", "from setuptools import build_meta as b; b.get_requires_for_build_wheel()", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of ours with the hooks only, and beside it that of a user."""
    assert GIT, "pre-commit needs git"
    for folder in ("ours", "theirs"):
        (tmp_path / folder).mkdir()
        run(GIT, "init", "-q", cwd=tmp_path / folder)
    shutil.copy(HOOKS, tmp_path / "ours")
    for command in (("add", "."), ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "hooks")):
        assert run(GIT, *command, cwd=tmp_path / "ours").returncode == 0
    return tmp_path


def try_hook(repository: Path) -> "subprocess.CompletedProcess[str]":
    theirs = repository / "theirs"
    run(str(GIT), "add", ".", cwd=theirs)
    command = (BIN / "pre-commit", "try-repo", repository / "ours", "hctl-validate-installed", "--all-files")
    return run(*command, cwd=theirs, PRE_COMMIT_HOME=str(repository / "cache"))


def test_the_hook_passes_what_is_valid_and_what_is_none_of_ours(repository: Path) -> None:
    shutil.copy(EXAMPLE, repository / "theirs")
    (repository / "theirs/deployment.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n")
    (repository / "theirs/README.md").write_text("not: [yaml\n")
    done = try_hook(repository)
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout


def test_a_commit_that_touches_none_of_ours_is_none_of_our_business(repository: Path) -> None:
    (repository / "theirs/deployment.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n")
    done = try_hook(repository)
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout


def test_the_hook_stops_a_commit_and_says_where(repository: Path) -> None:
    shutil.copy(MISTAKE, repository / "theirs")
    done = try_hook(repository)
    assert done.returncode == 1
    assert "vip-outside-subnet.yaml:10:" in done.stdout
    assert "spec.exposure.vip" in done.stdout


def test_the_files_of_a_commit_are_looked_at_together(repository: Path) -> None:
    """A Promise among them says what its requests look like."""
    shutil.copy(ROOT / "promise/webapp/promise.yaml", repository / "theirs")
    (repository / "theirs/a.yaml").write_text(
        "apiVersion: platform.integratn.tech/v1alpha1\nkind: WebApp\nmetadata: {name: a}\nspec: {imgae: b}\n"
    )
    done = try_hook(repository)
    assert done.returncode == 1
    assert "spec.imgae" in done.stdout
