"""`hctl ask` as a process, run as a user would run it, and the expected answers."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platform_status_demo.command import StageError, StoryError

__all__ = ["NO", "QUESTION", "YES", "Answer", "Expected", "ask", "check"]

QUESTION = "Is my media vCluster working?"

_SECONDS = 60.0
_FOREIGN = ("PLATFORM_STATUS_", "KUBE", "HCTL_")


@dataclass(frozen=True)
class Expected:
    """An expected answer.

    Attributes:
        word: Its first word.
        code: The exit code.
    """

    word: str
    code: int


YES = Expected("Yes", 0)
NO = Expected("No", 1)


@dataclass(frozen=True)
class Answer:
    """The result of `hctl ask`.

    Attributes:
        command: The command line, as a user would type it.
        code: The exit code.
        lines: Standard output.
        complaint: Standard error.
    """

    command: str
    code: int
    lines: tuple[str, ...]
    complaint: str


def ask(kubeconfig: Path, environ: Mapping[str, str]) -> Answer:
    """Run `hctl ask`.

    Args:
        kubeconfig: The kubeconfig of the cluster.
        environ: The environment of the demo; hctl's own settings and KUBECONFIG are removed.

    Raises:
        StageError: It did not answer in time.
    """
    clean = {name: value for name, value in environ.items() if not name.startswith(_FOREIGN)}
    try:
        ended = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "hctl", "ask", QUESTION],
            env={**clean, "KUBECONFIG": str(kubeconfig), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StageError(f"hctl ask: no answer within {_SECONDS:g} s") from error
    return Answer(f'hctl ask "{QUESTION}"', ended.returncode, tuple(ended.stdout.splitlines()), ended.stderr.strip())


def check(answer: Answer, expected: Expected) -> None:
    """Compare an answer with the expected one.

    Raises:
        StoryError: The text or the exit code differs.
    """
    first = answer.lines[0] if answer.lines else ""
    word = first.split(maxsplit=1)[0].strip(",.:;") if first.split() else ""
    if (word, answer.code) != (expected.word, expected.code):
        said = first or answer.complaint or "nothing"
        raise StoryError(
            f"{answer.command}: expected an answer that begins with {expected.word} and exit code {expected.code}, "
            f"found {said!r} with exit code {answer.code}"
        )
