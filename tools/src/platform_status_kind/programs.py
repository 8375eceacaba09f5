"""Running docker, kind and kubectl, and the errors of this package."""

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence

from platform_status_kind.commands import PROGRAMS

__all__ = ["CommandError", "KindError", "NoDockerError", "Run", "require", "run"]


class KindError(Exception):
    """The cluster could not be created, or does not exist."""


class NoDockerError(KindError):
    """A program is missing, or Docker does not answer."""


class CommandError(KindError):
    """A program failed; the text ends with its error output."""


Run = Callable[[Sequence[str]], str]
"""Runs a command and returns its standard output; raises CommandError."""

_LAST = 2000


def require(environ: Mapping[str, str]) -> None:
    """Check that all programs for a kind cluster are available.

    Raises:
        NoDockerError: A program is missing or Docker does not answer; the text is one line.
    """
    missing = [program for program in PROGRAMS if shutil.which(program, path=environ.get("PATH", "")) is None]
    if missing:
        raise NoDockerError(
            f"{', '.join(missing)} not found on the PATH: install what is missing, or run `make test-node` as root on"
            " Linux, which takes the same journey without Docker"
        )
    try:
        run(["docker", "info", "--format={{.ServerVersion}}"])
    except CommandError as error:
        raise NoDockerError(f"Docker does not answer: {str(error).splitlines()[-1]}; start it and try again") from error


def run(command: Sequence[str]) -> str:
    """Run a command.

    Raises:
        CommandError: It cannot be started, or failed.
    """
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    except OSError as error:
        raise CommandError(f"{command[0]}: {error}") from error
    if answer.returncode != 0:
        said = (answer.stderr or answer.stdout).strip()[-_LAST:]
        raise CommandError(f"{' '.join(command)}: exit code {answer.returncode}: {said}")
    return answer.stdout
