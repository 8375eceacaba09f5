"""The command: options in, exit code out."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from localplane.commandline import make_parser
from observability.binaries import MissingBinaryError, require
from observability.chain import Chain
from observability.watched.scenes import Watched
from platform_status_demo.command import DemoError, StageError, hold, perform
from platform_status_demo.screen import Screen
from platform_status_demo.stage import Stage, repository

__all__ = ["main"]

_EXAMPLES = """\
examples:
  make demo-observability                     the whole story
  make demo-observability KEEP=1              leave it running, with the URLs and a kubeconfig to look around
  python -m observability.watched | cat  plain lines

prometheus and alertmanager (Debian's packages prometheus and prometheus-alertmanager) are taken from PROMETHEUS and
ALERTMANAGER, from PATH, or from where `make observability-binaries` puts them. NO_COLOR is respected.
exit codes: 0 every phase, alert and answer was as it should be, 1 one was not, 2 wrong options, 130 Ctrl-C
"""


def _parser() -> argparse.ArgumentParser:
    parser = make_parser(
        "observability.watched",
        "Breaks a request, and shows the alert, the answers of hctl, and the all-clear.",
        _EXAMPLES,
    )
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    parser.add_argument("--no-color", action="store_true", help="no colour, as with NO_COLOR=1")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo.

    Args:
        arguments: Command line without the program's name; ``sys.argv`` if absent.

    Returns:
        The exit code: 0 all was as it should be, 1 it was not, 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    return perform(partial(_play, keep=options.keep), no_color=options.no_color)


def _play(screen: Screen, logs: Path, *, keep: bool) -> None:
    started = time.monotonic()
    root = repository(Path.cwd())
    try:
        # Checked first, because the rest of the start is slow.
        for name in ("prometheus", "alertmanager"):
            require(name)
    except MissingBinaryError as error:
        raise StageError(str(error)) from error
    with Stage(root, logs, screen) as stage:
        watched = Watched(stage, screen, logs / "chain")
        story = watched.story

        def conclude(chain: Chain) -> None:
            screen.doing("")
            screen.summary(story.delays)
            screen.say(f"Yes, No, Yes; {' > '.join(story.phases)}: {time.monotonic() - started:.0f} s in all")
            if keep:
                _hold(screen, stage.plane.kubeconfig, chain)

        try:
            watched.play(conclude)
        except DemoError as error:
            kept = stage.plane.keep_logs()
            raise type(error)(f"{error}\n{story.status()}logs of the control plane: {kept}") from error


def _hold(screen: Screen, kubeconfig: Path, chain: Chain) -> None:
    hctl = os.path.relpath(Path(sys.executable).with_name("hctl"))
    hold(
        screen,
        f"Prometheus    {chain.prometheus.url}/alerts",
        f"Alertmanager  {chain.alertmanager.url}/#/alerts",
        f"export KUBECONFIG={kubeconfig}",
        f'{hctl} ask "Is my media vCluster working?"',
    )


if __name__ == "__main__":
    sys.exit(main())
