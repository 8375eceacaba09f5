"""What others check our files with: check-jsonschema takes our schemas, and by them our good files, offline."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from hctl.commands.versions import show_schema
from hctl.errors import ExitCode, UsageError
from platform_status_contract.validation import load_schema, schema_names
from tests.golden.mistakes import mistakes

ROOT = Path(__file__).parents[3]
FILES = ROOT / "schemas/src/platform_status_contract/jsonschema"
DOCUMENTS = ROOT / "hctl/src/hctl/jsonschema"
PROGRAM = Path(sys.executable).with_name("check-jsonschema")
REQUEST = "vclusterorchestratorv2-request-v1alpha1"

OTHERWISE = {
    "good-list": "a list of requests is no request",
    "good-list-of-its-kind": "nor is a list of its own kind",
    "good-time-without-quotes": "a time for most readers of YAML, a text for those of Kubernetes",
    "good-creation-timestamp-null": "null is no text for any schema; hctl passes over this one",
}
"""Good files that a plain validator of JSON Schema may refuse, and why that is right for it."""


def check_jsonschema(*arguments: object) -> tuple[int, str]:
    """Run it where no proxy leads out and no cache helps."""
    done = subprocess.run(  # noqa: S603 - installed beside this Python
        [str(PROGRAM), "--no-cache", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "no_proxy": ""},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """All schemas as users get them: printed, each into a file."""
    for name in schema_names():
        assert show_schema(name) is ExitCode.READY
        (tmp_path / f"{name}.json").write_text(capsys.readouterr().out)
    return tmp_path


def single(paths: Sequence[Path]) -> list[Path]:
    """Files of one document, which is all that it reads, in YAML without tabs."""
    return [path for path in paths if len(path.read_text().split("\n---")) == 1 and "\t" not in path.read_text()]


def good(kind: str) -> list[Path]:
    paths = [mistake.path for mistake in mistakes(kind) if not mistake.expected.findings]
    return single([path for path in paths if path.stem not in OTHERWISE])


def test_every_schema_of_ours_is_a_schema() -> None:
    files = [*FILES.glob("*.json"), *DOCUMENTS.glob("*.json")]
    assert len(files) >= 10
    assert check_jsonschema("--check-metaschema", *files)[0] == 0


def test_a_schema_without_references_is_printed_as_it_is_and_may_be_called_without_its_version(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_schema("contract")
    assert json.loads(capsys.readouterr().out) == load_schema("contract-v1")


def test_what_is_no_schema_is_wrong_usage_and_all_are_named() -> None:
    with pytest.raises(UsageError, match=r"no document 'pod'; expected one of status, .*, contract-v1, .*"):
        show_schema("pod")


def test_every_good_request_is_valid(printed: Path) -> None:
    files = [*(ROOT / "promise/examples").glob("*.yaml"), *good("request")]
    assert len(files) >= 10
    code, said = check_jsonschema("--schemafile", printed / f"{REQUEST}.json", *files)
    assert code == 0, said


def test_every_good_template_is_valid(printed: Path) -> None:
    files = [*ROOT.glob("promise/**/contract.yaml"), *good("template")]
    assert len(files) >= 4
    code, said = check_jsonschema("--schemafile", printed / "statuscontract-v1.json", *files)
    assert code == 0, said


def test_every_good_status_is_valid_though_its_schema_refers_to_another(printed: Path, tmp_path: Path) -> None:
    files = []
    for path in good("status"):
        files.append(tmp_path / path.name)
        files[-1].write_text(yaml.safe_dump(yaml.safe_load(path.read_text())["status"]))
    assert files
    code, said = check_jsonschema("--schemafile", printed / "status-v1.json", *files)
    assert code == 0, said


@pytest.mark.parametrize(
    ("schema", "kind", "mistake"),
    [
        (REQUEST, "request", "field-misspelt"),
        (REQUEST, "request", "port-65536"),
        (REQUEST, "request", "name-with-capitals"),
        ("statuscontract-v1", "template", "field-misspelt"),
    ],
)
def test_a_mistake_is_refused(printed: Path, schema: str, kind: str, mistake: str) -> None:
    (file,) = (case.path for case in mistakes(kind) if case.path.stem == mistake)
    code, said = check_jsonschema("--schemafile", printed / f"{schema}.json", file)
    assert code == 1, said
    assert file.name in said
