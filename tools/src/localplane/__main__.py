"""``python -m localplane``: parse, call the library, map the outcome to an exit code."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from localplane.binaries import find_binaries, find_kubectl
from localplane.builds import ensure_built
from localplane.caches import cache_folder
from localplane.clusters import existing_cluster
from localplane.commandline import end_as_ctrl_c, make_parser, outcome_of
from localplane.crds import FOREIGN, fetch_crd, install_crds
from localplane.errors import FAILURES, ClusterChoiceError, StartError
from localplane.gomodules import pin
from localplane.gotoolchains import find_go
from localplane.plane import ControlPlane
from localplane.versions import ASKED_FOR, KUBECTL, NODE_TOOLS, TOOLS

__all__ = ["main"]

_FURTHER = {tool.name: tool for tool in (*NODE_TOOLS, *ASKED_FOR)}
_EPILOG = """\
examples:
  python -m localplane build                     build kube-apiserver and etcd, once (minutes)
  python -m localplane build kubectl actionlint  build these instead
  python -m localplane up --crds application     run until Ctrl-C, with Argo CD's Application CRD
  python -m localplane crds application          print the path of that CRD's file
  python -m localplane crds promise/crds --kubeconfig FILE
                                                 install CRDs into the cluster of that kubeconfig

environment:
  PLATFORM_STATUS_CACHE    cache folder (else XDG_CACHE_HOME/platform-status, else ~/.cache/platform-status)
  KUBEBUILDER_ASSETS       folder with kube-apiserver and etcd, to use instead of building them
  PLATFORM_STATUS_CLUSTER  kubeconfig of a cluster that the tests use instead of starting one

exit codes: 0 done, 1 failed, 2 wrong usage
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
            case "build":
                _build(chosen, parsed.tools)
            case "up":
                _up(parsed.crds, parsed.apiserver_flag, chosen)
            case "crds":
                _crds(parsed.crds, parsed.kubeconfig, chosen)
            case _:
                _pin(chosen)

    return outcome_of(
        run,
        environ,
        name="localplane",
        failures=(*FAILURES, ValueError, OSError),
        codes={ClusterChoiceError: 2},
        interrupted=0 if parsed.command == "up" else 130,
    )


def _parser() -> argparse.ArgumentParser:
    parser = make_parser(
        "localplane", "A real kube-apiserver and etcd on this machine, for the demo and the tests.", _EPILOG
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    make = commands.add_parser(
        "build", help="build kube-apiserver and etcd, or the named tools, into the cache and print the paths"
    )
    make.add_argument(
        "tools", nargs="*", type=_further, metavar="TOOL", help=f"instead of these two: {', '.join(_FURTHER)}"
    )

    up = commands.add_parser("up", help="start a control plane and keep it until Ctrl-C")
    up.add_argument(
        "--crds",
        action="append",
        default=[],
        metavar="CRD",
        help=f"install a CRD first: {', '.join(FOREIGN)}, or a file or folder; may be repeated",
    )
    up.add_argument(
        "--apiserver-flag",
        action="append",
        default=[],
        metavar="FLAG",
        help="a further flag of kube-apiserver, such as --apiserver-flag=--v=4; may be repeated",
    )

    crds = commands.add_parser("crds", help="fetch CRDs, and install them if a kubeconfig is named")
    crds.add_argument("crds", nargs="+", metavar="CRD", help=f"{', '.join(FOREIGN)}, or a file or folder")
    crds.add_argument(
        "--kubeconfig", metavar="FILE", help="install them there; without it only their paths are printed"
    )

    commands.add_parser("pin", help="for maintainers: write go.mod and go.sum anew after a version changed")
    return parser


def _further(name: str) -> str:
    if name not in _FURTHER:
        raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(_FURTHER)}")
    return name


def _build(environ: Mapping[str, str], tools: Sequence[str]) -> None:
    if not tools:
        binaries = find_binaries(environ)
        sys.stdout.write(f"{binaries.apiserver}\n{binaries.etcd}\n")
    for name in tools:
        path = (
            find_kubectl(environ)
            if name == KUBECTL.name
            else ensure_built(_FURTHER[name], cache_folder(environ), environ)
        )
        sys.stdout.write(f"{path}\n")


def _up(crds: Sequence[str], flags: Sequence[str], environ: Mapping[str, str]) -> None:
    if environ.get("PLATFORM_STATUS_CLUSTER"):
        raise ClusterChoiceError(
            "PLATFORM_STATUS_CLUSTER names a cluster that you have, so there is none to start; unset it to start one"
        )
    paths = _crd_paths(crds, environ)
    began = time.monotonic()
    with ControlPlane(apiserver_flags=flags, environ=environ) as plane:
        installed = install_crds(plane.admin, paths) if paths else []
        sys.stderr.write(
            f"localplane: {plane.server} is ready after {time.monotonic() - began:.1f} s"
            f"{''.join(f', {name}' for name in installed)}; log: {plane.apiserver_log}; Ctrl-C ends it\n"
        )
        # Printed last: a script that waits for this line may continue, and may send SIGTERM.
        sys.stdout.write(f"export KUBECONFIG={plane.kubeconfig}\n")
        sys.stdout.flush()
        while len(plane.pids) == len(TOOLS):
            time.sleep(0.5)
        raise StartError(f"a server ended by itself; its log is kept in {plane.keep_logs()}")


def _crds(crds: Sequence[str], kubeconfig: str | None, environ: Mapping[str, str]) -> None:
    paths = _crd_paths(crds, environ)
    if kubeconfig is None:
        sys.stdout.writelines(f"{path}\n" for path in paths)
        return
    cluster = existing_cluster(kubeconfig, named_by="--kubeconfig")
    try:
        sys.stdout.writelines(f"{name}\n" for name in install_crds(cluster.admin, paths))
    finally:
        cluster.close()


def _crd_paths(crds: Sequence[str], environ: Mapping[str, str]) -> list[Path]:
    return [fetch_crd(FOREIGN[crd], environ) if crd in FOREIGN else Path(crd) for crd in crds]


def _pin(environ: Mapping[str, str]) -> None:
    folder = Path(str(files("localplane") / "modules"))
    go = find_go(cache_folder(environ), environ, sys.stderr)
    for tool in (*TOOLS, *NODE_TOOLS, *ASKED_FOR):
        pin(tool, folder, go, environ)
        sys.stdout.write(f"{folder / tool.name}\n")


if __name__ == "__main__":
    raise SystemExit(main())
