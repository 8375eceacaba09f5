"""Common parts of the commands of all demos: the screen, the folder of the logs, signals, failures.

The errors of a demo::

    DemoError
    |-- StageError   a part of the demo did not start
    `-- StoryError   a phase was not reached, or another one was
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

from localplane.children import last_lines
from localplane.errors import FAILURES
from platform_status_demo.screen import Screen

__all__ = ["DemoError", "StageError", "StoryError", "hold", "perform", "screen_on"]

_LAST_LINES = 10


class DemoError(Exception):
    """Base of all errors of the demo; its text is printed for the user."""


class StageError(DemoError):
    """A part did not start; the text names it and its log."""


class StoryError(DemoError):
    """The status differs from what the story expects; the text has both."""


def screen_on(stream: TextIO, environ: Mapping[str, str], *, no_color: bool) -> Screen:
    """Return the screen for a stream: live on a capable terminal, coloured unless colour is turned off.

    Args:
        stream: The output.
        environ: The environment; TERM and NO_COLOR are read.
        no_color: Whether an option turns colour off.
    """
    live = stream.isatty() and environ.get("TERM", "") not in {"", "dumb"}
    return Screen(stream, live=live, colour=live and not no_color and not environ.get("NO_COLOR"))


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    raise SystemExit(128 + number)


def perform(play: Callable[[Screen, Path], None], *, no_color: bool) -> int:
    """Play a demo, and leave nothing behind except the logs of a failure.

    Args:
        play: The demo; its arguments are the screen and an empty folder for its logs. DemoError and LocalPlaneError are
            failures.
        no_color: Whether an option turns colour off.

    Returns:
        The exit code: 0, 1 after a failure, 130 after Ctrl-C, 128 + N after signal N.
    """
    # SIGTERM must stop all children too, so it unwinds like Ctrl-C.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    screen = screen_on(sys.stdout, os.environ, no_color=no_color)
    logs = Path(tempfile.mkdtemp(prefix="platform-status-demo-"))
    screen.open()
    try:
        play(screen, logs)
    except (KeyboardInterrupt, SystemExit) as stop:
        screen.close()
        screen.say("stopped")
        shutil.rmtree(logs, ignore_errors=True)
        return int(stop.code or 0) if isinstance(stop, SystemExit) else 128 + signal.SIGINT
    except (DemoError, *FAILURES) as error:
        screen.close()
        where = f"\nlogs: {logs}" if any(logs.iterdir()) else ""
        screen.say(f"\nthe demo failed: {error}{where}{_ends(logs, told=str(error))}")
        if not where:
            logs.rmdir()
        return 1
    finally:
        screen.close()
    shutil.rmtree(logs, ignore_errors=True)
    return 0


def _ends(logs: Path, *, told: str) -> str:
    """Return the last lines of each log that the error does not name: in CI the folder of the logs is lost."""
    parts = []
    for log in sorted(logs.glob("*.log")):
        lines = last_lines(log, _LAST_LINES).splitlines()
        if lines and str(log) not in told:
            parts.append("\n".join(["", f"the last lines of {log.name}:", *(f"  {line}" for line in lines)]))
    return "\n".join(parts)


def hold(screen: Screen, *commands: str) -> NoReturn:
    """Keep everything running until Ctrl-C.

    Args:
        screen: The output.
        commands: Commands or addresses for the user to try.
    """
    screen.say("\nleft running until Ctrl-C; to look around:\n")
    for command in commands:
        screen.say(f"  {command}")
    screen.say("")
    screen.doing("running; Ctrl-C stops everything")
    while True:
        signal.pause()
