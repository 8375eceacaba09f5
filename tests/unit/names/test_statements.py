"""What README and documentation must say, and the one place that says where the repository is."""

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from platform_status_contract import REPOSITORY

from .own import FOLDERS, ROOT

PLACE = Path("schemas/src/platform_status_contract/__init__.py")


@pytest.mark.parametrize("page", ["README.md", "docs/request.md"])
def test_who_may_create_a_request_is_said_plainly(page: str) -> None:
    text = " ".join((ROOT / page).read_text().replace("> ", " ").replace("**", "").split())
    assert "within the platform's policy" in text
    assert "sub-requests" in text


def test_the_readme_leads_to_the_reasons() -> None:
    assert "(docs/policy.md)" in (ROOT / "README.md").read_text()
    assert "\n## Who may create it\n" in (ROOT / "docs/request.md").read_text()


def test_the_place_of_the_repository_is_of_nobody_by_default() -> None:
    assert urlsplit(REPOSITORY).hostname == "git.invalid"


@pytest.mark.parametrize("given", ["https://git.example.com/a/b", "ssh://git@git.example.com/a&b"])
def test_one_command_sets_the_place_everywhere(tmp_path: Path, given: str) -> None:
    git, make = shutil.which("git"), shutil.which("make")
    assert git
    assert make
    # make must believe that the environment is ready: what that depends on is there, and older
    locks = ("requirements.lock", "tools/bootstrap.lock", "pyproject.toml")
    for name in (*(f"{one}/pyproject.toml" for one in FOLDERS), *locks):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "ready").touch()
    (tmp_path / "page.md").write_text(f"Clone {REPOSITORY}.\n`git+{REPOSITORY}@v1#subdirectory=hctl` {REPOSITORY}\n")
    (tmp_path / "other.md").write_text("https://git.example.org\n")
    (tmp_path / PLACE).parent.mkdir(parents=True)
    (tmp_path / PLACE).write_text((ROOT / PLACE).read_text())
    settings = [f"REPOSITORY={given}", "READY=ready", f"BIN={Path(sys.executable).parent}"]
    sets = [make, "-s", "-f", str(ROOT / "Makefile"), "repository", *settings]
    for command in ([git, "init", "-q"], [git, "add", "."], sets):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - git, make
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "page.md").read_text() == f"Clone {given}.\n`git+{given}@v1#subdirectory=hctl` {given}\n"
    assert (tmp_path / "other.md").read_text() == "https://git.example.org\n"
    assert f'REPOSITORY = "{given}"' in (tmp_path / PLACE).read_text()
