"""Running the programs of a build: their output goes to a log, one line of progress to standard error.

The errors of this package::

    ImageError
    |-- ClosureError     the requirements of an image cannot be determined from the lock and the installed distributions
    |-- MissingToolError a program is not installed, or requires root
    `-- CommandError     a program failed; the text ends with its last lines and the path of its log
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["ClosureError", "CommandError", "ImageError", "MissingToolError", "find", "run", "say"]

_LAST_LINES = 25
_EVERY = 15.0


class ImageError(Exception):
    """Base of all errors of this package."""


class ClosureError(ImageError):
    """A requirement of an image is not installed, or not in the lock."""


class MissingToolError(ImageError):
    """A program for the build is missing or cannot be used."""


class CommandError(ImageError):
    """A program failed."""


def say(text: str) -> None:
    """Print one line of progress to standard error."""
    sys.stderr.write(f"images: {text}\n")
    sys.stderr.flush()


def find(program: str, hint: str) -> str:
    """Return the path of a program.

    Args:
        program: Its name; /usr/sbin is searched too, because it is often missing in PATH.
        hint: The fix for the error.

    Raises:
        MissingToolError: It was not found.
    """
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if found is None:
        raise MissingToolError(f"{program} is not installed; {hint}")
    return found


def run(
    what: str, command: Sequence[str], log: Path, *, environ: Mapping[str, str], folder: Path | None = None
) -> None:
    """Run one program and wait for it.

    Args:
        what: The operation, for progress and errors, such as ``building the sidecar image``.
        command: Program and arguments.
        log: File to which its output is appended.
        environ: Its environment.
        folder: Its working folder.

    Raises:
        CommandError: Its exit code is not 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    started = said = time.monotonic()
    with log.open("ab") as stream:
        stream.write(f"$ {' '.join(command)}\n".encode())
        stream.flush()
        with subprocess.Popen(  # noqa: S603 - no shell, our own arguments
            command, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT
        ) as child:
            try:
                while child.poll() is None:
                    try:
                        child.wait(0.5)
                    except subprocess.TimeoutExpired:
                        if time.monotonic() - said >= _EVERY:
                            said = time.monotonic()
                            say(f"{what} ... {said - started:.0f} s")
            except BaseException:
                child.terminate()
                raise
    if child.returncode != 0:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
        raise CommandError(
            f"{what}: {Path(command[0]).name} ended with exit code {child.returncode}\nlog: {log}\n"
            f"its last lines:\n{last}"
        )
    say(f"{what}: done after {time.monotonic() - started:.1f} s")
