"""What every command of the tools is: a parser with examples below, and a failure that is a line and an exit code."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping

__all__ = ["make_parser", "outcome_of"]


def make_parser(program: str, description: str, epilog: str) -> argparse.ArgumentParser:
    """Make the parser of ``python -m PROGRAM``.

    Args:
        program: Name of the package.
        description: What it does, in a sentence.
        epilog: Examples, environment and exit codes, shown as they stand.
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
        run: The command; gets the environment variables.
        environ: Environment variables; None takes this process's own.
        name: What the line of a failure begins with.
        failures: What is a failure, and no defect; with the notes that were added to it.
        codes: Exit codes of some of them, each with its children; 1 for the others.
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
