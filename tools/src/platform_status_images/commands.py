"""Running the programs of a build: their output goes to a log, one line of progress to standard error."""

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from platform_status_images.errors import CommandError, MissingToolError

__all__ = ["find", "run", "say"]

_LAST_LINES = 25
_EVERY = 15.0


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
