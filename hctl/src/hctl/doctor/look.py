"""Reads the objects of the checks once; a denied read is a value, and only a cluster without a response raises."""

from typing import Final

from hctl.cluster.connection import sidecar_namespace
from hctl.cluster.transport import ClusterReader, segment
from hctl.errors import FORBIDDEN, NOT_FOUND, ClusterError
from hctl.session import Session
from platform_status_contract.model.lookup import under

from .facts import NOWHERE, CheckFacts, CheckFound
from .platform import SYSTEM

__all__ = ["look"]

_RBAC: Final = "/apis/rbac.authorization.k8s.io/v1"
_KRATIX: Final = "/apis/platform.kratix.io/v1alpha1"
_LEASES: Final = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"
_RIGHTS: Final = (
    ("list", "", "pods", ""),
    ("get", "", "pods", "log"),
    ("list", "apps", "deployments", ""),
    ("list", "apps", "statefulsets", ""),
    ("list", "argoproj.io", "applications", ""),
    ("list", "platform.kratix.io", "works", ""),
    ("get", "", "secrets", ""),
)
"""The rights that explain and diagnose need: verb, group, resource, subresource."""


def look(session: Session, argocd: str) -> CheckFacts:
    """Read the objects of the checks.

    Args:
        session: The cluster.
        argocd: Namespace of Argo CD.

    Raises:
        HctlError: The cluster does not respond.
    """
    transport, space = session.transport, sidecar_namespace()
    groups = frozenset(kind.group for kind in session.kinds)
    looks = {
        "promises": (f"{_KRATIX}/promises", "", ""),
        "kratix": (f"/apis/apps/v1/namespaces/{SYSTEM}/deployments", "", ""),
        "destinations": (f"{_KRATIX}/destinations", "", ""),
        "leases": (_LEASES.format(segment(space)), "", ""),
        "pods": (f"/api/v1/namespaces/{segment(space)}/pods", "", ""),
        "pipeline pods": ("/api/v1/pods", "kratix.io/promise-name", ""),
        "argocd-cm": (f"/api/v1/namespaces/{segment(argocd)}/configmaps", "", "metadata.name=argocd-cm"),
        "accounts": ("/api/v1/serviceaccounts", "", ""),
        "roles": (f"{_RBAC}/roles", "", ""),
        "cluster roles": (f"{_RBAC}/clusterroles", "", ""),
        "role bindings": (f"{_RBAC}/rolebindings", "", ""),
        "cluster role bindings": (f"{_RBAC}/clusterrolebindings", "", ""),
        "admission": ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", "", ""),
    }
    found = {name: _list(transport, path, labels, fields) for name, (path, labels, fields) in looks.items()}
    if found["leases"].unread:
        found["leases"] = _leases_of_requests(session, space) or found["leases"]
    return CheckFacts(transport.now(), found, groups, _rights(session, groups), space, argocd)


def _list(transport: ClusterReader, path: str, labels: str, fields: str) -> CheckFound:
    try:
        return CheckFound(tuple(transport.list_all(path, selector=labels, fields=fields)[0]))
    except ClusterError as error:
        if error.status == NOT_FOUND:
            return NOWHERE
        return _refused(error)


def _refused(error: ClusterError) -> CheckFound:
    if not error.status:
        raise error
    return CheckFound(unread="you have no permission" if error.status == FORBIDDEN else f"no answer ({error.status})")


def _leases_of_requests(session: Session, space: str) -> CheckFound | None:
    """Get the Leases that requests name, one by one, which every user may."""
    try:
        collections = session.golden_paths()
    except ClusterError as error:
        _refused(error)
        return None
    named = {view.lease for collection in collections for view in collection.views}
    leases = []
    for lease in sorted(lease for lease in named if lease.startswith(f"{space}/")):
        try:
            leases.append(session.transport.get(f"{_LEASES.format(segment(space))}/{segment(lease.partition('/')[2])}"))
        except ClusterError as error:
            _refused(error)
    return CheckFound(tuple(leases)) if leases else None


def _rights(session: Session, groups: frozenset[str]) -> dict[str, bool] | None:
    """Return the rights of the user, by access reviews as in ``kubectl auth can-i``; they store nothing."""
    namespace = session.target.namespace
    wanted = [right for right in _RIGHTS if right[1] in groups or right[1] in ("", "apps")]
    wanted += [("list", kind.group, kind.plural, "") for kind in session.candidates()]
    rights = {}
    for verb, group, resource, subresource in wanted:
        where = f" -n {namespace}" if namespace else " -A"
        of_group = f".{group}" if group else ""
        called = f"{verb} {resource}{of_group}{f'/{subresource}' if subresource else ''}{where}"
        asked = {"verb": verb, "group": group, "resource": resource, "subresource": subresource, "namespace": namespace}
        try:
            answer = session.transport.may(asked)
        except ClusterError as error:
            _refused(error)
            return None
        rights[called] = under(answer, "status", "allowed") is True
    return rights
