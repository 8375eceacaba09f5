"""The command line: ``platform-status-pipeline configure|delete|contract``."""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from platform_status_pipeline import __version__
from platform_status_pipeline.containers import Surroundings, configure, contract, delete, report
from platform_status_pipeline.errors import FolderError, RefusedError
from platform_status_pipeline.kratix.folders import Folders
from platform_status_pipeline.vcluster.settings import Settings

__all__ = ["main"]

_OK, _REFUSED, _BROKEN = 0, 1, 3

_MOST_SECONDS = 60

_EPILOG = """\
examples:
  As a container of a Promise's resource workflow, where Kratix mounts /kratix:
    platform-status-pipeline configure
    platform-status-pipeline contract --template /etc/platform-status/contract.yaml
    platform-status-pipeline contract --variable argocdURL=https://argocd.example.com
  By hand, on folders of your own:
    platform-status-pipeline configure --input-dir in --output-dir out --metadata-dir meta

exit codes:
  0  done
  1  refused: one line per problem on stderr, written to .status.problems too (not with KRATIX_DRY_RUN=true)
  2  wrong command line
  3  a file or a folder cannot be read or written
"""


def main(
    argv: Sequence[str] | None = None, environment: Mapping[str, str] | None = None, stderr: TextIO | None = None
) -> int:
    """Run one container.

    Args:
        argv: Command line without the program's name; None: that of this process.
        environment: Environment variables; None: those of this process.
        stderr: Where lines for the log go; None: standard error.

    Returns:
        The exit code.
    """
    environment = os.environ if environment is None else environment
    stream = sys.stderr if stderr is None else stderr
    options = _parser(environment).parse_args(argv)
    folders = Folders(options.input_dir, options.output_dir, options.metadata_dir)
    given = Surroundings(
        folders,
        environment,
        say=lambda line: print(line, file=stream, flush=True),
        settle=lambda: time.sleep(options.settle_seconds),
    )
    try:
        if options.command == "configure":
            configure(
                given,
                Settings(options.argocd_namespace, options.sidecar_namespace, options.sidecar_service_account),
            )
        elif options.command == "contract":
            contract(given, options.template, dict(options.variable))
        else:
            delete(given)
    except RefusedError as refused:
        report(given, refused)
        return _REFUSED
    except FolderError as error:
        given.say(str(error))
        return _BROKEN
    return _OK


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("folders (each also by environment variable)")
    for flag, variable, default in (
        ("--input-dir", "KRATIX_INPUT_DIR", Folders().input),
        ("--output-dir", "KRATIX_OUTPUT_DIR", Folders().output),
        ("--metadata-dir", "KRATIX_METADATA_DIR", Folders().metadata),
    ):
        group.add_argument(
            flag,
            type=Path,
            metavar="DIR",
            default=Path(environment.get(variable) or default),
            help=f"{variable}, default {default}",
        )
    shared.add_argument(
        "--settle-seconds",
        type=_seconds,
        metavar="SECONDS",
        default=environment.get("SETTLE_SECONDS") or "1.5",
        help="how long Kratix is left alone before problems are written to the live status; SETTLE_SECONDS, "
        "default 1.5",
    )
    parser = argparse.ArgumentParser(
        prog="platform-status-pipeline",
        description="Containers for the resource workflow of a Kratix Promise.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    plan = commands.add_parser(
        "configure",
        parents=[shared],
        help="write the documents and the static status of a VClusterOrchestratorV2",
        description="Reads object.yaml; writes the namespace, RBAC, network policies and three sub-requests, and in "
        "status.yaml problems, and phase Scheduled if the request has no phase yet.",
    )
    defaults = Settings()
    for flag, variable, default_text, text in (
        ("--argocd-namespace", "ARGOCD_NAMESPACE", defaults.argocd_namespace, "namespace of Argo CD"),
        ("--sidecar-namespace", "SIDECAR_NAMESPACE", defaults.sidecar_namespace, "namespace of the sidecar"),
        (
            "--sidecar-service-account",
            "SIDECAR_SERVICE_ACCOUNT",
            defaults.sidecar_account,
            "ServiceAccount that may get the kubeconfig Secret",
        ),
    ):
        plan.add_argument(
            flag,
            metavar="NAME",
            default=environment.get(variable) or default_text,
            help=f"{text}; {variable}, default {default_text}",
        )
    commands.add_parser(
        "delete",
        parents=[shared],
        help="say that a VClusterOrchestratorV2 is being deleted",
        description="Writes phase Deleting to status.yaml; Kratix removes what was made.",
    )
    resolver = commands.add_parser(
        "contract",
        parents=[shared],
        help="resolve a StatusContract template for a request of any kind",
        description="Adds contract, endpoints and credentials to whatever status.yaml earlier containers left.",
    )
    resolver.add_argument(
        "--template",
        type=Path,
        metavar="FILE",
        default=Path(environment.get("STATUS_CONTRACT_TEMPLATE") or "/etc/platform-status/contract.yaml"),
        help="the template; STATUS_CONTRACT_TEMPLATE, default /etc/platform-status/contract.yaml",
    )
    resolver.add_argument(
        "--variable",
        type=_variable,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of a variable of the template, as text, instead of the template's own; may be given again",
    )
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected seconds from 0 to {_MOST_SECONDS}")
    return seconds


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected NAME=VALUE")
    return name, value
