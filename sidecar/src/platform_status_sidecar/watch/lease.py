"""The Lease: proof of life for readers of a status that is at rest (design.md section 6, rule 4)."""

from typing import Final

from platform_status_sidecar.errors import ConflictError, NotFoundError, TransportError

from .keeper import LeaseKeeper

__all__ = ["LeaseRenewal"]

_EVERY: Final = 10.0
_LOOK: Final = 0.5
"""How often an unhealthy sidecar looks whether it is healthy; the first renewal follows the first lists at once."""
_VALID: Final = 40
"""leaseDurationSeconds: three missed renewals and some slack."""


class LeaseRenewal(LeaseKeeper):
    """Renews one Lease for as long as the sidecar is healthy.

    It is no election (that is `election`): whoever runs renews it. One request per renewal: a merge patch of renewTime,
    or a create.
    """

    def _tend(self, *, healthy: bool) -> float:
        if not healthy:
            return _LOOK
        self.renew()
        return _EVERY

    def renew(self) -> None:
        """Renew once; a failure is logged once until it succeeds again."""
        spec = self._renewed_spec(_VALID)
        acquired = {"acquireTime": spec["renewTime"]}
        try:
            try:
                self._patch(spec | acquired if self._renewed_at is None else spec)
            except NotFoundError:
                self._create(spec | acquired)
        except ConflictError:
            # Created by another replica in between: the next renewal patches it.
            return
        except TransportError as error:
            self._warn_once("Cannot renew the Lease", error)
            return
        self._failed = False
        self._renewed_at = self._clock.monotonic()
