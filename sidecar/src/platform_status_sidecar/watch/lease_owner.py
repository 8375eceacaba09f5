"""Whose the Lease is: the ServiceAccount that we run as, so that the Lease goes when its Promise does.

The Lease is created by us, not by GitOps, so nothing prunes it. Our ServiceAccount is pruned with the other manifests
of the Promise; the garbage collector then deletes what that account owns. Its uid is in the answer to "who am I", which
every account may ask: a Deployment or a pod as the owner would need a right to read it, and a pod goes too early.
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
    """Asks the API server once who we are; used by the thread of the Lease alone."""

    def __init__(self, transport: Transport, namespace: str) -> None:
        """Prepare.

        Args:
            transport: The API server.
            namespace: Namespace of the Lease: an owner in another one would make the garbage collector delete it.
        """
        self._transport = transport
        self._namespace = namespace
        self._known: Mapping[str, object] | None = None

    def metadata(self) -> Mapping[str, object]:
        """Return ``ownerReferences`` for the Lease's metadata; nothing if we run as nobody who could own it."""
        if self._known is None:
            try:
                self._known = self._ask()
            except (ForbiddenError, NotFoundError, RefusedError, msgspec.DecodeError) as error:
                # A server before Kubernetes 1.28: the Lease stays behind when the Promise goes, and nothing else.
                _log.info(
                    "Cannot learn who owns the Lease; it stays when its Promise goes", extra={"cause": str(error)}
                )
                self._known = _NOBODY
            except TransportError:
                # The renewal that follows says it, and the next one asks again.
                return _NOBODY
        return self._known

    def _ask(self) -> Mapping[str, object]:
        body = msgspec.json.encode({"apiVersion": _API, "kind": "SelfSubjectReview"})
        user = _DECODER.decode(self._transport.create(_PATH, body)).status.user_info
        namespace, _, name = user.username.removeprefix(_ACCOUNT).partition(":")
        if not user.username.startswith(_ACCOUNT) or namespace != self._namespace or not (name and user.uid):
            return _NOBODY
        return {"ownerReferences": [{"apiVersion": "v1", "kind": "ServiceAccount", "name": name, "uid": user.uid}]}
