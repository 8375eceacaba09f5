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
"""Replacements of one cell each, which keep columns aligned."""

_WRONG_USAGE: Final[type[Exception]] = typer.BadParameter.__mro__[1]
"""The error that typer raises for a wrong command line; only its subclass BadParameter has a public name."""


def run(name: str, arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its exit code.

    Args:
        name: Name of the program in help and completion.
        arguments: The arguments after it; None for those of this process.
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
    """Return the error and the help command in one line; for a command without arguments the text is the help."""
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx is not None else name
    text = str(getattr(error, "format_message", error.__str__)())
    if "\n" in text:
        return text
    return f"hctl: {text.removeprefix('Invalid value: ').removesuffix('.')}; see {command} --help"


def main() -> None:
    """Run the command in the arguments of this process."""
    called = Path(sys.argv[0]).name
    codecs.register_error(_SIGNS, _as_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_SIGNS)
    try:
        run("kubectl hctl" if called == "kubectl-hctl" else "hctl")
    except BrokenPipeError:
        # The reader closed the pipe: discard the output, so that flushing at exit cannot fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        # Ctrl-C before any command ran.
        sys.exit(130)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"hctl: cannot write the output: {error.strerror}\n")
        sys.exit(1)


def _as_ascii(error: UnicodeError) -> tuple[str, int]:
    """Replace a symbol that the locale cannot encode by an ASCII one; the text beside it has the same meaning."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_ASCII.get(sign, "?") for sign in found), error.end


def complete_for_kubectl() -> None:
    """Complete ``kubectl hctl ...``: kubectl runs ``kubectl_complete-hctl`` with the words, the last one unfinished.

    kubectl reads one candidate per line, and then a directive: 4 disables file completion.
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
