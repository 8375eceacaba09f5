"""The flags of every container, each with an environment variable, which a Promise usually sets instead of the flag."""

import argparse
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from platform_status_contract.policy.read import SHIPPED, VARIABLE
from platform_status_pipeline import __version__
from platform_status_pipeline.kratix.folders import Folders, labels_of
from platform_status_pipeline.promise.manifests import SidecarOptions, account_of
from platform_status_pipeline.vcluster.names import Settings

__all__ = ["MANIFESTS", "TEMPLATE", "make_parser"]

_MAX_SECONDS: Final = 60
_MAX_REPLICAS: Final = 5
_MAX_SHARDS: Final = 32

TEMPLATE: Final = "/etc/platform-status/contract.yaml"
"""Path in the image of the template of its Promise."""

MANIFESTS: Final = "/etc/platform-status/manifests.yaml"
"""Path of the template of the manifests in a platform's own image; our image has none."""

_LABEL: Final = re.compile(r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_CONDITION: Final = re.compile(r"^[A-Z][A-Za-z0-9]{0,62}\Z")
_IMAGE: Final = re.compile(r"^[A-Za-z0-9][-A-Za-z0-9._:/@]*\Z")

_EPILOG = """\
examples:
  As a container of a Promise's resource workflow, where Kratix mounts /kratix:
    platform-status-pipeline configure
    platform-status-pipeline contract --template /etc/platform-status/contract.yaml
    platform-status-pipeline contract --variable argocdURL=https://argocd.example.com
    platform-status-pipeline render
    platform-status-pipeline wait --for DatabaseReady
  As a container of its promise workflow:
    platform-status-pipeline sidecar
    platform-status-pipeline sidecar --replicas 2 --service-monitor true
  By hand, on folders of your own; no cluster is asked or changed:
    platform-status-pipeline configure --input-dir in --output-dir out --metadata-dir meta
    platform-status-pipeline render --template manifests.yaml --input-dir in --output-dir out --metadata-dir meta
  By hand, and the problems go to the live request in the cluster of KUBECONFIG:
    platform-status-pipeline configure --live --input-dir in --output-dir out --metadata-dir meta

exit codes:
  0  done
  1  refused: one line per problem on stderr; in a pod, or with --live, written to .status.problems of the
     request too (never with KRATIX_DRY_RUN=true)
  2  wrong command line
  3  a file or a folder cannot be read or written
"""


def make_parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    """Make the parser; defaults come from the environment, else from this module."""
    parser = argparse.ArgumentParser(
        prog="platform-status-pipeline",
        description="Containers for the workflows of a Kratix Promise.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = _shared(environment)
    _add_configure(commands, shared, environment)
    commands.add_parser(
        "delete",
        parents=[shared],
        help="say that a request of any kind is being deleted",
        description="Writes phase Deleting to status.yaml; Kratix removes what was made.",
    )
    _add_template(
        commands,
        shared,
        "contract",
        text="resolve a StatusContract template for a request of any kind",
        description="Adds contract, endpoints and credentials to whatever status.yaml earlier containers left.",
        variable="STATUS_CONTRACT",
        file=TEMPLATE,
    )
    _add_template(
        commands,
        shared,
        "render",
        text="write the manifests of a request of any kind, from a template",
        description="Writes what a template of kind Manifests says, folder by folder, and which Destination each "
        "folder goes to.",
        variable="MANIFESTS",
        file=MANIFESTS,
    )
    _add_wait(commands, shared)
    _add_sidecar(commands, shared, environment)
    return parser


_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives the type no public name


def _shared(environment: Mapping[str, str]) -> argparse.ArgumentParser:
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
        help="how long after the start of the Job Kratix is left alone before problems are written to the live "
        "status; SETTLE_SECONDS, default 1.5",
    )
    shared.add_argument(
        "--live",
        action="store_true",
        help="write problems to the live status outside a pod too, in the cluster of KUBECONFIG; no environment "
        "variable sets this. In a pod with a ServiceAccount they are always written, by that account",
    )
    return shared


def _add_configure(
    commands: "_Commands[argparse.ArgumentParser]", shared: argparse.ArgumentParser, environment: Mapping[str, str]
) -> None:
    plan = commands.add_parser(
        "configure",
        parents=[shared],
        help="write the documents and the static status of a VClusterOrchestratorV2",
        description="Reads object.yaml; writes the namespace, RBAC, network policies and three sub-requests, and in "
        "status.yaml problems, and phase Scheduled if the request has no phase yet.",
    )
    plan.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help=f"file of the platform's policy, of kind PlatformPolicy; without the flag its text in {VARIABLE}, else "
        f"the policy {SHIPPED[0]} that comes with the image",
    )
    defaults = Settings()
    promise = environment.get("KRATIX_PROMISE_NAME")
    account = account_of(promise) if promise else defaults.sidecar_account
    for flag, variable, default, shown, text in (
        ("--argocd-namespace", "ARGOCD_NAMESPACE", defaults.argocd_namespace, "", "namespace of Argo CD"),
        ("--sidecar-namespace", "SIDECAR_NAMESPACE", defaults.sidecar_namespace, "", "namespace of the sidecar"),
        (
            "--sidecar-service-account",
            "SIDECAR_SERVICE_ACCOUNT",
            account,
            "${KRATIX_PROMISE_NAME}-status",
            "ServiceAccount that may get the kubeconfig Secret",
        ),
    ):
        plan.add_argument(
            flag,
            metavar="NAME",
            default=environment.get(variable) or default,
            help=f"{text}; {variable}, default {shown or default}",
        )


def _add_template(
    commands: "_Commands[argparse.ArgumentParser]",
    shared: argparse.ArgumentParser,
    name: str,
    *,
    text: str,
    description: str,
    variable: str,
    file: str,
) -> None:
    resolver = commands.add_parser(name, parents=[shared], help=text, description=description)
    resolver.add_argument(
        "--template",
        type=Path,
        metavar="FILE",
        help=f"file of the template; without the flag its text in {variable}, else the file in {variable}_TEMPLATE, "
        f"else {file}",
    )
    resolver.add_argument(
        "--variable",
        type=_variable,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of a variable of the template, as text, instead of the template's own; may be given again",
    )


def _add_wait(commands: "_Commands[argparse.ArgumentParser]", shared: argparse.ArgumentParser) -> None:
    waiter = commands.add_parser(
        "wait",
        parents=[shared],
        help="go on only once conditions of the request are True",
        description="Reads object.yaml and nothing else; until the conditions are True it has Kratix run this pipeline "
        "again, after 15 s and then after twice as long each time, up to 5 min. For a pipeline of its own, after that "
        "with the contract.",
    )
    waiter.add_argument(
        "--for",
        dest="conditions",
        action="append",
        required=True,
        metavar="CONDITION",
        type=_matching(_CONDITION, "the type of a condition"),
        help="type of a condition, such as DatabaseReady; may be given again",
    )


def _add_sidecar(
    commands: "_Commands[argparse.ArgumentParser]", shared: argparse.ArgumentParser, environment: Mapping[str, str]
) -> None:
    maker = commands.add_parser(
        "sidecar",
        parents=[shared],
        help="write the manifests of the sidecar that keeps a Promise's statuses true",
        description="Reads the Promise from object.yaml; writes to platform/ of the output, and sends that folder to "
        "the Destinations of --destination. For a workflow promise.configure.",
    )
    defaults = SidecarOptions()

    def option(
        name: str, default: object, kind: Callable[[str], object], metavar: str, text: str, variable: str = ""
    ) -> None:
        variable = variable or f"SIDECAR_{name.replace('-', '_').upper()}"
        maker.add_argument(
            f"--{name}",
            # argparse parses a text default like an argument, so values from the environment are checked too.
            type=kind,
            default=environment.get(variable) or str(default),
            metavar=metavar,
            help=f"{text}; {variable}" + (f", default {default}" if default != "" else ""),
        )

    option("image", defaults.image, _matching(_IMAGE, "the name of an image"), "IMAGE", "image of the sidecar")
    option(
        "image-pull-secret",
        defaults.image_pull_secret,
        _matching(_LABEL, "the name of a Secret", empty=True),
        "NAME",
        "Secret with the credentials of the registry, in the sidecar's namespace",
    )
    option("namespace", defaults.namespace, _matching(_LABEL, "a namespace"), "NAME", "namespace of the sidecar")
    option(
        "replicas",
        defaults.replicas,
        _number(_MAX_REPLICAS),
        "N",
        "how many run, of which one writes: two survive a node",
    )
    option("shards", defaults.shards, _number(_MAX_SHARDS), "N", "how many share the requests")
    option("service-monitor", "false", _boolean, "BOOLEAN", "whether Prometheus' operator scrapes it; needs its CRD")
    option("skip-namespace", "false", _boolean, "BOOLEAN", "whether somebody else makes the namespace")
    option(
        "admission",
        "true",
        _boolean,
        "BOOLEAN",
        "whether the Promise's policy is judged at apply too; needs Kubernetes 1.30",
    )
    option(
        "scraped-from",
        defaults.scraped_from,
        _matching(_LABEL, "a namespace", empty=True),
        "NAME",
        "namespace of Prometheus, whose pods alone reach /metrics",
    )
    option(
        "api-server", "", _networks, "CIDR[,...]", "networks of the API server's endpoints, the only ones it may reach"
    )
    option(
        "notify-url", defaults.notify_url, _url, "URL", "where the sidecar posts each change of a phase; empty: nowhere"
    )
    option(
        "notify-secret",
        defaults.notify_secret,
        _matching(_LABEL, "the name of a Secret"),
        "NAME",
        "Secret with the key that signs what is posted, in the sidecar's namespace",
    )
    option(
        "destination",
        "environment=platform",
        _labels,
        "KEY=VALUE[,...]",
        "labels of the Destinations that take the manifests",
    )
    option("parts", "/etc/platform-status/sidecar", Path, "DIR", "folder of the parts", "SIDECAR_PARTS")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected seconds from 0 to {_MAX_SECONDS}")
    return seconds


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected NAME=VALUE")
    return name, value


def _labels(text: str) -> dict[str, str]:
    try:
        return labels_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part)) for part in text.split(",") if text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected networks such as 10.0.0.1/32") from error


def _url(text: str) -> str:
    try:
        url = urlsplit(text)
        fits = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0 and url.username is None
    except ValueError:
        fits = False
    if text and not (fits and text.isascii() and not any(sign <= " " for sign in text)):
        # Not quoted: it may hold a token.
        raise argparse.ArgumentTypeError("expected an http or https URL with a host and without a user")
    return text


def _matching(pattern: re.Pattern[str], expected: str, *, empty: bool = False) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not (pattern.match(text) or (empty and not text)):
            raise argparse.ArgumentTypeError(f"found {text!r}, expected {expected}")
        return text

    return read


def _number(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from 1 to {most}")
        return int(text)

    return read


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected true or false")
    return text == "true"
