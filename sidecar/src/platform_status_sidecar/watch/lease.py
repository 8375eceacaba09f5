"""The Lease: proof for readers of an unchanged status that the sidecar is alive (design.md section 6, rule 4).

`election` defines what a renewal means if several replicas share the Lease. `LeaseOwner` makes the garbage collector
delete it together with the Promise.
"""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_kube.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError, TransportError
from platform_status_kube.transport import Transport
from platform_status_sidecar.clock import TimeSource
from platform_status_sidecar.workers import LiveThread

__all__ = ["LeaseKeeper", "LeaseOwner", "LeaseRenewal"]

_API: Final = "coordination.k8s.io/v1"
_RENEW_INTERVAL: Final = 10.0
_LOOK_INTERVAL: Final = 0.5
"""Seconds between two checks of an unhealthy sidecar, so that the first renewal follows the first lists at once."""
_LEASE_SECONDS: Final = 40
"""leaseDurationSeconds: three missed renewals and a margin."""
_REVIEW_API: Final = "authentication.k8s.io/v1"
_REVIEW_PATH: Final = f"/apis/{_REVIEW_API}/selfsubjectreviews"
_ACCOUNT: Final = "system:serviceaccount:"
_NOBODY: Final[Mapping[str, object]] = {}
_log = logging.getLogger(__name__)


class LeaseKeeper(LiveThread, ABC):
    """The thread that maintains one Lease."""

    def __init__(
        self,
        lease: str,
        *,
        identity: str,
        transport: Transport,
        clock: TimeSource,
        stop: threading.Event,
        healthy: Callable[[], bool],
        owner: Callable[[], Mapping[str, object]] = dict,
        on_change: Callable[[bool], None] = lambda _leads: None,
    ) -> None:
        """Prepare.

        Args:
            lease: ``namespace/name``.
            identity: holderIdentity: the host name, which is the name of the pod; it must be unique if several
                replicas share the Lease.
            transport: The API server.
            clock: The clocks.
            stop: Set after the last write.
            healthy: Whether the sidecar is healthy; an unhealthy one neither acquires nor renews the Lease.
            owner: The ownerReferences of the Lease, see `LeaseOwner`.
            on_change: Called with whether this replica leads, when that changes.
        """
        super().__init__("lease", clock)
        self.lease: Final = lease
        # Not `_name`: threading.Thread has an attribute of that name.
        self._namespace, _, self._lease_name = lease.partition("/")
        self._collection = f"/apis/{_API}/namespaces/{self._namespace}/leases"
        self._path = f"{self._collection}/{self._lease_name}"
        self._identity = identity
        self._transport = transport
        self._clock = clock
        self._stopping = stop
        self._healthy = healthy
        self._owner = owner
        self._on_change = on_change
        self._renewed_at: float | None = None
        self._failed = False

    @property
    def leads(self) -> bool:
        """Whether this replica writes; always without an election."""
        return True

    @property
    def role(self) -> str:
        """The role of this replica among several; empty without an election."""
        return ""

    @property
    def age(self) -> float | None:
        """Seconds since we renewed the Lease; None if we never did."""
        return None if self._renewed_at is None else self._clock.monotonic() - self._renewed_at

    def run(self) -> None:
        """Maintain the Lease until stopped."""
        while not self._stopping.is_set():
            self.beat()
            self._stopping.wait(self._tend(healthy=self._healthy()))

    @abstractmethod
    def _tend(self, *, healthy: bool) -> float:
        """Run one step; returns the seconds until the next one."""

    def _renewed_spec(self, seconds: int) -> dict[str, object]:
        """The spec of every renewal: holder, time and duration."""
        return {"holderIdentity": self._identity, "renewTime": self._time(), "leaseDurationSeconds": seconds}

    def _time(self) -> str:
        """Return the present time in the format of a Lease."""
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _patch(self, spec: Mapping[str, object], metadata: Mapping[str, object] = {}) -> bytes:
        # Send the owner each time, so that a Lease of an older sidecar or with a recreated ServiceAccount gets it too.
        known = {**self._owner(), **metadata}
        body = {"metadata": known, "spec": spec} if known else {"spec": spec}
        return self._transport.patch(self._path, msgspec.json.encode(body))

    def _create(self, spec: Mapping[str, object]) -> bytes:
        metadata = {**self._owner(), "namespace": self._namespace, "name": self._lease_name}
        whole = {"apiVersion": _API, "kind": "Lease", "metadata": metadata, "spec": spec}
        return self._transport.create(self._collection, msgspec.json.encode(whole))

    def _warn_once(self, message: str, error: Exception) -> None:
        """Log a failure, but not again until the next success."""
        if not self._failed:
            _log.warning(message, extra={"lease": self.lease, "cause": str(error)})
        self._failed = True


class LeaseRenewal(LeaseKeeper):
    """Renews one Lease for as long as the sidecar is healthy, without an election.

    Every running replica renews it. A renewal is one API request: a merge patch of renewTime, or a create.
    """

    def _tend(self, *, healthy: bool) -> float:
        if not healthy:
            return _LOOK_INTERVAL
        self.renew()
        return _RENEW_INTERVAL

    def renew(self) -> None:
        """Renew once; a failure is logged once until the next success."""
        spec = self._renewed_spec(_LEASE_SECONDS)
        acquired = {"acquireTime": spec["renewTime"]}
        try:
            try:
                self._patch(spec | acquired if self._renewed_at is None else spec)
            except NotFoundError:
                self._create(spec | acquired)
        except ConflictError:
            # Another replica created it meanwhile: the next renewal patches it.
            return
        except TransportError as error:
            self._warn_once("Cannot renew the Lease", error)
            return
        self._failed = False
        self._renewed_at = self._clock.monotonic()


class _User(Struct, frozen=True):
    username: str = ""
    uid: str = ""


class _Status(Struct, frozen=True, rename="camel"):
    user_info: _User = _User()


class _Review(Struct, frozen=True):
    status: _Status = _Status()


_DECODER: Final = msgspec.json.Decoder(_Review)


class LeaseOwner:
    """The owner of the Lease: our own ServiceAccount, looked up once; used only by the thread of the Lease.

    The sidecar creates the Lease, not GitOps, so GitOps does not prune it. The ServiceAccount is pruned with the other
    manifests of the Promise, and the garbage collector then deletes the objects that it owns. A SelfSubjectReview
    returns its uid and needs no further right. A Deployment or a pod as the owner would need a right to read it, and a
    pod is deleted too early.
    """

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
        body = msgspec.json.encode({"apiVersion": _REVIEW_API, "kind": "SelfSubjectReview"})
        user = _DECODER.decode(self._transport.create(_REVIEW_PATH, body)).status.user_info
        namespace, _, name = user.username.removeprefix(_ACCOUNT).partition(":")
        if not user.username.startswith(_ACCOUNT) or namespace != self._namespace or not (name and user.uid):
            return _NOBODY
        return {"ownerReferences": [{"apiVersion": "v1", "kind": "ServiceAccount", "name": name, "uid": user.uid}]}
