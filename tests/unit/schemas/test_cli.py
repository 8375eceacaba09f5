"""The command line: exit codes 0 valid, 1 invalid, 2 wrong usage; one line per problem."""

import builtins
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from platform_status_contract.validation import load_schema, schema_names
from platform_status_contract.validation.cli import main
from platform_status_contract.validation.errors import DocumentError
from platform_status_contract.validation.yaml_documents import parse_yaml

CONTRACT = json.dumps(load_schema("contract")["examples"][0])

Run = tuple[int, str, str]


def run(*argv: str, stdin: str = "") -> Run:
    out, err = io.StringIO(), io.StringIO()
    code = main(argv, io.StringIO(stdin), out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str | bytes], str]:
    monkeypatch.chdir(tmp_path)

    def file(name: str, text: str | bytes) -> str:
        Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
        return name

    return file


Write = Callable[[str, str | bytes], str]


def test_a_valid_file_is_said_to_be_valid(write: Write) -> None:
    assert run("validate", "--schema", "contract", write("c.json", CONTRACT)) == (0, "c.json: valid\n", "")


def test_an_invalid_file_gets_one_line_per_problem(write: Write) -> None:
    code, out, _ = run("validate", "--schema", "contract", write("c.yaml", "version: v1\nname: x\nworks: true\n"))
    assert code == 1
    assert out.splitlines() == [
        "c.yaml: displayName: found nothing, expected a text of 1 to 63 characters without control characters",
        "c.yaml: generation: found nothing, expected a whole number from 1 to 9007199254740991",
    ]


def test_the_worst_of_several_files_decides(write: Write) -> None:
    good, bad = write("good.json", CONTRACT), write("bad.json", "{}")
    code, out, _ = run("validate", "--schema", "contract", bad, good)
    assert code == 1
    assert "good.json: valid\n" in out
    assert run("validate", "--schema", "contract", "missing.json", bad, good)[0] == 2


def test_documents_of_one_yaml_file_are_counted(write: Write) -> None:
    code, out, _ = run("validate", "--schema", "contract", write("c.yaml", f"---\n{CONTRACT}\n---\n---\n7\n"))
    assert code == 1
    assert out.splitlines() == ["c.yaml[0]: valid", "c.yaml[1]: (document): found 7, expected a mapping"]


def test_a_part_of_a_document_can_be_validated() -> None:
    request = json.dumps({"status": {"contract": json.loads(CONTRACT)}})
    assert run("validate", "--schema", "contract", "--at", "status.contract", "-", stdin=request)[0] == 0
    code, out, _ = run("validate", "--schema", "contract", "--at", "status.kontract", "-", stdin=request)
    assert (code, out) == (1, "-: status.kontract: found nothing, expected a document for the schema contract\n")
    assert run("validate", "--schema", "contract", "--at", "status", "-", stdin="[]")[0] == 1


def test_an_unknown_schema_is_wrong_usage(write: Write) -> None:
    code, out, err = run("validate", "--schema", "contrakt", write("c.json", CONTRACT))
    assert (code, out) == (2, "")
    assert err.startswith("found no schema 'contrakt', expected one of contract-v1, ")
    assert run("schema", "pod")[0] == 2


def test_a_file_that_cannot_be_read_is_wrong_usage(write: Write) -> None:
    write("x", "")
    assert run("validate", "--schema", "contract", "nowhere.json") == (
        2,
        "",
        "nowhere.json: cannot be read: No such file or directory\n",
    )


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.json", "{", "is not JSON that we accept: "),
        ("a.json", '{"a": 1, "a": 2}', 'is not JSON that we accept: found the key "a" twice in one mapping'),
        ("a.yaml", '{"a": 1, "a": 2}', 'is not JSON that we accept: found the key "a" twice in one mapping'),
        ("a.json", "[" * 100_000, "is not JSON that we accept: nesting too deep"),
        ("a.yaml", "a: [", "is not YAML that we accept: line 1, column 5: "),
        (
            "a.yaml",
            "a: 1\na: 2\n",
            'is not YAML that we accept: line 2, column 1: found the key "a" twice in one mapping',
        ),
        (
            "a.yaml",
            "a: !!python/object:os.system x",
            "is not YAML that we accept: line 1, column 4: could not determine",
        ),
        ("a.yaml", "a: 2026-99-99", "is not YAML that we accept: month must be in 1..12"),
        ("a.yaml", "\x07", "is not YAML that we accept: unacceptable character #x0007"),
        ("a.yaml", "? [" + "[" * 1000, "is not YAML that we accept: nesting too deep"),
        ("a.yaml", "# nothing\n", "holds no document"),
        ("a.yaml", b"\xff\xfe\xfa", "found bytes that are not UTF-8 at offset 0"),
        ("a.json", b" " * (8 * 2**20 + 1), "found more than 8 Mi characters, expected a document"),
    ],
    ids=range(13),
)
def test_a_malformed_file_is_invalid(write: Write, name: str, text: str | bytes, line: str) -> None:
    code, out, err = run("validate", "--schema", "contract", write(name, text))
    assert (code, err) == (1, "")
    assert out.startswith(f"{name}: {line}")
    assert out.count("\n") == 1


def test_yaml_merge_keys_and_keys_that_are_no_scalars_are_left_to_yaml() -> None:
    assert parse_yaml("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: {<<: *a, <<: *a}") == [
        {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": {"x": 1}}
    ]
    with pytest.raises(DocumentError, match="unhashable"):
        parse_yaml("? [1]\n: 2\n")


def test_yaml_without_pyyaml_is_wrong_usage_and_json_still_works(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_yaml(name: str, *rest: Any) -> Any:  # noqa: ANN401 - the signature of __import__
        if "yaml" in name:
            raise ImportError(name)
        return real(name, *rest)

    good, other = write("c.json", CONTRACT), write("c.yaml", "version: v1\n")
    monkeypatch.setattr(builtins, "__import__", without_yaml)
    assert run("validate", "--schema", "contract", good)[0] == 0
    code, _, err = run("validate", "--schema", "contract", other)
    assert code == 2
    assert "pip install './schemas[cli]'" in err


def test_a_hostile_file_name_is_quoted(write: Write) -> None:
    code, out, _ = run("validate", "--schema", "contract", write("\x1b[2J.json", CONTRACT))
    assert (code, out) == (0, '"\\u001b[2J.json": valid\n')


def test_schemas_are_listed_and_printed() -> None:
    assert run("schema") == (0, "\n".join(schema_names()) + "\n", "")
    code, out, _ = run("schema", "contract")
    assert code == 0
    assert json.loads(out) == load_schema("contract")


@pytest.mark.parametrize("argv", [["--help"], ["validate", "--help"], ["schema", "--help"]])
def test_help_shows_examples_and_exit_codes(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(argv)
    assert exit_.value.code == 0
    shown = capsys.readouterr().out
    assert "python -m platform_status_contract validate --schema statuscontract contract.yaml" in shown
    assert "exit codes: 0 valid, 1 invalid, 2 wrong usage" in shown


@pytest.mark.parametrize("argv", [[], ["validate", "x.yaml"], ["validate", "--schema", "contract"]])
def test_missing_arguments_are_wrong_usage(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(argv)
    assert exit_.value.code == 2
    assert "usage: python -m platform_status_contract" in capsys.readouterr().err


def test_the_package_runs_as_a_module(write: Write) -> None:
    command = [sys.executable, "-m", "platform_status_contract", "validate", "--schema", "contract"]
    good = subprocess.run([*command, write("c.json", CONTRACT)], capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    assert (good.returncode, good.stdout, good.stderr) == (0, "c.json: valid\n", "")
    bad = subprocess.run([*command, "-"], input="[]", capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    assert (bad.returncode, bad.stdout) == (1, "-: (document): found an empty list, expected a mapping\n")
