"""Whether the API server serves a kind as a template names it: by its plural, and with its scope."""

import msgspec
from msgspec import Struct

from platform_status_kube.errors import NotFoundError, TransportError
from platform_status_kube.transport import Transport
from platform_status_sidecar.kinds import WatchedKind

__all__ = ["KindMismatchError", "mismatch"]


class KindMismatchError(NotFoundError):
    """The kind is served by another plural, or has another scope; the message names the right one."""


class _Resource(Struct):
    name: str
    kind: str
    namespaced: bool


class _Resources(Struct):
    resources: list[_Resource] = []


def mismatch(transport: Transport, kind: WatchedKind) -> str:
    """Compare plural and scope of a kind with the discovery of its API version.

    Args:
        transport: The API server.
        kind: The kind; one without `called` has a plural that nobody wrote by hand, and is not asked for.

    Returns:
        What is right instead; empty if nothing is wrong, or if discovery does not tell: a list then says what is.
    """
    version, _, plural = kind.path.rpartition("/")
    if not kind.called:
        return ""
    try:
        served = msgspec.json.decode(transport.get(version), type=_Resources).resources
    except (TransportError, msgspec.DecodeError):
        return ""
    found = next((each for each in served if each.name == plural), None)
    if found is None:
        # subresources have the kind of what they belong to
        right = next((each.name for each in served if each.kind == kind.called and "/" not in each.name), "")
        return f"the plural of {kind.called} is {right}, not {plural}" if right else ""
    if found.namespaced != kind.namespaced:
        right, wrong = ("Namespaced", "Cluster") if found.namespaced else ("Cluster", "Namespaced")
        return f"the scope of {kind.called} is {right}, not {wrong}"
    return ""
