"""``hctl``, ``kubectl hctl`` and ``python -m hctl``."""

import codecs
import errno
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from hctl.commands.app import app

__all__ = ["complete_for_kubectl", "main", "run"]

_SIGNS: Final = "hctl-signs"
_ASCII: Final = {"✓": "+", "✗": "x", "…": "~", "‖": "=", "─": "-", "│": "|", "┌": "+", "└": "+", "├": "+"}
"""Of one cell each, so that what is aligned stays so."""

_WRONG_USAGE: Final[type[Exception]] = typer.BadParameter.__mro__[1]
"""What typer raises when a command line makes no sense; only this child of it has a public name."""


def run(name: str, arguments: Sequence[str] | None = None) -> None:
    """Run one command; leaves with its exit code.

    Args:
        name: What the program is called, in help and completion.
        arguments: The words after it; None takes this process's own.
    """
    try:
        code = app(prog_name=name, args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except _WRONG_USAGE as error:
        typer.echo(_usage(name, error), err=True)
        code = 2
    except typer.Abort:
        code = 1
    sys.exit(code or 0)


def _usage(name: str, error: Exception) -> str:
    """Say in one line what is wrong and where the help is; a command without any words has that help as its text."""
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx is not None else name
    text = str(getattr(error, "format_message", error.__str__)())
    if "\n" in text:
        return text
    return f"hctl: {text.removeprefix('Invalid value: ').removesuffix('.')}; see {command} --help"


def main() -> None:
    """Run the command that this process was started for."""
    called = Path(sys.argv[0]).name
    codecs.register_error(_SIGNS, _as_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_SIGNS)
    try:
        run("kubectl hctl" if called == "kubectl-hctl" else "hctl")
    except BrokenPipeError:
        # Whoever read us has gone: nothing more to say, to nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        # Before any command ran.
        sys.exit(130)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"hctl: the answer could not be written: {error.strerror}\n")
        sys.exit(1)


def _as_ascii(error: UnicodeError) -> tuple[str, int]:
    """Write a sign that the locale does not have as one that it has; the words beside it say the same."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_ASCII.get(sign, "?") for sign in found), error.end


def complete_for_kubectl() -> None:
    """Complete ``kubectl hctl ...``: kubectl runs ``kubectl_complete-hctl`` with the words, the last one unfinished.

    It reads one candidate a line, and then a directive: 4, that files are not meant.
    """
    words = ["hctl", *sys.argv[1:]]
    os.environ |= {"_HCTL_COMPLETE": "complete_bash", "COMP_CWORD": str(len(words) - 1)}
    os.environ["COMP_WORDS"] = " ".join("''" if not word else word.replace(" ", "\\ ") for word in words)
    try:
        run("hctl", [])
    except SystemExit:
        sys.stdout.write("\n:4\n")


if __name__ == "__main__":
    main()
