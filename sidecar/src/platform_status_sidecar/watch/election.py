"""Leader election: only the holder of the Lease writes (design.md section 6, rule 4).

A replica that is not the holder measures with its own clock how long the Lease has been unchanged; wall clocks of
different machines are never compared. A holder that cannot renew stops writing before another replica may take over.
In between no replica writes, and a write in flight carries a resourceVersion, so nothing is written twice.
"""

import logging
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_kube.errors import ConflictError, NotFoundError, TransportError

from .lease import LeaseKeeper

__all__ = ["Election"]

_LEASE_SECONDS: Final = 15
"""leaseDurationSeconds: another replica takes over this long after the last renewal."""
_RENEW_TIMEOUT: Final = 10.0
"""Seconds for which a renewal lets its holder write; shorter than the Lease, so that two replicas never write."""
_RENEW_INTERVAL: Final = 5.0
_LOOK_INTERVAL: Final = 2.5
_FIRST_LOOK_INTERVAL: Final = 0.25
"""Seconds between two renewals of the holder, two reads of another replica, and two checks whether the first lists of
a new replica are complete."""

_log = logging.getLogger(__name__)


class _Meta(Struct, rename="camel", frozen=True):
    resource_version: str = ""


class _Spec(Struct, rename="camel", frozen=True):
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    lease_transitions: int | None = None


class _Lease(Struct, frozen=True):
    metadata: _Meta
    spec: _Spec = _Spec()


_DECODER = msgspec.json.Decoder(_Lease)


class Election(LeaseKeeper):
    """Acquires, renews and releases one Lease; the identity of each replica must be unique."""

    _may_until = float("-inf")
    _told = False
    _seen = _Lease(_Meta())
    _seen_at = float("-inf")

    @property
    def leads(self) -> bool:
        """Whether we may write now."""
        return self._clock.monotonic() < self._may_until

    @property
    def role(self) -> str:
        """The present role of this replica."""
        return "leads" if self.leads else "stands by"

    def run(self) -> None:
        """Take part in the election until stopped, then release the Lease."""
        super().run()
        self.release()

    def _tend(self, *, healthy: bool) -> float:
        if healthy:
            self.look()
        self._tell()
        if not healthy:
            return _FIRST_LOOK_INTERVAL
        return _RENEW_INTERVAL if self.leads else _LOOK_INTERVAL

    def look(self) -> None:
        """Renew our Lease, or acquire a free one; a failure is logged once until the next success."""
        began = self._clock.monotonic()
        try:
            if not self.leads:
                self._read()
            if self._is_ours or self._is_free:
                self._hold()
                self._may_until = began + _RENEW_TIMEOUT
                self._renewed_at = began
        except ConflictError:
            # 409: another replica wrote the Lease meanwhile; the next round reads who holds it.
            self._may_until = float("-inf")
        except (TransportError, msgspec.DecodeError) as error:
            self._warn_once("Cannot look after the Lease", error)
            return
        self._failed = False
        self._tell()

    def release(self) -> None:
        """Release the Lease, if we hold it, so that another replica takes over at once."""
        if not self.leads:
            return
        self._may_until = float("-inf")
        try:
            self._change({"holderIdentity": "", "leaseDurationSeconds": 1})
        except TransportError as error:
            _log.debug("Cannot give the Lease back, it will expire", extra={"cause": str(error)})
        self._tell()

    @property
    def _is_ours(self) -> bool:
        return self._seen.spec.holder_identity == self._identity

    @property
    def _is_free(self) -> bool:
        valid = self._seen.spec.lease_duration_seconds or _LEASE_SECONDS
        return not self._seen.spec.holder_identity or self._clock.monotonic() >= self._seen_at + valid

    def _read(self) -> None:
        try:
            found = _DECODER.decode(self._transport.get(self._path))
        except NotFoundError:
            found = _Lease(_Meta())
        if found.metadata.resource_version != self._seen.metadata.resource_version:
            self._seen, self._seen_at = found, self._clock.monotonic()

    def _hold(self) -> None:
        spec = self._renewed_spec(_LEASE_SECONDS)
        if not self._is_ours:
            before = self._seen.spec.lease_transitions
            spec |= {"acquireTime": spec["renewTime"], "leaseTransitions": 0 if before is None else before + 1}
        if self._seen.metadata.resource_version:
            self._change(spec)
        else:
            self._note(self._create(spec))

    def _change(self, spec: dict[str, object]) -> None:
        # With the resourceVersion as precondition: of two replicas that acquire a free Lease, one gets a 409.
        self._note(self._patch(spec, {"resourceVersion": self._seen.metadata.resource_version}))

    def _note(self, answer: bytes) -> None:
        self._seen, self._seen_at = _DECODER.decode(answer), self._clock.monotonic()

    def _tell(self) -> None:
        leads = self.leads
        if leads is not self._told:
            self._told = leads
            _log.info("Leads" if leads else "Leads no more", extra={"identity": self._identity})
            self._on_change(leads)
