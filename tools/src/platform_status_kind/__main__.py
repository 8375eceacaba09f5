"""``python -m platform_status_kind``: parse, call the library, map the outcome to an exit code."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from localplane.caches import cache_folder
from localplane.commandline import make_parser, outcome_of
from localplane.errors import FAILURES
from platform_status_kind.lane import demo, down, up
from platform_status_kind.programs import KindError, NoDockerError, require
from platform_status_world.cluster import WorldError
from platform_status_world.images import find_images

__all__ = ["main"]

_EPILOG = """\
examples:
  python -m platform_status_kind up                               make the cluster, with Kratix, our images, the Promise
  python -m platform_status_kind up --node-image IMAGE            the same with another image of the node than kind's
  python -m platform_status_kind demo                             take the example request through its life; repeatable
  python -m platform_status_kind down                             delete the cluster

environment:
  PLATFORM_STATUS_IMAGES   folder with pipeline.tar and sidecar.tar (else they are built)
  PLATFORM_STATUS_CACHE    cache folder (else XDG_CACHE_HOME/platform-status, else ~/.cache/platform-status)

exit codes: 0 done, 1 failed, 2 wrong usage, or Docker, kind or kubectl is missing
"""


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name; None: those of this process.
        environ: Environment variables; None: those of this process.

    Returns:
        The exit code.
    """
    parsed = _parser().parse_args(arguments)
    began, root = time.monotonic(), Path.cwd()

    def tell(text: str) -> None:
        sys.stderr.write(f"+{time.monotonic() - began:6.1f}s  {text}\n")
        sys.stderr.flush()

    def run(chosen: Mapping[str, str]) -> None:
        require(chosen)
        match parsed.command:
            case "up":
                output = cache_folder(chosen) / "kind" / "images"
                images = find_images(root, output, chosen, ("--engine=docker",))
                kubeconfig = up(root, images, parsed.node_image, tell, chosen)
                sys.stdout.write(f"export KUBECONFIG={kubeconfig}\n")
            case "demo":
                sys.stdout.write(f"{demo(root, tell, chosen).text()}\n")
            case _:
                tell(f"done: {' '.join(down(environ=chosen))}")

    failures = (KindError, WorldError, *FAILURES, OSError)
    return outcome_of(run, environ, name="platform_status_kind", failures=failures, codes={NoDockerError: 2})


def _parser() -> argparse.ArgumentParser:
    parser = make_parser(
        "platform_status_kind",
        "The example request on a kind cluster with the real Kratix. Run it from the repository's root.",
        _EPILOG,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up_parser = commands.add_parser("up", help="make the cluster with everything on it")
    up_parser.add_argument("--node-image", default="", metavar="IMAGE", help="image of the node; default: kind's own")
    commands.add_parser("demo", help="take the example request through its life")
    commands.add_parser("down", help="delete the cluster")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
