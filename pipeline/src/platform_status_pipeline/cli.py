"""The command line: ``platform-status-pipeline configure|delete|contract|render|wait|sidecar``."""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from platform_status_pipeline.arguments import MANIFESTS, TEMPLATE, make_parser
from platform_status_pipeline.containers import INLINE, configure, contract, delete, render, sidecar
from platform_status_pipeline.errors import FolderError, RequestRefusedError
from platform_status_pipeline.kratix.folders import Folders
from platform_status_pipeline.kratix.live import SERVICE_ACCOUNT, LiveAccess
from platform_status_pipeline.policy import policy_of, policy_of_variable
from platform_status_pipeline.problems import report
from platform_status_pipeline.promise.manifests import SidecarOptions
from platform_status_pipeline.surroundings import Surroundings
from platform_status_pipeline.vcluster.names import Settings
from platform_status_pipeline.wait import wait

__all__ = ["main"]

_OK, _REFUSED, _BROKEN = 0, 1, 3


def main(
    argv: Sequence[str] | None = None,
    environment: Mapping[str, str] | None = None,
    stderr: TextIO | None = None,
    account: Path = SERVICE_ACCOUNT,
) -> int:
    """Run one container.

    Args:
        argv: Command line without the program's name; None: that of this process.
        environment: Environment variables; None: those of this process.
        stderr: The stream for log lines; None: standard error.
        account: Folder of the pod's ServiceAccount.

    Returns:
        The exit code.
    """
    environment = os.environ if environment is None else environment
    stream = sys.stderr if stderr is None else stderr
    options = make_parser(environment).parse_args(argv)
    folders = Folders(options.input_dir, options.output_dir, options.metadata_dir)
    given = Surroundings(
        folders,
        environment,
        say=lambda line: print(line, file=stream, flush=True),
        settle=lambda: time.sleep(_seconds_to_settle(folders.request, options.settle_seconds)),
        access=LiveAccess(environment, options.live, account),
    )
    try:
        _run(given, options)
    except RequestRefusedError as refused:
        report(given, refused)
        return _REFUSED
    except FolderError as error:
        given.say(str(error))
        return _BROKEN
    return _OK


def _seconds_to_settle(request: Path, seconds: float) -> float:
    """Kratix creates the Job before the pod's first container writes the request, so the time counts from that file."""
    try:
        age = time.time() - request.stat().st_mtime
    except OSError:
        return seconds
    return min(max(seconds - age, 0), seconds)


def _run(given: Surroundings, options: argparse.Namespace) -> None:
    match options.command:
        case "configure":
            settings = Settings(options.argocd_namespace, options.sidecar_namespace, options.sidecar_service_account)
            configure(given, settings, policy_of(given, options.policy))
        case "contract":
            contract(given, _template(given, options, "STATUS_CONTRACT", TEMPLATE), dict(options.variable))
        case "render":
            template = _template(given, options, INLINE, MANIFESTS)
            render(given, template, dict(options.variable), policy_of_variable(given))
        case "wait":
            wait(given, options.conditions)
        case "sidecar":
            made = SidecarOptions(
                image=options.image,
                image_pull_secret=options.image_pull_secret,
                namespace=options.namespace,
                replicas=options.replicas,
                shards=options.shards,
                service_monitor=options.service_monitor,
                skip_namespace=options.skip_namespace,
                admission=options.admission,
                scraped_from=options.scraped_from,
                api_server=options.api_server,
                notify_url=options.notify_url,
                notify_secret=options.notify_secret,
            )
            sidecar(given, options.parts, made, options.destination)
        case _:
            delete(given)


def _template(given: Surroundings, options: argparse.Namespace, variable: str, file: str) -> Path | str:
    """The path of a template file, or the text of the template."""
    flag: Path | None = options.template
    inline = given.environment.get(variable)
    return flag or inline or Path(given.environment.get(f"{variable}_TEMPLATE") or file)
