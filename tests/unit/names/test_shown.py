"""The table of docs/argocd.md names cases, properties and lives that are there."""

import re
from collections.abc import Iterator

import pytest

from .own import ROOT

ROWS = re.findall(r"^\| (\d+) \|[^|]*\|(.*)\|(.*)\|(.*)\|$", (ROOT / "docs/argocd.md").read_text(), re.MULTILINE)


def _defined(*folders: str) -> set[str]:
    """Return the functions of the modules below folders."""
    texts = (path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return {name for text in texts for name in re.findall(r"^def (\w+)\(", text, re.MULTILINE)}


def _cases() -> Iterator[str]:
    """Yield files of golden cases without their ending, and cases of tables as folder and name."""
    golden = ROOT / "tests/golden"
    for path in golden.rglob("*.*"):
        yield str(path.relative_to(golden).with_suffix(""))
        if path.suffix == ".yaml":
            for name in re.findall(r"^name: (\S+)$", path.read_text(), re.MULTILINE):
                yield f"{path.parent.relative_to(golden)}/{name}"


@pytest.fixture(scope="module")
def known() -> tuple[set[str], set[str], set[str]]:
    stories = {path.stem for path in (ROOT / "tests/lives").glob("*.yaml")}
    lived = {name.replace("_", "-") for name in _defined("tests/argocd/lives")}
    return set(_cases()), _defined("tests/unit"), stories | lived | _defined("tests/cluster")


def test_every_rule_has_its_row() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 18))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_shows_a_rule_is_there(row: tuple[str, ...], known: tuple[set[str], set[str], set[str]]) -> None:
    for cell, found in zip(row[1:], known, strict=True):
        names = set(re.findall(r"`([^`]+)`", cell))
        assert names
        assert names <= found
