"""The command: options in, exit code out."""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from localplane.commandline import make_parser
from platform_status_demo.argocd import ArgoCDStage, ArgoCDStory
from platform_status_demo.authored import AuthoredStage
from platform_status_demo.authored_story import AuthoredStory
from platform_status_demo.command import DemoError, hold, perform
from platform_status_demo.screen import Screen
from platform_status_demo.stage import Stage, repository
from platform_status_demo.story import Story

__all__ = ["main"]

_EXAMPLES = """\
examples:
  make demo                             the whole story
  make demo KEEP=1                      leave it running, with a kubeconfig to look around
  make demo ARGOCD=1                    the same with the real Argo CD; as root, and built once in some minutes
  python -m platform_status_demo | cat  plain lines, one per event
  python -m platform_status_demo --promise mine/promise.yaml --request mine/request.yaml
                                        your own Promise, without Kratix; only our containers in it run

Without a terminal, or with TERM=dumb, there is one plain line per event; NO_COLOR is respected.
exit codes: 0 every phase was seen in order, 1 it was not, 2 wrong options, 130 Ctrl-C
"""


def _parser() -> argparse.ArgumentParser:
    parser = make_parser(
        "platform_status_demo",
        "Shows one request living through its phases on a real control plane on this machine.",
        _EXAMPLES,
    )
    parser.add_argument("--keep", action="store_true", help="keep the request; leave everything running until Ctrl-C")
    parser.add_argument("--argocd", action="store_true", help="use the real Argo CD, not a simulated one")
    parser.add_argument("--promise", type=Path, metavar="FILE", help="your own Promise, instead of ours")
    parser.add_argument("--request", type=Path, metavar="FILE", help="a request of it")
    parser.add_argument(
        "--outputs", type=Path, metavar="FOLDER", help="the output of your own containers for the request"
    )
    parser.add_argument("--no-color", action="store_true", help="no colour, as with NO_COLOR=1")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo.

    Args:
        arguments: Command line without the program's name; ``sys.argv`` if absent.

    Returns:
        The exit code: 0 every phase was seen in order, 1 it was not, 130 after Ctrl-C.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.promise is None) != (options.request is None) or (options.outputs and not options.promise):
        parser.error("--promise and --request require each other; --outputs requires both")
    if options.argocd and options.promise:
        parser.error("--argocd is for our own Promise")
    return perform(partial(_play, options=options), no_color=options.no_color)


def _told(options: argparse.Namespace, logs: Path, screen: Screen, stack: ExitStack) -> tuple[Stage, Story]:
    """Open the stage, and return it with its story."""
    root = repository(Path.cwd())
    if options.promise:
        own = AuthoredStage(root, logs, screen, options.promise, options.request, options.outputs)
        return stack.enter_context(own), AuthoredStory(own, screen)
    if options.argocd:
        real = stack.enter_context(ArgoCDStage(root, logs, screen))
        return real, ArgoCDStory(real, screen)
    stage = stack.enter_context(Stage(root, logs, screen))
    return stage, Story(stage, screen)


def _play(screen: Screen, logs: Path, *, options: argparse.Namespace) -> None:
    started, keep = time.monotonic(), options.keep
    with ExitStack() as stack:
        stage, story = _told(options, logs, screen, stack)
        screen.say(stage.simulates)
        try:
            story.play(delete=not keep)
        except DemoError as error:
            kept = stage.keep_logs()
            raise type(error)(f"{error}\n{story.status()}logs of the control plane: {kept}") from error
        screen.doing("")
        screen.summary(story.delays)
        seconds, writes = time.monotonic() - started, stage.sidecar.writes()
        screen.say(f"{' > '.join(story.phases)}: {seconds:.0f} s in all, {writes} statuses written by the sidecar")
        if keep:
            screen.say("the simulation has ended; the sidecar keeps running, so the status follows your changes")
            export = f"export KUBECONFIG={stage.plane.kubeconfig}"
            hold(screen, export, f"kubectl get {stage.promise.plural} -A -o wide")


if __name__ == "__main__":
    sys.exit(main())
