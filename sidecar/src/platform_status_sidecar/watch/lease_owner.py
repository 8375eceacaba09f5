"""The owner of the Lease: the sidecar's ServiceAccount, so that the Lease is deleted together with the Promise.

The sidecar creates the Lease, not GitOps, so GitOps does not prune it. The ServiceAccount is pruned with the other
manifests of the Promise, and the garbage collector then deletes the objects that it owns. A SelfSubjectReview returns
its uid and needs no further right. A Deployment or a pod as the owner would need a right to read it, and a pod is
deleted too early.
"""

import logging
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_kube.errors import ForbiddenError, NotFoundError, RefusedError, TransportError
from platform_status_kube.transport import Transport

__all__ = ["LeaseOwner"]

_API: Final = "authentication.k8s.io/v1"
_PATH: Final = f"/apis/{_API}/selfsubjectreviews"
_ACCOUNT: Final = "system:serviceaccount:"
_NOBODY: Final[Mapping[str, object]] = {}
_log = logging.getLogger(__name__)


class _User(Struct, frozen=True):
    username: str = ""
    uid: str = ""


class _Status(Struct, frozen=True, rename="camel"):
    user_info: _User = _User()


class _Review(Struct, frozen=True):
    status: _Status = _Status()


_DECODER: Final = msgspec.json.Decoder(_Review)


class LeaseOwner:
    """Looks up our own ServiceAccount once; used only by the thread of the Lease."""

    def __init__(self, transport: Transport, namespace: str) -> None:
        """Prepare.

        Args:
            transport: The API server.
            namespace: Namespace of the Lease; the garbage collector would delete a Lease with an owner in another one.
        """
        self._transport = transport
        self._namespace = namespace
        self._known: Mapping[str, object] | None = None

    def metadata(self) -> Mapping[str, object]:
        """Return ``ownerReferences`` for the Lease's metadata; empty if no ServiceAccount in its namespace runs us."""
        if self._known is None:
            try:
                self._known = self._ask()
            except (ForbiddenError, NotFoundError, RefusedError, msgspec.DecodeError) as error:
                # A server before Kubernetes 1.28: the Lease remains when the Promise is deleted, without further harm.
                _log.info(
                    "Cannot learn who owns the Lease; it stays when its Promise goes", extra={"cause": str(error)}
                )
                self._known = _NOBODY
            except TransportError:
                # The renewal that follows logs the failure, and the next one retries the lookup.
                return _NOBODY
        return self._known

    def _ask(self) -> Mapping[str, object]:
        body = msgspec.json.encode({"apiVersion": _API, "kind": "SelfSubjectReview"})
        user = _DECODER.decode(self._transport.create(_PATH, body)).status.user_info
        namespace, _, name = user.username.removeprefix(_ACCOUNT).partition(":")
        if not user.username.startswith(_ACCOUNT) or namespace != self._namespace or not (name and user.uid):
            return _NOBODY
        return {"ownerReferences": [{"apiVersion": "v1", "kind": "ServiceAccount", "name": name, "uid": user.uid}]}
