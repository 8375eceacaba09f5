"""The walk: nothing that the rules can say is without a case."""

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules import unobserved
from platform_status_contract.rules.rows import ROWS
from platform_status_contract.rules.unobserved import TITLES
from platform_status_contract.sources.registry import SOURCES
from tests.unit.objects.recorded import RECORDED

from .cases import FOLDER, cases_in
from .folders import ROW_REASONS, SOURCE_FOLDERS, VERDICTS


def _row_reasons() -> set[tuple[str, str]]:
    return {(str(case.expect["row"]), str(case.expect["ready"]).partition(" ")[2]) for case in cases_in("table")}


def test_every_source_has_a_folder_with_cases() -> None:
    assert sorted(name for source in SOURCES for name in source.names) == sorted(SOURCE_FOLDERS.values())
    assert [name for name in SOURCE_FOLDERS if not list((FOLDER / name).glob("*.yaml"))] == []


def test_every_verdict_of_every_source_has_a_case() -> None:
    covered = {folder: {str(case.expect["verdict"]) for case in cases_in(folder)} for folder in SOURCE_FOLDERS}
    assert covered == VERDICTS


def test_every_reason_of_the_closed_list_is_expected_somewhere() -> None:
    covered = {str(case.expect["reason"]) for folder in SOURCE_FOLDERS for case in cases_in(folder)}
    covered |= {reason for _, reason in _row_reasons()}
    assert {reason.value for reason in Reason} - covered == set()


def test_every_row_of_the_table_is_listed() -> None:
    numbers = {row.number for row in ROWS} | {
        name.split("_")[1] for name in vars(unobserved) if name.startswith("row_")
    }
    assert {key.rstrip("abc") for key in ROW_REASONS} == numbers == {*TITLES, *(row.number for row in ROWS)}


def test_every_reason_of_every_row_has_a_case() -> None:
    wanted = {(row, reason.value) for row, reasons in ROW_REASONS.items() for reason in reasons}
    assert wanted - _row_reasons() == set()
    assert {row for row, _ in _row_reasons()} == set(ROW_REASONS)


def test_no_name_stands_for_two_cases_of_a_folder() -> None:
    for folder in (*SOURCE_FOLDERS, "table", "workflow", "contracts"):
        names = [case.name for case in cases_in(folder)]
        assert sorted(names) == sorted(set(names)), folder


def test_every_case_lies_where_a_runner_looks() -> None:
    ours = {*SOURCE_FOLDERS, "table", "workflow", "contracts"}
    elsewhere = {
        "applications",
        "assistant",
        "controllers",
        "crd_values.yaml",
        "documents",
        "dumps",
        "marketplace",
        "pipeline",
        "validation",
    }  # documents with runners of their own
    found = {path.relative_to(FOLDER).parts[0] for path in FOLDER.rglob("*.y*ml")}
    assert found - elsewhere == ours
    others = [path for name in ours for path in (FOLDER / name).iterdir() if path.suffix != ".yaml"]
    assert sorted(path.name for path in others) == sorted(RECORDED)
