"""Which policy holds for a request, and how hctl validate says what it refuses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hctl.commands.app import app
from hctl.validation.check import SourceFile, check

from .files import FREE, ROOT

REQUEST = """\
apiVersion: platform.integratn.tech/v1alpha1
kind: VClusterOrchestratorV2
metadata: {name: x, namespace: team-b}
spec: {name: team-b--x, projectName: platform-root}
"""
PROMISE = (ROOT / "promise" / "promise.yaml").read_text("utf-8")
SINGLE = ROOT / "promise" / "platform-single-tenant.yaml"


def told(text: str, *promises: str) -> list[str]:
    beside = [SourceFile(f"{number}.yaml", promise.encode()) for number, promise in enumerate(promises)]
    return [finding.message for finding in check([SourceFile("a.yaml", text.encode())], promises=beside).findings]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["validate", *arguments])
    return result.exit_code, result.output


def test_without_a_promise_the_strict_policy_holds() -> None:
    (message,) = told(REQUEST)
    assert message == (
        'spec.projectName: found "platform-root", expected vcluster-{name}, which is the rule spec.projectName of the '
        "platform's policy strict; ask the platform team"
    )
    assert check([SourceFile("a.yaml", REQUEST.encode())], policy=FREE).findings == ()


def test_a_promise_brings_its_policy_and_the_last_one_wins() -> None:
    theirs = PROMISE.replace('["vcluster-{name}"]', '["vcluster-{name}", platform-root]')
    assert theirs != PROMISE
    assert told(REQUEST, theirs) == []
    assert len(told(REQUEST, theirs, PROMISE)) == 1
    unusable = PROMISE.replace("type: name, required: true", "type: nonsense")
    assert unusable != PROMISE
    assert len(told(REQUEST, unusable)) == 1


def test_a_policy_in_a_promise_is_validated_where_it_stands() -> None:
    line = next(number for number, text in enumerate(PROMISE.splitlines(), 1) if "type: name, required: true" in text)
    unusable = PROMISE.replace("type: name, required: true", "type: nonsense, required: true")
    (finding,) = check([SourceFile("promise.yaml", unusable.encode())]).findings
    assert (finding.line, finding.rule) == (line, "schema")


def test_what_is_wrong_anyway_is_told_once() -> None:
    (finding,) = check(
        [SourceFile("a.yaml", REQUEST.replace("projectName: platform-root", "exposure: 1").encode())]
    ).findings
    assert (finding.rule, finding.path) == ("schema", "spec.exposure")


def test_a_policy_that_is_named_wins(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(REQUEST, "utf-8")
    assert run(str(file))[0] == 1
    assert run(str(file), "--promise", str(ROOT / "promise/promise.yaml"), "--policy", str(SINGLE))[0] == 0


@pytest.mark.parametrize("data", [b"a: [", b"kind: PlatformPolicy", b"\xff"])
def test_a_policy_that_cannot_be_used_is_a_wrong_command(tmp_path: Path, data: bytes) -> None:
    file, policy = tmp_path / "a.yaml", tmp_path / "policy.yaml"
    file.write_text(REQUEST, "utf-8")
    policy.write_bytes(data)
    code, output = run(str(file), "--policy", str(policy))
    assert code == 2
    assert "--policy" in output
