"""What a user of the tests may do: given by a Role, and known to the API server's authorizer before a test goes on."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from localplane.client import Client
from platform_status_world.cluster import until

__all__ = ["grant", "is_known", "may", "revoke"]

_GROUP: Final = "rbac.authorization.k8s.io"
_API: Final = f"{_GROUP}/v1"
_KNOWN_TIMEOUT: Final = 20.0
_REVIEWS: Final = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


def grant(admin: Client, user: str, rules: Sequence[Mapping[str, Any]], namespace: str = "") -> None:
    """Let a user do what some rules allow, and nothing that an earlier call for the same place allowed.

    The authorizer learns of roles and bindings from its own informers, so a request right after the binding was made
    may still be refused: this returns when every rule is known.

    Args:
        admin: Who makes the role and its binding, both by the user's name.
        user: As the authorizer knows it; a ServiceAccount's is `system:serviceaccount:<namespace>:<name>`.
        rules: Rules of a Role.
        namespace: Where the rules hold; empty for everywhere.

    Raises:
        AssertionError: A rule was not known in time.
    """
    role, binding = _kinds(namespace)
    metadata = {"name": user} | ({"namespace": namespace} if namespace else {})
    admin.apply({"apiVersion": _API, "kind": role, "metadata": metadata, "rules": list(rules)})
    admin.apply(
        {
            "apiVersion": _API,
            "kind": binding,
            "metadata": metadata,
            "roleRef": {"apiGroup": _GROUP, "kind": role, "name": user},
            "subjects": [{"apiGroup": _GROUP, "kind": "User", "name": user}],
        }
    )
    assert until(lambda: all(is_known(admin, user, rule, namespace) for rule in rules), _KNOWN_TIMEOUT), (user, rules)


def revoke(admin: Client, user: str, namespace: str = "") -> None:
    """Take away what `grant` allowed a user there, and return when the authorizer knows that, too."""
    role, binding = _kinds(namespace)
    rules = admin.get(_API, role, user, namespace=namespace or None)["rules"]
    for kind in (binding, role):
        admin.delete(_API, kind, user, namespace=namespace or None)
    gone = until(lambda: not any(is_known(admin, user, rule, namespace) for rule in rules), _KNOWN_TIMEOUT)
    assert gone, (user, rules)


def _kinds(namespace: str) -> tuple[str, str]:
    """Return the kinds of the role and of its binding."""
    return ("Role", "RoleBinding") if namespace else ("ClusterRole", "ClusterRoleBinding")


def is_known(admin: Client, user: str, rule: Mapping[str, Any], namespace: str) -> bool:
    """Return whether the authorizer knows that a user may do the first thing that a rule allows."""
    [name, *_] = rule.get("resourceNames", [""])
    [verb, *_], [resource, *_], [group, *_] = rule["verbs"], rule["resources"], rule["apiGroups"]
    return may(admin, user, verb, resource, group=group, namespace=namespace, name=name)


def may(
    admin: Client,
    user: str,
    verb: str,
    resource: str,
    *,
    group: str = "",
    namespace: str = "",
    name: str = "",
    groups: Sequence[str] = (),
) -> bool:
    """Ask the authorizer whether a user may do something, as it knows the roles at this moment.

    Args:
        admin: Who asks.
        user: About whom.
        verb: Of the request.
        resource: Plural, with `/status` for a subresource.
        group: API group of the resource.
        namespace: Where; empty for all, or for what has none.
        name: Of the one object; empty for any.
        groups: Groups of the user.
    """
    resource, _, subresource = resource.partition("/")
    attributes = {"group": group, "resource": resource, "subresource": subresource}
    attributes |= {"verb": verb, "namespace": namespace, "name": name}
    spec = {"user": user, "groups": list(groups), "resourceAttributes": attributes}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    return bool(admin.request("POST", _REVIEWS, body=review)["status"]["allowed"])
