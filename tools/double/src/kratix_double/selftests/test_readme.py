"""README.md of the double: every self-test and module in it exists."""

import fnmatch
import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
README = (PACKAGE / "README.md").read_text()
SOURCES = list(Path(__file__).parent.glob("test_*.py"))
ROWS = [row for row in README.splitlines() if row.startswith("| ") and not row.startswith("| section")]


def _cells(column: int) -> list[str]:
    return [row.strip("| ").split(" | ")[column] for row in ROWS]


def test_every_fact_names_a_self_test_that_exists() -> None:
    files = {path.name for path in SOURCES}
    functions = {name for path in SOURCES for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    assert len(ROWS) > 20
    for cell in _cells(3):
        named = re.findall(r"`([^`]+)`", cell)
        assert named
        for name in named:
            assert name in files or fnmatch.filter(functions, name), name


def test_every_fact_is_played_in_a_module_that_exists() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    for cell in _cells(2):
        named = {name.split(".")[0] for name in re.findall(r"`([^`]+)`", cell)}
        assert named <= modules, cell
