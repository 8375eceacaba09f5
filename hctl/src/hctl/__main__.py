"""``hctl``, ``kubectl hctl`` and ``python -m hctl``."""

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from hctl.commands.app import app

__all__ = ["complete_for_kubectl", "main", "run"]


def run(name: str, arguments: Sequence[str] | None = None) -> None:
    """Run one command; leaves with its exit code.

    Args:
        name: What the program is called, in help and completion.
        arguments: The words after it; None takes this process's own.
    """
    app(prog_name=name, args=list(arguments) if arguments is not None else None)


def main() -> None:
    """Run the command that this process was started for."""
    called = Path(sys.argv[0]).name
    # A terminal that knows no symbols shows question marks; the words beside them say it all.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        run("kubectl hctl" if called == "kubectl-hctl" else "hctl")
    except BrokenPipeError:
        # Whoever read us has gone: nothing more to say, to nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        # Before any command ran.
        sys.exit(130)


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
