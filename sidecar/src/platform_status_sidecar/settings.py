"""The settings: flags, each with an environment variable. They use argparse to save memory."""

import argparse
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Struct

from platform_status_contract.sources.registry import declared_kinds
from platform_status_contract.sources.source import ObservedKind

from . import __version__
from .errors import SettingsError
from .kinds import request_path

__all__ = ["WHOLE", "Shard", "SidecarSettings", "read_settings"]

_PREFIX: Final = "PLATFORM_STATUS_"
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SHARD: Final = re.compile(r"^([1-9][0-9]{0,3})/([1-9][0-9]{0,3})\Z")
_LEASE = re.compile(rf"^{_LABEL}/{_LABEL}(\.{_LABEL})*$")
_LABEL_VALUE = re.compile(r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$")
_MAX_PORT = 65535
_HOUR = 3600
_DAY = 24 * _HOUR

_EXAMPLES = """\
examples:
  in the cluster, with the ServiceAccount of the pod:
    platform-status-sidecar
  from a workstation, only looking at what it does:
    platform-status-sidecar --kubeconfig ~/.kube/config --log-format console --listen 127.0.0.1:8080
  for another Promise:
    platform-status-sidecar --resource widgets.v1.example.org --promise widget --lease platform-status-system/widget
  two replicas of which one writes, and one of three that share the requests:
    platform-status-sidecar --leader-elect
    platform-status-sidecar --shard 1/3

Every flag can be set by an environment variable: --log-level is PLATFORM_STATUS_LOG_LEVEL, and so on.
exit codes: 0 stopped by SIGTERM or SIGINT, 1 a part of it died, 2 wrong settings
"""


class Shard(Struct, frozen=True):
    """The requests that are ours, if several sidecars share those of one Promise: one of `of` equal parts.

    They are divided by a hash of the uid that is the same in every process and version.

    Attributes:
        number: Which part, from 1.
        of: How many there are.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read ``k/n``; empty is the whole.

        Raises:
            SettingsError: If it is something else.
        """
        if not text:
            return cls()
        found = _SHARD.match(text)
        number, of = (int(part) for part in found.groups()) if found else (1, 0)
        if number > of:
            raise SettingsError(f"--shard is {text!r}, expected k/n with k from 1 to n, for example 1/3")
        return cls(number, of)

    def owns(self, uid: str) -> bool:
        """Return whether the request with this uid is in this part."""
        if self.of == 1:
            return True
        return int.from_bytes(sha256(uid.encode()).digest()[:8], "big") % self.of == self.number - 1

    @property
    def suffix(self) -> str:
        """The suffix of the name of this part's Lease; empty for the whole."""
        return f"-{self.number}-of-{self.of}" if self.of > 1 else ""


WHOLE: Final = Shard()
"""Every request."""


class SidecarSettings(Struct, frozen=True):
    """Everything that can be set.

    Attributes:
        kubeconfig: Path of a kubeconfig; empty means the ServiceAccount of the pod.
        context: Context in it; empty means its current one.
        service_account: Folder with the token and ca.crt of the pod's ServiceAccount.
        resource: The requests, as ``plural.version.group``.
        promise: Name of the Promise, as Kratix labels its Works.
        lease: ``namespace/name`` of the Lease that proves that the sidecar is alive.
        listen_host: Address of /healthz, /readyz and /metrics.
        listen_port: Port of the same; 0 takes a free one and logs it.
        leader_elect: Whether replicas use that Lease to elect the one that writes.
        shard: Which part of the requests is ours; the Lease carries it in its name.
        write_interval: Seconds between two writes of one request, after the first (design.md section 6, rule 7).
        argocd_silent_after: Seconds without a sign of life of Argo CD after which its statuses count as unreadable;
            0 for never.
        kinds: The kinds beside the built-in ones that the Promise's contracts name, by their identity.
        scope: Namespaces that contracts may look at, see `rules.scope`; None: anywhere.
        notify_url: Where each change of a phase is posted; None for nowhere.
        notify_folder: Folder with the key that signs it, and ca.crt if the receiver's authority is not the system's.
        log_format: ``json`` or ``console``.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
    """

    kubeconfig: str = ""
    context: str = ""
    service_account: str = "/var/run/secrets/kubernetes.io/serviceaccount"
    resource: str = "vclusterorchestratorv2s.v1alpha1.platform.integratn.tech"
    promise: str = "vcluster-orchestrator-v2"
    lease: str = "platform-status-system/vcluster-orchestrator-v2"
    listen_host: str = ""
    listen_port: int = 8080
    leader_elect: bool = False
    shard: Shard = WHOLE
    write_interval: float = 5.0
    argocd_silent_after: float = 0.0
    kinds: Mapping[str, ObservedKind] = {}
    scope: tuple[str, ...] | None = None
    notify_url: SplitResult | None = None
    notify_folder: Path = Path("/var/run/secrets/platform-status/notify")
    log_format: str = "json"
    log_level: str = "info"


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> SidecarSettings:
    """Read flags, then environment, then defaults.

    Args:
        arguments: Command line without the program's name.
        environment: For example ``os.environ``.

    Raises:
        SettingsError: If a value is invalid; the message names the flag and the fix.
        SystemExit: After ``--help`` and ``--version``, and on unknown flags (code 2).
    """
    defaults = SidecarSettings()
    parser = argparse.ArgumentParser(
        prog="platform-status-sidecar",
        description="Watches what the status contract of each request names, and keeps its status true.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

    def flag(name: str, default: str, help_text: str, choices: Sequence[str] | None = None, bare: str = "") -> None:
        variable = _PREFIX + name.replace("-", "_").upper()
        shown = f" (default: {default})" if default else ""
        value = environment.get(variable, default)
        if choices and value not in choices:
            raise SettingsError(f"{variable} is {value!r}, expected one of {', '.join(choices)}")
        optional: dict[str, str] = {"nargs": "?", "const": bare} if bare else {}
        parser.add_argument(f"--{name}", default=value, choices=choices, help=help_text + shown, **optional)  # type: ignore[arg-type]  # the stub cannot tell which keywords these are

    flag("kubeconfig", defaults.kubeconfig, "kubeconfig file; without it the pod's ServiceAccount is used")
    flag("context", defaults.context, "context of the kubeconfig; its current one if absent")
    flag("service-account", defaults.service_account, "folder with the token and ca.crt of the pod's ServiceAccount")
    flag("resource", defaults.resource, "the requests, as plural.version.group")
    flag("promise", defaults.promise, "name of the Promise, as Kratix labels its Works")
    flag("lease", defaults.lease, "namespace/name of the Lease to renew")
    flag("shard", "", "k/n: look after the k-th of n parts of the requests, with the Lease NAME-k-of-n")
    flag("leader-elect", "false", "with replicas: only the holder of the Lease writes", ("true", "false"), bare="true")
    flag("listen", f"{defaults.listen_host}:{defaults.listen_port}", "host:port of /healthz, /readyz and /metrics")
    flag("write-interval", str(defaults.write_interval), "seconds between two status writes of one request")
    flag("argocd-silent-after", "0", "seconds without a sign of life after which Argo CD is not believed; 0: never")
    flag(
        "objects",
        "[]",
        "kinds that contracts of the Promise name under objects, as JSON; its workflow sets it",
    )
    flag("scope", "", "namespaces that contracts may look at, as a list in JSON; its workflow sets it, by the policy")
    flag("notify-url", "", "http or https URL to which each change of a phase is posted; without it none is")
    flag("notify-folder", str(defaults.notify_folder), "folder with key, which signs them, and ca.crt if it takes one")
    flag("log-format", defaults.log_format, "one JSON object per line, or text for people", ("json", "console"))
    flag("log-level", defaults.log_level, "least severe level that is logged", ("debug", "info", "warning", "error"))
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    found = parser.parse_args(list(arguments))

    request_path(found.resource)
    if not _LABEL_VALUE.match(found.promise):
        raise SettingsError(f"--promise is {found.promise!r}, expected the name of a Promise, a label value")
    if not _LEASE.match(found.lease):
        raise SettingsError(f"--lease is {found.lease!r}, expected namespace/name in lower case")
    shard = Shard.parse(found.shard)
    host, port = _listen(found.listen)
    return SidecarSettings(
        kubeconfig=found.kubeconfig,
        context=found.context,
        service_account=found.service_account,
        resource=found.resource,
        promise=found.promise,
        lease=found.lease + shard.suffix,
        leader_elect=found.leader_elect == "true",
        shard=shard,
        listen_host=host,
        listen_port=port,
        write_interval=_seconds("--write-interval", found.write_interval),
        argocd_silent_after=_seconds("--argocd-silent-after", found.argocd_silent_after, at_most=_DAY),
        kinds=_kinds(found.objects),
        scope=_scope(found.scope),
        notify_url=_url(found.notify_url) if found.notify_url else None,
        notify_folder=Path(found.notify_folder),
        log_format=found.log_format,
        log_level=found.log_level,
    )


def _listen(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdecimal() or int(port) > _MAX_PORT:
        raise SettingsError(f"--listen is {text!r}, expected host:port, for example :8080 or 127.0.0.1:0")
    return host.strip("[]"), int(port)


def _url(text: str) -> SplitResult:
    # It may hold a token, so no error quotes it.
    try:
        url = urlsplit(text)
        fits = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        fits, url = False, urlsplit("")
    if not fits or url.username is not None or not text.isascii() or any(sign <= " " for sign in text):
        raise SettingsError("--notify-url is no http or https URL with a host and without a user")
    return url


def _kinds(text: str) -> dict[str, ObservedKind]:
    try:
        return declared_kinds(text)
    except msgspec.MsgspecError as error:
        raise SettingsError(f"--objects is not a list of kinds as JSON: {error}") from error


def _scope(text: str) -> tuple[str, ...] | None:
    try:
        return msgspec.json.decode(text, type=tuple[str, ...]) if text else None
    except msgspec.MsgspecError as error:
        raise SettingsError(f"--scope is not a list of namespaces as JSON: {error}") from error


def _seconds(flag: str, text: str, at_most: int = _HOUR) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= at_most:  # NaN fails this comparison too
        raise SettingsError(f"{flag} is {text!r}, expected seconds between 0 and {at_most}")
    return value
