"""PromiseRevisions, and the protection of the latest one (kratix.md, "Measured again").

Kratix has a webhook for this; here an admission policy has the same rule, so the API server itself rejects the request.
"""

from typing import Any, Final

from localplane.client import Client, Object

__all__ = ["KRATIX_ACCOUNT", "install_protection", "revision"]

KRATIX_ACCOUNT: Final = "system:serviceaccount:kratix-platform-system:manager"
"""Kratix's user in tests: the webhook checks only the account's namespace, and a certificate holds 64 characters."""

_ACCOUNTS: Final = "system:serviceaccount:kratix-platform-system:"
_COLLECTOR: Final = "system:serviceaccount:kube-system:generic-garbage-collector"
_API: Final = "platform.kratix.io/v1alpha1"
_ADMISSION: Final = "admissionregistration.k8s.io/v1"
_NAME: Final = "promiserevisions.platform.kratix.io"


def install_protection(admin: Client) -> None:
    """Make the API server reject the deletion of the latest PromiseRevision; the CRD is among those in `crds/`."""
    latest = "has(oldObject.status) && has(oldObject.status.latest) && oldObject.status.latest"
    user = "request.userInfo.username"
    rule: dict[str, Any] = {"apiGroups": ["platform.kratix.io"], "apiVersions": ["v1alpha1"], "operations": ["DELETE"]}
    policy = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [{**rule, "resources": ["promiserevisions"]}]},
        "validations": [
            {
                "expression": f"!({latest}) || {user}.startsWith('{_ACCOUNTS}') || {user} == '{_COLLECTOR}'",
                "message": "the latest PromiseRevision can be deleted by Kratix alone",
            }
        ],
    }
    meta = {"apiVersion": _ADMISSION, "metadata": {"name": _NAME}}
    admin.apply({**meta, "kind": "ValidatingAdmissionPolicy", "spec": policy})
    binding = {"policyName": _NAME, "validationActions": ["Deny"]}
    admin.apply({**meta, "kind": "ValidatingAdmissionPolicyBinding", "spec": binding})


def revision(promise: str, version: str) -> Object:
    """Return the PromiseRevision of one version of a Promise; its status marks the latest one."""
    labels = {"kratix.io/promise-name": promise, "kratix.io/promise-version": version}
    metadata = {"name": f"{promise}-{version}", "labels": labels}
    spec = {"promiseRef": {"name": promise}, "version": version, "promiseSpec": {}}
    return {"apiVersion": _API, "kind": "PromiseRevision", "metadata": metadata, "spec": spec}
