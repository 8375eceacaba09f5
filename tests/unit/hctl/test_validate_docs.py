"""docs/validate.md says what hctl does: the rules, the outputs, the schemas."""

import json
import re
import subprocess
import sys
from pathlib import Path

from hctl.documents.findings import spell_findings
from hctl.validation.check import SourceFile, check
from hctl.validation.findings import RULES
from platform_status_contract.validation.schemas import resolve_name
from tests.unit.hctl.findings import PAGE, with_rules

ROOT = Path(__file__).parents[3]
TEXT = PAGE.read_text(encoding="utf-8")
MISTAKE = ROOT / "tests/golden/validation/request/vip-outside-subnet.yaml"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def test_the_table_of_the_rules_is_that_of_the_code() -> None:
    assert with_rules(TEXT) == TEXT, "run: python -m tests.unit.hctl.findings"
    assert all(TEXT.count(f"| `{rule}` | {meaning} |") == 1 for rule, meaning in RULES.items())


def test_the_outputs_are_those_of_the_mistake_that_they_show() -> None:
    report = check([SourceFile("requests/media.yaml", MISTAKE.read_bytes())])
    assert json.loads(blocks("json")[0]) == json.loads(spell_findings(report, "json"))
    assert spell_findings(report, "github") in blocks("text")
    (finding,) = report.findings
    place = f"{finding.file}:{finding.line}:{finding.column}"
    assert f"{place}: {finding.severity}: {finding.message} ({finding.rule})\n" in blocks("text")[0]


def accepted(tmp_path: Path, text: str, program: str, *arguments: str) -> None:
    """Let the program that a text is for look at it."""
    file = tmp_path / "shown.yaml"
    file.write_text(text)
    command = [str(Path(sys.executable).with_name(program)), *arguments, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)  # noqa: S603 - installed here
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hooks_that_it_shows_are_such_as_pre_commit_takes(tmp_path: Path) -> None:
    shown = [block for block in blocks("yaml") if block.startswith("repos:\n")]
    assert len(shown) == 2
    for block in shown:
        accepted(tmp_path, block, "pre-commit", "validate-config")


def test_the_workflow_that_it_shows_is_one_that_github_takes(tmp_path: Path) -> None:
    jobs = [block for block in blocks("yaml") if block.startswith(("jobs:\n", "  scanning:\n"))]
    assert len(jobs) == 2
    accepted(tmp_path, "on: push\n" + "".join(jobs), "check-jsonschema", "--builtin-schema", "vendor.github-workflows")


def test_the_job_that_it_shows_is_one_that_gitlab_takes(tmp_path: Path) -> None:
    (job,) = (block for block in blocks("yaml") if "rules:" in block)
    options = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    accepted(tmp_path, job, "check-jsonschema", *options)


def test_the_schema_that_it_prints_is_there() -> None:
    (name,) = re.findall(r"^hctl schema (\S+) >", TEXT, re.MULTILINE)
    assert resolve_name(name)
