"""Common parts of all commands of the tools: a parser with examples, failures as one line, and an end by a signal."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

__all__ = ["end_as_ctrl_c", "make_parser", "outcome_of"]


def make_parser(program: str, description: str, epilog: str) -> argparse.ArgumentParser:
    """Create the parser of ``python -m PROGRAM``.

    Args:
        program: Name of the package.
        description: One sentence on its purpose.
        epilog: Examples, environment and exit codes, printed unchanged.
    """
    return argparse.ArgumentParser(
        prog=f"python -m {program}",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def outcome_of(
    run: Callable[[Mapping[str, str]], None],
    environ: Mapping[str, str] | None,
    *,
    name: str,
    failures: tuple[type[Exception], ...],
    codes: Mapping[type[Exception], int] | None = None,
    interrupted: int = 130,
) -> int:
    """Run a command, and return its exit code.

    Args:
        run: The command; its argument is the environment.
        environ: Environment variables; None: those of this process.
        name: Prefix of the line of a failure.
        failures: Exceptions that are failures, not defects; their notes are printed too.
        codes: Exit codes by exception type, which includes its subclasses; 1 for the others.
        interrupted: The exit code after Ctrl-C.
    """
    try:
        run(os.environ if environ is None else environ)
    except failures as error:
        notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
        sys.stderr.write(f"{name}: error: {error}{notes}\n")
        return next((code for kind, code in (codes or {}).items() if isinstance(error, kind)), 1)
    except KeyboardInterrupt:
        return interrupted
    return 0


def end_as_ctrl_c() -> None:
    """Make SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, so that each `with` block stops its servers."""
    # SIGINT too: a shell starts background commands with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt(signal.Signals(number).name)
