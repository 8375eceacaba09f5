"""The command: options in, exit code out."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

from localplane.errors import LocalPlaneError
from platform_status_demo.errors import DemoError
from platform_status_demo.screen import Screen

__all__ = ["main"]

_EXAMPLES = """\
examples:
  make demo                             the whole story
  make demo KEEP=1                      leave it running, with a kubeconfig to look around
  python -m platform_status_demo | cat  plain lines, one per event

Without a terminal, or with TERM=dumb, there is one plain line per event; NO_COLOR is respected.
exit codes: 0 every phase was seen in order, 1 it was not, 2 wrong options, 130 Ctrl-C
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m platform_status_demo",
        description="Shows one request living through its phases on a real control plane on this machine.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--keep", action="store_true", help="do not delete the request; leave all running until Ctrl-C")
    parser.add_argument("--no-color", action="store_true", help="no colour, as with NO_COLOR=1")
    return parser


def _screen(stream: TextIO, environ: Mapping[str, str], *, no_color: bool) -> Screen:
    live = stream.isatty() and environ.get("TERM", "") not in {"", "dumb"}
    return Screen(stream, live=live, colour=live and not no_color and not environ.get("NO_COLOR"))


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    raise SystemExit(128 + number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo.

    Args:
        arguments: Command line without the program's name; ``sys.argv`` if absent.

    Returns:
        The exit code: 0 every phase was seen in order, 1 it was not, 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    # Whoever stops the demo stops what it started: SIGTERM must unwind like Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    screen = _screen(sys.stdout, os.environ, no_color=options.no_color)
    logs = Path(tempfile.mkdtemp(prefix="platform-status-demo-"))
    screen.open()
    try:
        _play(screen, logs, keep=options.keep)
    except (KeyboardInterrupt, SystemExit) as stop:
        screen.close()
        screen.say("stopped")
        shutil.rmtree(logs, ignore_errors=True)
        return int(stop.code or 0) if isinstance(stop, SystemExit) else 128 + signal.SIGINT
    except (DemoError, LocalPlaneError) as error:
        screen.close()
        where = f"\nlogs: {logs}" if any(logs.iterdir()) else ""
        screen.say(f"\nthe demo failed: {error}{where}")
        if not where:
            logs.rmdir()
        return 1
    finally:
        screen.close()
    shutil.rmtree(logs, ignore_errors=True)
    return 0


def _play(screen: Screen, logs: Path, *, keep: bool) -> None:
    started = time.monotonic()
    try:
        # The double lives in tests/, which is only there in a checkout.
        from platform_status_demo.stage import Stage, repository  # noqa: PLC0415 - see above
        from platform_status_demo.story import Story  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        raise DemoError(f"{error}: run `make demo` from the root of the repository") from error
    with Stage(repository(Path.cwd()), logs, screen) as stage:
        story = Story(stage, screen)
        try:
            story.play(delete=not keep)
        except DemoError as error:
            kept = stage.plane.keep_logs()
            raise type(error)(f"{error}\n{story.status()}logs of the control plane: {kept}") from error
        screen.doing("")
        screen.summary(story.delays)
        seconds, writes = time.monotonic() - started, stage.sidecar.writes()
        screen.say(f"{' > '.join(story.phases)}: {seconds:.0f} s in all, {writes} statuses written by the sidecar")
        if keep:
            _hold(screen, stage.plane.kubeconfig)


def _hold(screen: Screen, kubeconfig: Path) -> None:
    screen.say(f"\nleft running until Ctrl-C; to look around:\n\n  export KUBECONFIG={kubeconfig}")
    screen.say("  kubectl get vclusterorchestratorv2s -A -o wide\n")
    screen.doing("running; Ctrl-C stops everything")
    signal.pause()


if __name__ == "__main__":
    sys.exit(main())
