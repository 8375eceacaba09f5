"""docs/contract/v1.md is generated from the schemas, complete, and current."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from platform_status_contract.model.vocabulary import ConditionType, Phase, Reason
from platform_status_contract.validation import CONTRACT, STATUS, STATUS_CONTRACT, resolved_schema
from platform_status_contract.validation.reference import DIFFERENCES, main, page
from platform_status_contract.validation.reference_keys import key_rows
from platform_status_contract.validation.reference_words import table

from .strategies import Json

PAGE = Path(__file__).parents[3] / "docs" / "contract" / "v1.md"


def test_the_page_in_the_repository_is_current() -> None:
    out = io.StringIO()
    assert main(["--check", str(PAGE)], out) == 0, out.getvalue()


def test_the_page_is_the_same_every_time() -> None:
    assert page() == page()


def test_a_stale_or_missing_page_is_shown_as_a_diff(tmp_path: Path) -> None:
    file, out = tmp_path / "v1.md", io.StringIO()
    assert main(["--check", str(file)], out) == 1
    assert main(["--write", str(file)], out) == 0
    assert main(["--check", str(file)], out) == 0
    file.write_text(file.read_text(encoding="utf-8").replace("usable", "useable"), encoding="utf-8")
    stale = io.StringIO()
    assert main(["--check", str(file)], stale) == 1
    assert "-- **Is it useable?**" in stale.getvalue()
    assert "+- **Is it usable?**" in stale.getvalue()


def test_without_options_the_page_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == page()


def test_the_reference_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "platform_status_contract.validation.reference", "--check", str(PAGE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def _choices(schemas: list[Json]) -> list[Json]:
    return [branch for schema in schemas for branch in schema.get("anyOf", [])]


def keys(schema: Json, path: str = "") -> set[str]:
    """Every key of a resolved schema, written as the page writes it."""
    found: set[str] = set()
    branches = schema.get("anyOf", [])
    lists = [branch["items"] for branch in branches if "items" in branch]
    # what may stand alone or in a list has the rows of the list
    for branch in [schema, *(branch for branch in branches if branch not in lists and branch not in _choices(lists))]:
        for key, below in branch.get("properties", {}).items():
            found |= {f"{path}{key}"} if "description" in below else set()
            found |= keys(below, f"{path}{key}.")
        if "items" in branch:
            found |= keys(branch["items"], f"{path[:-1]}[].")
    return found


@pytest.mark.parametrize("name", [STATUS, CONTRACT, STATUS_CONTRACT])
def test_every_key_of_the_schema_has_exactly_one_row(name: str) -> None:
    rows = [row[0].strip("`") for row in key_rows(name)]
    wanted = keys(resolved_schema(name))
    if name == STATUS:  # the contract and the timers have tables of their own
        wanted = {key for key in wanted if not key.startswith(("contract.", "health.since."))}
    assert sorted(rows) == sorted(wanted)
    text = page()
    assert all(f"| `{row}` |" in text for row in rows)


def test_every_word_has_a_row() -> None:
    text = page()
    for word in [*Phase, *ConditionType, *Reason, *[difference.name for difference in DIFFERENCES]]:
        assert f"| `{word}` |" in text, word


def test_every_table_is_a_table() -> None:
    for block in re.findall(r"(?:^\|.*\n)+", page(), flags=re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block[:200]


def test_a_bar_inside_a_cell_is_escaped() -> None:
    assert table(("A",), [("x | y",)]) == "| A |\n| --- |\n| x \\| y |"


def test_the_two_commands_for_waiting_are_there() -> None:
    text = page()
    assert "--for=jsonpath='{.status.health.observedGeneration}'=" in text
    assert "--for=condition=Ready" in text
