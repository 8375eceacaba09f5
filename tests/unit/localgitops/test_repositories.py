"""A repository that a test commits to, fetched as an engine fetches it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from localgitops.repositories import Repository
from localplane.errors import LocalPlaneError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


def heads(url: str) -> str:
    command = ["git", "ls-remote", "--heads", url]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git, no shell
    return answer.stdout


def files(repository: Repository, folder: Path) -> dict[str, str]:
    subprocess.run(["git", "clone", "--quiet", repository.url, str(folder)], check=True)  # noqa: S603, S607 - git, no shell
    found = [path for path in folder.rglob("*.yaml") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text() for path in found}


def test_every_commit_is_the_head_of_main_and_adds_to_those_before(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "media", os.environ, f"file://{tmp_path}/media")
    first = repository.commit({"app/a.yaml": "a", "app/b.yaml": "b"})
    assert heads(repository.url) == f"{first}\trefs/heads/main\n"
    second = repository.commit({"app/a.yaml": None, "more/c.yaml": "c"})
    assert heads(repository.url) == f"{second}\trefs/heads/main\n"
    assert files(repository, tmp_path / "clone") == {"app/b.yaml": "b", "more/c.yaml": "c"}


def test_a_hidden_repository_is_gone_until_it_is_shown(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "media", os.environ, f"file://{tmp_path}/media")
    commit = repository.commit({"a.yaml": "a"})
    repository.hide()
    assert heads(repository.url) == ""
    with pytest.raises(LocalPlaneError, match=r"git .*: exit code 128: "):
        repository.commit({"a.yaml": "b"})
    repository.show()
    assert commit in heads(repository.url)
