"""``python -m localnode``: parse, call the library, map the outcome to an exit code."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from localnode.binaries import find_node_binaries
from localnode.errors import NotPossibleError
from localnode.node import LocalNode
from localnode.requirements import why_not
from localplane.commandline import end_as_ctrl_c, make_parser, outcome_of
from localplane.errors import FAILURES

__all__ = ["main"]

_EPILOG = """\
examples:
  python -m localnode check                      report whether this machine can run a node, else the reason
  python -m localnode build                      build and fetch everything, once (minutes)
  python -m localnode up --image sidecar.tar     run a node until Ctrl-C, with the images of that archive

environment:
  PLATFORM_STATUS_CACHE    cache folder (else XDG_CACHE_HOME/platform-status, else ~/.cache/platform-status)
  KUBEBUILDER_ASSETS       folder with kube-apiserver and etcd, to use instead of building them

exit codes: 0 done, 1 failed, 2 wrong usage, 3 this machine cannot run a node
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
    end_as_ctrl_c()

    def run(chosen: Mapping[str, str]) -> None:
        match parsed.command:
            case "check":
                _check(chosen)
            case "build":
                binaries = find_node_binaries(chosen)
                sys.stdout.writelines(f"{path}\n" for path in binaries.tools.values())
            case _:
                _up(parsed.image, chosen)

    return outcome_of(
        run,
        environ,
        name="localnode",
        failures=(*FAILURES, OSError),
        codes={NotPossibleError: 3},
        interrupted=0 if parsed.command == "up" else 130,
    )


def _parser() -> argparse.ArgumentParser:
    parser = make_parser(
        "localnode",
        "A real node on this machine, without Docker: kubelet, containerd and runc beside a control plane.",
        _EPILOG,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("check", help="report whether this machine can run a node")
    commands.add_parser("build", help="build and fetch all programs into the cache, and print their paths")
    up = commands.add_parser("up", help="start a node and keep it until Ctrl-C")
    up.add_argument("--image", action="append", default=[], type=Path, metavar="TAR", help="import it; may be repeated")
    return parser


def _check(environ: Mapping[str, str]) -> None:
    reason = why_not(environ)
    if reason:
        raise NotPossibleError(reason)
    sys.stdout.write("this machine can run a node\n")


def _up(archives: Sequence[Path], environ: Mapping[str, str]) -> None:
    began = time.monotonic()
    with LocalNode(environ=environ) as node:
        loaded = node.load(*archives)
        sys.stderr.write(
            f"localnode: the node is Ready after {time.monotonic() - began:.1f} s"
            f"{''.join(f', {name}' for name in loaded)}; logs: {node.logs}; Ctrl-C ends it\n"
        )
        # Printed last: a script that waits for this line may continue, and may send SIGTERM.
        sys.stdout.write(f"export KUBECONFIG={node.plane.kubeconfig}\n")
        sys.stdout.flush()
        node.watch()


if __name__ == "__main__":
    raise SystemExit(main())
