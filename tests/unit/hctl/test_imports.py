"""What a command may not import, because it would be felt: seconds differ from machine to machine, imports do not."""

import subprocess
import sys

import pytest

_FELT = (
    "rich",
    "msgspec",
    "yaml",
    "urllib3",
    "platform_status_kube",
    "platform_status_contract",
    "pydantic",
    "jsonpath",
)


def _imported(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - our own
    return set(ended.stdout.split())


def test_help_imports_nothing_but_typer() -> None:
    modules = _imported("import hctl.__main__")
    assert "typer" in modules
    assert not [name for name in _FELT if name in modules]


def test_help_itself_draws_without_rich() -> None:
    code = (
        "import sys, atexit\nsys.argv = ['hctl', '--help']\n"
        "atexit.register(lambda: print('IMPORTED', *sorted(sys.modules)))\n"
        "from hctl.__main__ import main\nmain()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - our own
    modules = ended.stdout.split("IMPORTED")[1].split()
    assert not [name for name in _FELT if name in modules]


@pytest.mark.parametrize("module", ["statuses", "overviews", "explanations"])
def test_a_command_leaves_out_what_it_does_not_need(module: str) -> None:
    modules = _imported(f"import hctl.session, hctl.commands.{module}")
    assert not [name for name in ("pydantic", "jsonpath", "jsonschema", "requests") if name in modules]
    if module != "explanations":
        assert "hctl.diagnosis.conclude" not in modules
