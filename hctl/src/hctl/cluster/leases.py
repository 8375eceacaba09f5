"""Reads the Lease of a sidecar, which a status names."""

import re
from collections.abc import Iterable
from typing import Final

from hctl.errors import FORBIDDEN, NOT_FOUND, ClusterError
from hctl.reading.freshness import LeaseReading
from hctl.texts import inert
from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.times import parse_time

from .transport import ClusterReader, segment

__all__ = ["read_lease", "read_leases"]

_NAME: Final = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z")
_MAX_LEASES: Final = 50


def read_lease(transport: ClusterReader, lease: str) -> LeaseReading | None:
    """Read one Lease.

    Args:
        transport: The API server.
        lease: ``namespace/name`` from a status; untrusted.

    Returns:
        The reading; None if no Lease is named. A Lease that cannot be read is a reading too, not an error.
    """
    if not lease:
        return None
    if not _NAME.match(lease):
        return LeaseReading(unreadable="health.reporter.lease is not namespace/name")
    namespace, _, name = lease.partition("/")
    path = f"/apis/coordination.k8s.io/v1/namespaces/{segment(namespace)}/leases/{segment(name)}"
    try:
        found = mapping(transport.get(path))
    except ClusterError as error:
        if error.status == NOT_FOUND:
            return LeaseReading(missing=True)
        why = (
            f"no permission to get the Lease {lease}" if error.status == FORBIDDEN else f"the Lease {lease}: no answer"
        )
        return LeaseReading(unreadable=why)
    return LeaseReading(
        renewed=parse_time(mapping(found.get("spec")).get("renewTime")),
        version=inert(mapping(found.get("metadata")).get("resourceVersion"), 64),
    )


def read_leases(transport: ClusterReader, leases: Iterable[str]) -> dict[str, LeaseReading]:
    """Read each of several Leases once; those beyond `_MAX_LEASES` count as unreadable."""
    found: dict[str, LeaseReading] = {}
    for lease in sorted(set(leases) - {""}):
        reading = read_lease(transport, lease) if len(found) < _MAX_LEASES else None
        found[lease] = reading or LeaseReading(unreadable=f"more than {_MAX_LEASES} Leases are named")
    return found
