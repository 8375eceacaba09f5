"""From the API server to a case: what the contract names, and no more. What cannot be read is noted, never raised."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hctl.cluster.transport import Transport, segment
from hctl.errors import ClusterError
from hctl.reading.fields import label_selector, name_of, text
from hctl.reading.read import mapping
from hctl.reading.views import RequestView
from hctl.texts import inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.observing.decode.lenient import server_of
from platform_status_contract.observing.decode.works import HOME_LABEL
from platform_status_contract.observing.sources import KIND_OF_CONTROLLER, Source

from .case import LEASES, Case, Json, Unread

__all__ = ["collect"]

_ARGO: Final = "argoproj.io/v1alpha1"
_KRATIX: Final = "platform.kratix.io/v1alpha1"
_LABEL_LENGTH: Final = 63
_OF_A_SECRET: Final = ("namespace", "name", "resourceVersion", "creationTimestamp", "deletionTimestamp")
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404


def collect(transport: Transport, view: RequestView, raw: object, say: Callable[[str], None]) -> Case:
    """Read everything that the verdict on a request rests on.

    The objects are read one after the other, so they are not of one moment; the request comes first.

    Args:
        transport: The API server.
        view: The request, read.
        raw: The same, as the cluster holds it.
        say: Hears what is being looked at, for whoever waits.
    """
    reading = _Reading(transport)
    contract = view.contract if isinstance(view.contract, Contract) else None
    if contract is not None:
        say("Works")
        if contract.works:
            reading.works(view)
        say("Applications")
        reading.applications(contract)
        say("pods")
        reading.workloads(contract)
        say("Secrets")
        for named in contract.secrets or ():
            reading.one(Source.SECRETS, "v1", "Secret", "secrets", (named.namespace, named.name))
    say("Lease")
    namespace, slash, name = view.lease.partition("/")
    if slash and namespace and name:
        reading.one(LEASES, "coordination.k8s.io/v1", "Lease", "leases", (namespace, name))
    return Case(
        time=transport.now().replace(microsecond=0),
        resource=view.resource,
        request=_without_noise(raw, view.api_version, view.kind),
        objects=tuple(reading.objects.values()),
        unread=tuple(reading.unread),
    )


class _Reading:
    """Reads, and turns every refusal into a value."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.objects: dict[tuple[str, str, str], Json] = {}
        self.unread: list[Unread] = []

    def works(self, view: RequestView) -> None:
        # A label cannot be longer: such a request has no Works that could be found by it.
        if not view.name or len(view.name) > _LABEL_LENGTH:
            return
        selector = f"kratix.io/resource-name={view.name}"
        namespace = view.namespace
        found = self._list(Source.WORKS, _KRATIX, "Work", "works", namespace, labels=selector)
        ready = next((entry for entry in view.conditions if entry.type == ConditionType.WORKS_READY), None)
        if not found and ready is not None and ready.reason != Reason.WAITING_FOR_WORKS:
            # The sidecar has seen some: the pipeline runs in a namespace of its own, which only the Work names.
            home = f"{selector},{HOME_LABEL}={namespace}"
            found = self._list(Source.WORKS, _KRATIX, "Work", "works", "", labels=home)
            namespace = text(found[0], "metadata", "namespace") if found else namespace
        names = {name_of(work) for work in found}
        placed = self._list(Source.WORK_PLACEMENTS, _KRATIX, "WorkPlacement", "workplacements", namespace)
        self._keep(found)
        self._keep([item for item in placed if text(item, "metadata", "labels", "kratix.io/work") in names])

    def applications(self, contract: Contract) -> None:
        one, several = contract.application, contract.sub_applications
        if one is not None:
            # By a list: of one object, 404 does not tell a missing object from a missing kind.
            fields = f"metadata.name={one.name}"
            self._keep(
                self._list(Source.APPLICATIONS, _ARGO, "Application", "applications", one.namespace, fields=fields)
            )
        if several is not None:
            selector = label_selector(several.selector)
            found = self._list(
                Source.APPLICATIONS, _ARGO, "Application", "applications", several.namespace, labels=selector
            )
            servers, names = several.destination.servers, several.destination.all_names
            self._keep(
                [
                    item
                    for item in found
                    if server_of(text(item, "spec", "destination", "server")) in servers
                    or text(item, "spec", "destination", "name") in names
                ]
            )

    def workloads(self, contract: Contract) -> None:
        workloads = contract.workloads
        if workloads is None:
            return
        selector = label_selector(workloads.selector)
        self._keep(self._list(Source.PODS, "v1", "Pod", "pods", workloads.namespace, labels=selector))
        for named in workloads.controllers or ():
            source = KIND_OF_CONTROLLER[named.kind]
            self.one(source, "apps/v1", named.kind, source.value, (workloads.namespace, named.name))

    def one(self, source: str, version: str, kind: str, plural: str, key: tuple[str, str]) -> None:
        """Read one object of a kind that every API server has; a Secret as metadata alone."""
        path = f"{_collection(version, plural, key[0])}/{segment(key[1])}"
        try:
            found = self._transport.get(path, metadata_only=kind == "Secret")
        except ClusterError as error:
            if error.status != _NOT_FOUND:
                self._refused(source, key[0], key[1], error)
            return
        found = _without_noise(found, version, kind)
        if kind == "Secret":
            found = {key: value for key, value in found.items() if key in ("apiVersion", "kind", "metadata")}
            # An annotation may repeat what the Secret holds: kubectl apply keeps the last applied object in one.
            metadata = {key: value for key, value in mapping(found["metadata"]).items() if key in _OF_A_SECRET}
            found = {"apiVersion": version, "kind": kind, "metadata": metadata}
        self._keep([found])

    def _list(
        self,
        source: Source,
        version: str,
        kind: str,
        plural: str,
        namespace: str,
        *,
        labels: str = "",
        fields: str = "",
    ) -> list[Json]:
        try:
            found, _ = self._transport.list_all(_collection(version, plural, namespace), selector=labels, fields=fields)
        except ClusterError as error:
            self._refused(source, namespace, "", error)
            return []
        return [_without_noise(item, version, kind) for item in found]

    def _keep(self, found: list[Json]) -> None:
        for item in found:
            self.objects[str(item["kind"]), text(item, "metadata", "namespace"), name_of(item)] = item

    def _refused(self, source: str, namespace: str, name: str, error: ClusterError) -> None:
        reasons: Mapping[int, Reason] = {_FORBIDDEN: Reason.FORBIDDEN, _NOT_FOUND: Reason.KIND_MISSING}
        reason = reasons.get(error.status, Reason.SOURCE_UNREADABLE)
        said = {
            Reason.FORBIDDEN: "you have no permission to look",
            Reason.KIND_MISSING: "the cluster does not know this kind",
        }.get(reason, f"no answer ({error.status})" if error.status else "no answer")
        self.unread.append(Unread(str(source), namespace, name, reason, inert(said)))


def _collection(version: str, plural: str, namespace: str) -> str:
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    return f"{root}/namespaces/{segment(namespace)}/{plural}" if namespace else f"{root}/{plural}"


def _without_noise(found: object, version: str, kind: str) -> Json:
    """Name the kind, which items of a list leave out, and drop managedFields, which say who wrote and not what."""
    whole = mapping(found)
    metadata: Any = whole.get("metadata")
    if isinstance(metadata, dict):
        metadata = {key: value for key, value in metadata.items() if key != "managedFields"}
    rest = {key: value for key, value in whole.items() if key not in ("apiVersion", "kind", "metadata")}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}
