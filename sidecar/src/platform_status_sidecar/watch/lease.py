"""The Lease: proof of life for readers of a status that is at rest (design.md section 6, rule 4)."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from platform_status_sidecar.clock import Clock
from platform_status_sidecar.errors import ConflictError, NotFoundError, TransportError
from platform_status_sidecar.pulse import LiveThread
from platform_status_sidecar.transport import Transport

__all__ = ["LeaseRenewal", "leases", "micro_time", "new_lease"]

_EVERY: Final = 10.0
_LOOK: Final = 0.5
"""How often an unhealthy sidecar looks whether it is healthy; the first renewal follows the first lists at once."""
_VALID: Final = 40
"""leaseDurationSeconds: three missed renewals and some slack."""

_log = logging.getLogger(__name__)


class LeaseRenewal(LiveThread):
    """Renews one Lease for as long as the sidecar is healthy.

    It is no election (that is `election`): whoever runs renews it. One request per renewal: a merge patch of renewTime,
    or a create.
    """

    def __init__(
        self,
        lease: str,
        *,
        identity: str,
        transport: Transport,
        clock: Clock,
        stop: threading.Event,
        healthy: Callable[[], bool],
    ) -> None:
        """Prepare the renewals.

        Args:
            lease: ``namespace/name``.
            identity: Who renews: the host's name, which is the pod's.
            transport: The API server.
            clock: For renewTime.
            stop: Set when the sidecar stops.
            healthy: A sidecar that is not healthy proves nothing and does not renew.
        """
        super().__init__("lease", clock)
        # not `_name`, which threading.Thread uses itself
        self._namespace, _, self._lease = lease.partition("/")
        self._identity = identity
        self._transport = transport
        self._clock = clock
        self._stopping = stop
        self._healthy = healthy
        self._failed = False
        self._acquired: datetime | None = None
        self._renewed_at: float | None = None

    @property
    def age(self) -> float | None:
        """Seconds since the last renewal; None before the first."""
        return None if self._renewed_at is None else self._clock.monotonic() - self._renewed_at

    def run(self) -> None:
        """Renew until stopped."""
        while not self._stopping.is_set():
            self.beat()
            healthy = self._healthy()
            if healthy:
                self.renew()
            self._stopping.wait(_EVERY if healthy else _LOOK)

    def renew(self) -> None:
        """Renew once; a failure is logged once until it succeeds again."""
        now = self._clock.now()
        first = self._acquired is None
        spec: dict[str, object] = {
            "holderIdentity": self._identity,
            "renewTime": micro_time(now),
            "leaseDurationSeconds": _VALID,
        }
        if first:
            spec["acquireTime"] = micro_time(now)
        collection = leases(self._namespace)
        try:
            try:
                self._transport.patch(f"{collection}/{self._lease}", msgspec.json.encode({"spec": spec}))
            except NotFoundError:
                spec["acquireTime"] = micro_time(now)
                self._transport.create(collection, new_lease(self._namespace, self._lease, spec))
        except ConflictError:
            # Created by another replica in between: the next renewal patches it.
            return
        except TransportError as error:
            if not self._failed:
                _log.warning(
                    "Cannot renew the Lease", extra={"lease": f"{self._namespace}/{self._lease}", "cause": str(error)}
                )
            self._failed = True
            return
        self._failed = False
        self._acquired = self._acquired or now
        self._renewed_at = self._clock.monotonic()


def leases(namespace: str) -> str:
    """Path of the Leases of a namespace."""
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"


def new_lease(namespace: str, name: str, spec: Mapping[str, object]) -> bytes:
    """Render a Lease that is to be created."""
    return msgspec.json.encode(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"namespace": namespace, "name": name},
            "spec": spec,
        }
    )


def micro_time(moment: datetime) -> str:
    """Spell a moment as the times of a Lease are spelled."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
