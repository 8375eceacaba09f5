"""`hctl ask` as a process, run as a user would run it, and the expected answers."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_status_demo.command import StageError, StoryError

__all__ = ["NO", "QUESTION", "YES", "Answer", "Expected", "ask", "check", "shown"]

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


def ask(kubeconfig: Path, prometheus: str, environ: Mapping[str, str]) -> Answer:
    """Run `hctl ask`.

    Args:
        kubeconfig: The kubeconfig of the cluster.
        prometheus: URL of the Prometheus that monitors it.
        environ: The environment of the demo; hctl's own settings and KUBECONFIG are removed.

    Raises:
        StageError: It did not answer in time.
    """
    words = ["ask", QUESTION, "--prometheus", prometheus]
    clean = {name: value for name, value in environ.items() if not name.startswith(_FOREIGN)}
    try:
        ended = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "hctl", *words],
            env={**clean, "KUBECONFIG": str(kubeconfig), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StageError(f"hctl ask: no answer within {_SECONDS:g} s") from error
    shown = f'hctl ask "{QUESTION}" --prometheus {prometheus}'
    return Answer(shown, ended.returncode, tuple(ended.stdout.splitlines()), ended.stderr.strip())


def shown(lines: Sequence[str], prometheus: str) -> list[str]:
    """Return the part of an answer that fits on a screen: the answer, the facts from Prometheus, the number of facts.

    Args:
        lines: The answer and, after an empty line, one cited fact per line.
        prometheus: The URL in a fact from Prometheus.
    """
    end = next((index for index, line in enumerate(lines) if not line.strip()), len(lines))
    facts = [line for line in lines[end:] if line.strip()]
    witnessed = [line for line in facts if prometheus in line]
    rest = len(facts) - len(witnessed)
    return [
        *lines[:end],
        *witnessed,
        *([f"and {rest} more cited facts" if witnessed else f"{rest} cited facts"] if rest else []),
    ]


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
