"""Writes `problems` to the live status of a request, because a failed Job loses its status.yaml (kratix.md section 2).

A JSON merge patch of only that key: it never changes a key of Kratix or of the sidecar (kratix.md sections 3 and 11).
Only in a pod, or with `--live`: a container that is run by hand must not change the cluster of the user's KUBECONFIG.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from msgspec import Struct

if TYPE_CHECKING:
    from platform_status_kube.connection import Connection

__all__ = ["SERVICE_ACCOUNT", "LiveAccess", "PatchTarget", "patch_problems", "target_of"]

_ANSWER_TIMEOUT: Final = 10.0

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Folder in which the kubelet mounts the ServiceAccount of a pod."""


class LiveAccess(Struct, frozen=True):
    """Whether a process may write to a cluster, and how.

    Attributes:
        environment: Environment variables; KUBECONFIG counts only with `live`.
        live: Whether `--live` was given. It has no environment variable, because a shell could pass one on unnoticed.
        account: Folder of the pod's ServiceAccount.
    """

    environment: Mapping[str, str]
    live: bool = False
    account: Path = SERVICE_ACCOUNT

    @property
    def in_pod(self) -> bool:
        """Whether this is a pod with a ServiceAccount, by its files, since a shell may have the variable too."""
        if not self.environment.get("KUBERNETES_SERVICE_HOST"):
            return False
        try:
            return all((self.account / name).is_file() for name in ("token", "ca.crt"))
        except OSError:
            return False

    @property
    def granted(self) -> bool:
        """Whether anything may be written."""
        return self.live or self.in_pod


class PatchTarget(Struct, frozen=True):
    """The request to patch.

    Attributes:
        group: API group.
        version: API version.
        plural: Plural of the kind.
        namespace: Its namespace.
        name: Its name.
    """

    group: str
    version: str
    plural: str
    namespace: str
    name: str

    @property
    def path(self) -> str:
        """Path of its status subresource."""
        parts = (self.group, self.version, "namespaces", self.namespace, self.plural, self.name, "status")
        return "/apis/" + "/".join(quote(part, safe="") for part in parts)


def target_of(request: Mapping[str, Any], environment: Mapping[str, str]) -> PatchTarget | None:
    """Return the target of a patch for a request.

    Args:
        request: The request.
        environment: Kratix sets KRATIX_CRD_PLURAL; without it the plural is derived from the kind.

    Returns:
        The target, None if the request lacks a field that is needed.
    """
    metadata = request.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    group, _, version = str(request.get("apiVersion") or "").partition("/")
    plural = environment.get("KRATIX_CRD_PLURAL") or f"{str(request.get('kind') or '').lower()}s"
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not (group and version and len(plural) > 1 and isinstance(name, str) and isinstance(namespace, str)):
        return None
    return PatchTarget(group, version, plural, namespace, name)


def patch_problems(
    target: PatchTarget,
    problems: list[str],
    access: LiveAccess,
    settle: Callable[[], None],
    say: Callable[[str], None],
) -> bool:
    """Replace `.status.problems` of the live request; logs the result, and never raises.

    Args:
        target: The request.
        problems: The lines.
        access: The access to the cluster; writing is allowed.
        settle: Waits until Kratix has written its starting status: it writes it once, about 1.1 s after it created the
            Job, and an earlier write of ours would make that write fail for good (kratix.md section 11.4).
        say: Logs one line.

    Returns:
        Whether the API server accepted the patch.
    """
    try:
        where = _patch(target, {"status": {"problems": problems}}, access, settle)
    except Exception as error:  # noqa: BLE001 - the problems are on stderr already; no failure here may hide them
        say(f"status.problems could not be written: {_reason(error)}")
        return False
    say(f"status.problems {'written' if problems else 'emptied'}: {where}")
    return True


def _patch(target: PatchTarget, body: dict[str, Any], access: LiveAccess, settle: Callable[[], None]) -> str:
    # Imported here, because a successful run does not need it.
    from platform_status_kube.http_transport import HttpTransport, Timeouts  # noqa: PLC0415 - see above

    connection, by = _connect(access)
    timeouts = Timeouts(connect=_ANSWER_TIMEOUT, answer=_ANSWER_TIMEOUT)
    transport = HttpTransport(connection, user_agent="platform-status-pipeline", timeouts=timeouts)
    settle()
    transport.patch(target.path, json.dumps(body).encode())
    return f"PATCH {target.path} of {urlsplit(connection.access.server).netloc.rpartition('@')[2]}, {by}"


def _connect(access: LiveAccess) -> "tuple[Connection, str]":
    """Connect to the cluster; with `--live` a KUBECONFIG is used, in a pod too."""
    from platform_status_kube.connection import connect  # noqa: PLC0415 - see _patch

    kubeconfig = access.environment.get("KUBECONFIG", "")
    if access.live and kubeconfig:
        return connect(kubeconfig), "by KUBECONFIG"
    if not access.in_pod:
        raise RuntimeError("--live found no KUBECONFIG, expected the path of a kubeconfig file; set KUBECONFIG")
    return connect(account=access.account, environment=access.environment), "by the ServiceAccount of this pod"


def _reason(error: Exception) -> str:
    status = getattr(error, "status", 0)
    text = f"the API server answered {status} {getattr(error, 'reason', '')}" if status else str(error)
    return " ".join((text or type(error).__name__).split())[:1000]
