"""The options of a command are made when it runs: those of all commands took a sixth of the work of ``--help``."""

import pytest
from typer.main import get_command_from_info
from typer.models import CommandInfo
from typer.testing import CliRunner

from hctl.commands.app import app


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (("--help",), []),
        (("vcluster", "--help"), []),
        (("status", "--help"), ["status"]),
        (("ls", "--help"), ["ls"]),
        (("vcluster", "diagnose", "--help"), ["diagnose"]),
    ],
)
def test_only_the_command_that_runs_gets_its_options(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], made: list[str]
) -> None:
    seen: list[str | None] = []

    def watched(info: CommandInfo, **further: object) -> object:
        seen.append(info.name)
        return get_command_from_info(info, **further)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr("hctl.commands.late.get_command_from_info", watched)
    answered = CliRunner().invoke(app, list(words))
    assert answered.exit_code == 0
    assert ("--context" in answered.output) == (words != ("vcluster", "--help"))
    assert seen == made
