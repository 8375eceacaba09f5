"""``hctl ask`` without the assistant, and with one that is found by its entry point."""

from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest
from typer.testing import CliRunner

from hctl.commands.app import app
from hctl.errors import ExitCode
from hctl.target import Target
from platform_status_contract import REPOSITORY

_HEARD: list[tuple[Target, str, dict[str, str | bool]]] = []


def answering(target: Target, question: str, **options: str | bool) -> ExitCode:
    _HEARD.append((target, question, options))
    return ExitCode.STALE


def _installed(monkeypatch: pytest.MonkeyPatch, *found: EntryPoint) -> None:
    def entry_points(**chosen: Any) -> EntryPoints:  # noqa: ANN401 - as importlib.metadata has it
        return EntryPoints(found).select(**chosen)

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)


def test_without_the_assistant_one_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch)
    ended = CliRunner().invoke(app, ["ask", "is media ok?"])
    assert ended.exit_code == 2
    assert ended.stderr == (
        f"hctl: hctl ask requires the assistant; install it in a checkout of {REPOSITORY}: "
        "pip install ./schemas ./kube ./hctl './assistant[ask]'\n"
    )


def test_the_assistant_gets_the_question_as_one_text_and_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch, EntryPoint("ask", f"{__name__}:answering", "hctl.commands"))
    _HEARD.clear()
    ended = CliRunner().invoke(app, ["-n", "team-a", "ask", "is", "media", "ok?", "-o", "json", "--context", "prod"])
    assert ended.exit_code == ExitCode.STALE
    target, question, options = _HEARD[0]
    assert question == "is media ok?"
    assert (target.namespace, target.context) == ("team-a", "prod")
    assert options == {"output": "json", "cite": False}


def test_the_assistant_that_is_installed_here_is_found() -> None:
    from hctl.commands.asking import _assistant  # noqa: PLC0415 - the real one, past what the others replace
    from platform_status_assistant.ask.command import ask  # noqa: PLC0415 - likewise

    assert _assistant() is ask


def test_the_help_prints_the_forms_of_a_question_as_they_stand() -> None:
    from platform_status_assistant.ask.grammar import FORMS  # noqa: PLC0415 - what is found by its entry point

    ended = CliRunner().invoke(app, ["ask", "--help"])
    assert ended.exit_code == 0
    assert all(form in ended.stdout for forms in FORMS.values() for form in forms)


def test_the_help_without_the_assistant_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch)
    assert "hctl ask requires the assistant" in CliRunner().invoke(app, ["ask", "--help"]).stdout
