"""``hctl validate``: what is printed, and how it ends."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hctl.commands.app import app
from hctl.commands.validations import ValidationOptions, validate_files
from hctl.errors import ExitCode, UsageError
from hctl.validation.files import read_sources

from .files import ROOT, request

BAD = request("exposure: {subnet: 10.0.4.0/24, vip: 10.1.0.9}")


def run(*arguments: str, stdin: str = "") -> tuple[int, str]:
    """Exit code and output."""
    result = CliRunner().invoke(app, ["validate", *arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good and a bad request, and what is no business of ours."""
    (tmp_path / "good.yaml").write_text(request(), "utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "bad.yml").write_text(BAD, "utf-8")
    (tmp_path / "deep" / "values.json").write_text('{"a": 1}', "utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "broken.yaml").write_text("a: [", "utf-8")
    (tmp_path / "README.md").write_text("a: [", "utf-8")
    return tmp_path


def test_a_finding_is_one_line_and_the_last_line_sums_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    code, output = run(".")
    assert code == ExitCode.NOT_READY
    assert output == (
        "deep/bad.yml:4:58: error: spec.exposure.vip: found 10.1.0.9, expected an address inside 10.0.4.0/24"
        " (vip-in-subnet)\n2 documents in 3 files: 1 error (1 of other kinds skipped)\n"
    )


def test_good_files_are_said_to_be_valid(folder: Path) -> None:
    code, output = run(str(folder / "good.yaml"))
    assert (code, output) == (0, "1 document in 1 file: valid\n")


def test_standard_input_is_a_file_too() -> None:
    code, output = run("-", stdin=BAD)
    assert code == ExitCode.NOT_READY
    assert output.startswith("<stdin>:4:58: error: ")


def test_a_warning_fails_with_strict_only(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("apiVersion: platform.integratn.tech/v1alpha1\nkind: WebApp\nmetadata: {name: a}\n", "utf-8")
    assert run(str(file))[0] == 0
    assert "1 warning" in run(str(file))[1]
    assert run(str(file), "--strict")[0] == ExitCode.NOT_READY
    code, output = run(str(file), "--promise", str(ROOT / "promise/webapp/promise.yaml"))
    assert code == ExitCode.NOT_READY
    assert "spec: found nothing" in output


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_programs_get_their_form(form: str, folder: Path) -> None:
    code, output = run(str(folder), "-o", form)
    assert code == ExitCode.NOT_READY
    assert "vip-in-subnet" in output
    if form != "github":
        assert json.loads(output)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-such-file.yaml"], "no-such-file.yaml: No such file or directory; expected a file, a folder, or -"),
        (
            [str(ROOT / "promise/sidecar/namespace.yaml")],
            "nothing to validate: 1 file with 1 document, none of a known kind",
        ),
        ([str(ROOT / "hctl/src/hctl/commands")], "nothing to validate: no file that ends in .yaml, .yml or .json"),
        (["-", "-o", "yaml"], "-o yaml: expected table, json, github, sarif"),
        (["-", "--kind", "secret"], "--kind secret: expected status, contract, statuscontract, request"),
        (["-", "--promise", "nowhere.yaml"], "nowhere.yaml: No such file"),
        (["a\0b"], "expected a file"),
        ([], "give files, or --policy FILE and --all-namespaces"),
    ],
)
def test_what_cannot_be_done_says_so_and_ends_with_2(arguments: list[str], told: str) -> None:
    code, output = run(*arguments)
    assert code == ExitCode.USAGE
    assert told in output


def test_an_empty_stream_is_nothing_to_validate() -> None:
    code, output = run("-", stdin="---\n---\n")
    assert code == ExitCode.USAGE
    assert "1 file without a document" in output
    assert run("-", "--allow-nothing", stdin="---\n") == (0, "0 documents in 1 file: valid\n")


def test_files_are_read_once_in_the_order_of_their_names_and_one_that_is_named_counts_as_named(folder: Path) -> None:
    sources = read_sources([str(folder), str(folder / "good.yaml"), str(folder)], io.BytesIO()).sources
    assert [(Path(source.file).name, source.given) for source in sources] == [
        ("good.yaml", True),
        ("bad.yml", False),
        ("values.json", False),
    ]


def test_what_another_tool_reads_is_passed_over_in_a_folder_and_an_error_by_name(tmp_path: Path) -> None:
    file = tmp_path / "parts.yaml"
    file.write_text(f"{BAD}\nextra: !yaml other.yaml\n", "utf-8")
    with pytest.raises(UsageError, match="nothing to validate"):
        validate_files([str(tmp_path)], ValidationOptions())
    code, output = run(str(file))
    assert code == ExitCode.NOT_READY
    assert 'found the tag "!yaml", expected plain YAML' in output


def test_nothing_of_a_cluster_is_needed_or_imported(tmp_path: Path) -> None:
    file = tmp_path / "good.yaml"
    file.write_text(request(), "utf-8")
    code = (
        "import sys\nfrom hctl.commands.validations import ValidationOptions, validate_files\n"
        f"validate_files([{str(file)!r}], ValidationOptions())\n"
        "print(*sorted(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - our own
    said, _, modules = ended.stdout.partition("\n")
    assert said == "1 document in 1 file: valid"
    assert not {"platform_status_kube", "urllib3", "requests"} & set(modules.split())
