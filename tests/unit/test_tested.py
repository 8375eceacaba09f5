"""The table of tested versions: only what a lane passed with is shown as passed."""

from pathlib import Path

import pytest

from platform_status_release.tested import LANES, Passed, main, table

ROOT = Path(__file__).parents[2]
FLUX = LANES["make test-flux"]


def _rows(record: dict[str, Passed]) -> dict[str, str]:
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table(record).split("\n")[3:] if row]
    return {program: passed for program, _, _, passed in rows}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("docs/start.md", "tools/tested.json"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def test_a_lane_that_never_ran_reads_not_run() -> None:
    assert set(_rows({}).values()) == {"not run"}


def test_a_lane_that_passed_with_other_versions_reads_not_run() -> None:
    first, *others = FLUX
    rows = _rows({"make test-flux": Passed("2026-01-02", {**FLUX, first: "v0.0.1"})})
    assert rows[first] == "not run"
    assert {rows[name] for name in others} == {"2026-01-02"}
    assert rows["Argo CD"] == "not run"


def test_a_lane_that_passed_is_recorded_and_shown_and_a_stale_page_is_found(checkout: Path) -> None:
    assert main(["--check"], checkout) == 0
    assert main(["make lint", "make test-flux"], checkout) == 0
    assert main(["--check"], checkout) == 0
    assert "lint" not in (checkout / "tools/tested.json").read_text()
    page = checkout / "docs/start.md"
    page.write_text(page.read_text().replace(FLUX["Flux's source-controller"], "v0.0.1"))
    assert main(["--check"], checkout) == 1


@pytest.mark.parametrize("arguments", [[], ["--write", "--check"]])
def test_wrong_usage(arguments: list[str], checkout: Path) -> None:
    assert main(arguments, checkout) == 2
