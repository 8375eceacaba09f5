"""Implements the `View` of `observing` for a dump."""

import copy
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from hctl.dump.case import LEASES, Case, Json, Unread, kind_of, kinds_in, observed_kinds
from hctl.reading.freshness import LeaseReading
from hctl.texts import inert
from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.observing.interest import Place, Topic
from platform_status_contract.observing.records import Key, Record
from platform_status_contract.observing.sources import PROMISE_LABEL, Failure, Source, SourceState
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.observation import Absent, Present, Reading, SecretSeen, Silence, Unreadable
from platform_status_contract.sources.secrets.record import SecretRecord
from platform_status_contract.sources.works.record import WorkRecord

__all__ = ["World"]

_LEASE = ("coordination.k8s.io", "Lease")


class World:
    """The objects of a dump, decoded by the sidecar's decoders.

    The sidecar may have rights that the user lacks. So an object that the user may not read counts as unreadable since
    this moment: the rules then repeat the stored status, and no deadline follows from it.

    Args:
        case: The dump.
        lease: ``namespace/name`` of the sidecar's Lease, which identifies the Promise; may be empty.
    """

    def __init__(self, case: Case, lease: str = "") -> None:
        self._case = case
        self._moment = case.time
        self._kinds = kinds_in(case.request)
        self._records: dict[str, dict[Key, Record]] = {source: {} for source in self._kinds}
        self._objects: dict[tuple[str, Key], Json] = {}
        self._leases: dict[str, Json] = {}
        for found in case.objects:
            for kind in observed_kinds(found, self._kinds):
                record = kind.decode(msgspec.json.encode(found))
                if record is not None:
                    self._records[kind.source][record.key] = record
                    self._objects[kind.source, record.key] = found
            if kind_of(found) == _LEASE:
                metadata = mapping(found.get("metadata"))
                self._leases[f"{metadata.get('namespace')}/{metadata.get('name')}"] = found
        self._promise = self._promise_of(lease)

    def at(self, moment: datetime) -> "World":
        """Return a copy of this view at another time."""
        other = copy.copy(self)
        other._moment = moment  # noqa: SLF001 - of our own kind
        return other

    # -- methods of `observing.view.View`

    @property
    def promise(self) -> str:
        """Name of the Promise whose Works count; empty if unknown, and then all do."""
        return self._promise

    def state(self, source: str) -> SourceState:
        """Return whether a kind could be read."""
        refused = self.unread(source)
        if refused is None:
            return SourceState(synced=True)
        return SourceState(failure=Failure(_reason_of(refused), self._moment, refused.message))

    def is_known(self, place: Place) -> bool:  # noqa: ARG002 - a dump holds what a contract names
        """Return True: a dump is complete, so an object that it lacks is absent."""
        return True

    def record(self, source: str, key: Key) -> Record | None:
        """Return one object."""
        return self._records[source].get(key)

    def within(self, source: str, namespace: str) -> list[Record]:
        """Return the objects of a namespace, by name."""
        return [record for key, record in sorted(self._records[source].items()) if key[0] == namespace]

    def group(self, source: str, topics: Iterable[Topic]) -> list[Record]:
        """Return the objects that belong to one of these groups, by namespace and name."""
        wanted = frozenset(topics)
        records = sorted(self._records[source].items())
        return [record for _, record in records if not wanted.isdisjoint(self._kinds[source].groups(record))]

    def silence(self, source: str, record: Record) -> Silence | None:  # noqa: ARG002 - only Applications tell
        """Return the silence in the stored status, because only the sidecar has the time limit as an argument."""
        return Silence(self._moment, self._moment) if self._is_silent(record.key) else None

    def secret(self, key: Key) -> Reading[SecretSeen] | None:
        """Return the reading of a Secret."""
        refused = self.unread(Source.SECRETS, key)
        if refused is not None:
            return Unreadable(_reason_of(refused), self._moment)
        found = self.record(Source.SECRETS, key)
        return Present(SecretSeen(key[1], found.deleted, found.owner)) if isinstance(found, SecretRecord) else Absent()

    # -- further methods

    def unread(self, source: str, key: Key | None = None) -> Unread | None:
        """Return why a kind, or one object of it, could not be read; None if it could."""
        return next(
            (
                entry
                for entry in self._case.unread
                if entry.source == source and (key is None or (entry.namespace, entry.name) == key)
            ),
            None,
        )

    def object(self, source: str, key: Key) -> Json | None:
        """Return an object of the dump, as JSON."""
        return self._objects.get((source, key))

    def lease(self, name: str) -> LeaseReading | None:
        """Return the reading of the Lease ``namespace/name``; None if the name is empty."""
        if not name:
            return None
        found = self._leases.get(name)
        if found is not None:
            version = inert(mapping(found.get("metadata")).get("resourceVersion"), 64)
            return LeaseReading(renewed=parse_time(mapping(found.get("spec")).get("renewTime")), version=version)
        refused = self.unread(LEASES)
        return LeaseReading(missing=True) if refused is None else LeaseReading(unreadable=refused.message or "not read")

    def _is_silent(self, application: Key) -> bool:
        status = mapping(self._case.request.get("status"))
        named = mapping(mapping(status.get("contract")).get("application"))
        is_main = (named.get("namespace"), named.get("name")) == application
        kind = ConditionType.ARGO_HEALTHY if is_main else ConditionType.SUB_APPS_HEALTHY
        told = recall(status).conditions.get(kind)
        return told is not None and told.reason is Reason.ARGOCD_SILENT

    def _promise_of(self, lease: str) -> str:
        """Return the Promise whose Works count: from the request's label, else from the name of the sidecar's Lease."""
        labels: Mapping[str, object] = mapping(mapping(self._case.request.get("metadata")).get("labels"))
        said = labels.get(PROMISE_LABEL)
        if isinstance(said, str) and said:
            return said
        called = lease.partition("/")[2]
        known = {work.promise for work in self._records[Source.WORKS].values() if isinstance(work, WorkRecord)} - {""}
        # The Lease of a shard has a suffix.
        fitting = [name for name in known if called == name or called.startswith(f"{name}-")]
        return max(fitting, key=len, default="")


def _reason_of(refused: Unread) -> Reason:
    """Return a missing kind as such; any other failure as no answer, because the sidecar may have the right."""
    return Reason.SOURCE_UNREADABLE if refused.hidden else refused.reason
