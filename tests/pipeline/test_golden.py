"""Golden cases: a request, and every byte that configure and contract write for it, or every problem they tell.

Each folder of tests/golden/pipeline is a case: request.yaml, and expected/ with output/ and metadata/, or with
problems.txt alone. The examples and what the policy refuses are judged by the strict policy, which nobody gives; the
others, which are about the rest, by the one that allows everything.
``UPDATE_GOLDEN=1 pytest tests/pipeline/test_golden.py`` writes expected/ anew; read the diff.
"""

import os
import shutil
from pathlib import Path

import pytest

from platform_status_contract.template.yaml_text import load
from platform_status_contract.validation import validate

from .kratix_folders import EXAMPLES, ROOT, KratixFolders, as_in_cluster

CASES = ROOT / "tests" / "golden" / "pipeline"
FREE = (ROOT / "promise" / "platform-single-tenant.yaml").read_text("utf-8")
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


def produce(case: Path, folder: Path) -> dict[str, bytes]:
    """Run both containers on a case."""
    kratix = KratixFolders(folder)
    kratix.ask(as_in_cluster(case / "request.yaml"))
    by_default = (EXAMPLES / f"{case.name}.yaml").is_file() or case.name.startswith("refused-by-policy")
    policy = {} if by_default else {"PLATFORM_POLICY": FREE}
    configured = kratix.configure(KRATIX_DRY_RUN="true", **policy)
    if configured.returncode:
        assert (configured.returncode, kratix.files) == (1, {})
        return {"problems.txt": configured.stderr.encode()}
    resolved = kratix.contract(KRATIX_DRY_RUN="true")
    assert resolved.returncode == 0, resolved.stderr
    return kratix.files


def expected(case: Path) -> dict[str, bytes]:
    """Read what a case expects."""
    folder = case / "expected"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: Path(case).name)
def test_a_case_gives_exactly_what_is_expected(case: Path, tmp_path: Path) -> None:
    produced = produce(case, tmp_path / "kratix")
    if UPDATE:
        shutil.rmtree(case / "expected", ignore_errors=True)
        for name, content in produced.items():
            path = case / "expected" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    wanted = expected(case)
    assert sorted(produced) == sorted(wanted)
    for name, content in produced.items():
        assert content.decode() == wanted[name].decode(), name


def test_every_status_that_is_expected_is_valid() -> None:
    files = sorted(CASES.glob("*/expected/metadata/status.yaml"))
    assert len(files) >= len(list(EXAMPLES.glob("*.yaml")))
    for file in files:
        status = load(file.read_text("utf-8"))
        assert isinstance(status, dict)
        assert (validate(status, "status-v1"), validate(status["contract"], "contract-v1")) == ((), ()), file


def test_every_folder_is_a_case_and_nothing_else_lies_around() -> None:
    for case in CASES.iterdir():
        assert sorted(path.name for path in case.iterdir()) == ["expected", "request.yaml"], case.name


def test_every_example_of_the_promise_has_a_case_of_its_own_text() -> None:
    for file in EXAMPLES.glob("*.yaml"):
        assert load((CASES / file.stem / "request.yaml").read_text()) == load(file.read_text()), file.name
