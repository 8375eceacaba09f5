"""Nothing in this repository names a package on an index, or an image that anybody else could publish."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import pieces, requirements
from .own import ROOT
from .planted import HARMLESS, PLANTED

_LEFT_OUT = frozenset({".git", ".venv", "dist", "__pycache__", "node_modules", ".hypothesis"})
_LARGEST = 2_000_000
# Nothing else in the repository is passed over.
_PLANTED = frozenset({Path("tests/unit/names/planted.py")})

_DEPENDENCIES = frozenset(
    {
        ("platform-status-pipeline", "platform-status-contract"),
        ("platform-status-sidecar", "platform-status-contract"),
        ("platform-status-hctl", "platform-status-contract"),
        ("platform-status-hctl", "platform-status-kube"),
        ("platform-status-pipeline", "platform-status-kube"),
        ("platform-status-sidecar", "platform-status-kube"),
        ("platform-status-localplane", "platform-status-kube"),
        ("platform-status-kratix-double", "platform-status-kube"),
        ("platform-status-kratix-double", "platform-status-localplane"),
        ("platform-status-assistant", "platform-status-contract"),
        ("platform-status-assistant", "platform-status-hctl"),
    }
)
"""Which distribution of ours may require which: they are installed together, so none is looked for on an index."""

_BASES = frozenset({"python:3.13-slim-trixie", "python:3.13-slim"})
"""Images of others: what the images may stand on, and what a GitLab job runs in."""

_NO_IMAGES = frozenset(
    ["x", "i", "tools", "i:1", "i:2", "a", "vcluster", "sidecar", "other", "base:1", "mine:2", "node:1", "double:1"]
)
"""What tests call an image that no engine ever sees; below tests/ only."""

_OSS = frozenset({"loft-sh/vcluster-oss"})  # a path below the chart's registry: its value of that name, and theirs
_ELSEWHERE = {
    "promise/platform-homelab.yaml": _OSS,
    "tests/pipeline/homelab.yaml": _OSS,
    "tests/cluster/hctl/test_doctor.py": frozenset({"failure"}),  # how its check of images ends
    "tests/unit/hostile/test_siblings.py": frozenset({"evil"}),  # what a tenant may not name
}
"""Findings that are none, by file."""


def files(root: Path) -> Iterator[Path]:
    for folder, names, found in os.walk(root):
        names[:] = sorted(
            name
            for name in names
            if name not in _LEFT_OUT
            and not (Path(folder) / name / "CACHEDIR.TAG").exists()
            and not (Path(folder) / name / "pyvenv.cfg").exists()
        )
        yield from (Path(folder) / name for name in sorted(found))


def locked() -> frozenset[str]:
    return frozenset(re.findall(r"^([a-z0-9][a-z0-9.-]*)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))


def findings(path: Path, text: str) -> set[str]:
    kind = pieces.language(path)
    if path.name == "pyproject.toml":
        (table,) = pieces.documents(text, "toml")
        found = set(requirements.in_project(table, _DEPENDENCIES, locked()))
        lines = [line for line in text.splitlines() if line.strip().startswith("#")]
        found |= {each for line in lines for each in pieces.line_findings(line, code=False)}
        found |= set(pieces.tree_findings(table.get("tool", {})))
    else:
        found = set(pieces.findings(text, kind))
    return {each for each in found if each.partition("@")[0] not in _BASES}


def walk(root: Path) -> dict[str, set[str]]:
    told = {}
    for path in files(root):
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b"\0"
        if b"\0" in content or len(content) > _LARGEST or path.relative_to(root) in _PLANTED:
            continue
        name = str(path.relative_to(root))
        found = findings(path, content.decode("utf-8", "replace")) - _ELSEWHERE.get(name, frozenset())
        found -= _NO_IMAGES if name.startswith("tests/") else frozenset()
        if found:
            told[name] = found
    return told


@pytest.mark.timeout(600)  # some two thousand files; seconds on a machine that has nothing else to do
def test_nothing_is_installed_from_an_index_and_no_image_is_anybodys() -> None:
    assert walk(ROOT) == {}


@pytest.mark.parametrize("shape", PLANTED)
def test_a_planted_line_is_found(shape: str) -> None:
    name, text = PLANTED[shape]
    assert findings(Path(name), text)


@pytest.mark.parametrize("shape", HARMLESS)
def test_what_is_right_is_not_found(shape: str) -> None:
    name, text = HARMLESS[shape]
    assert findings(Path(name), text) == set()


def test_the_walk_reads_every_text_but_what_is_made_or_installed(tmp_path: Path) -> None:
    _, line = PLANTED["a subshell"]
    for name in ("docs/new.md", ".github/new/run.sh", "new", "dist/new.sh", "env/lib/new.py", "cache/new.sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(line)
    (tmp_path / "env/pyvenv.cfg").touch()
    (tmp_path / "cache/CACHEDIR.TAG").touch()
    (tmp_path / "binary").write_bytes(b"\0" + line.encode())
    assert set(walk(tmp_path)) == {".github/new/run.sh", "docs/new.md", "new"}
