"""The admission policy of a Promise: the bounds of its policy, checked at apply (from Kubernetes 1.30 on). Pure."""

from typing import Any, Final

from platform_status_contract.model.policy import Bound, Policy
from platform_status_contract.policy.paths import parse_path
from platform_status_pipeline.promise.bounds import rules_of
from platform_status_pipeline.promise.facts import PromiseFacts
from platform_status_pipeline.promise.leaves import literal

__all__ = ["FILE", "admission"]

FILE: Final = "admission.yaml"
"""File of the admission policies, next to the sidecar's manifests."""

_API: Final = "admissionregistration.k8s.io/v1"
_Document = dict[str, Any]


def admission(promise: PromiseFacts, policy: Policy) -> list[_Document]:
    """Write the ValidatingAdmissionPolicies of a Promise: requests, sub-requests, accounts of pipelines.

    Args:
        promise: The Promise.
        policy: Its policy.

    Returns:
        All of them; nothing if the policy does not cover the kind, or does not restrict it.
    """
    bounds = policy.bounds_of(promise.group, promise.kind) or ()
    judgement = rules_of(policy, bounds)
    if not judgement.rules:
        return []
    spec = {
        **_judging(promise.group, [promise.plural], bounds),
        "variables": [{"name": name, "expression": expression} for name, expression in judgement.variables.items()],
        "validations": [
            {"expression": rule.holds, "message": rule.message, "messageExpression": rule.found}
            for rule in judgement.rules
        ],
    }
    return [*_bound(promise, "bounds", spec), *_of_sub_requests(promise, policy), *_of_accounts(promise, policy)]


def _of_sub_requests(promise: PromiseFacts, policy: Policy) -> list[_Document]:
    """Allow only the accounts of GitOps to create the kinds that the pipeline writes for a checked request."""
    sub = policy.spec.sub_requests
    if sub is None:
        return []
    spec = {
        **_judging(sub.group, list(sub.resources), ()),
        "validations": [_made_by(sub.creators, "subRequests", policy)],
    }
    return _bound(promise, "sub-requests", spec)


def _of_accounts(promise: PromiseFacts, policy: Policy) -> list[_Document]:
    """Allow only Kratix and the job controller to create pods with the accounts of the Promise's pipelines.

    The pods of a tenant's Deployment, for example, are created by another controller's account, which is not allowed.
    """
    accounts = policy.spec.pipeline_accounts
    if accounts is None:
        return []
    pod = "(request.resource.resource == 'pods' ? dyn(object).spec : dyn(object).spec.template.spec)"
    begins = " || ".join(
        f"{pod}.serviceAccountName.startsWith({literal(f'{promise.name}-{kind}-')})" for kind in ("resource", "promise")
    )
    rules = [
        {"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE"], "resources": [resource]}
        for group, resource in (("", "pods"), ("batch", "jobs"))
    ]
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": rules},
        "matchConditions": [{"name": "names-a-pipeline", "expression": f"has({pod}.serviceAccountName) && ({begins})"}],
        "validations": [_made_by(accounts.creators, "pipelineAccounts", policy)],
    }
    return _bound(promise, "pipeline-accounts", spec)


def _made_by(creators: tuple[str, ...], rule: str, policy: Policy) -> dict[str, str]:
    told = f"expected to be made by {' or '.join(creators)}, which is the rule {rule}"
    whose = f"of the platform's policy {policy.metadata.name}; ask {policy.spec.contact}"
    return {
        "expression": f"request.userInfo.username in {literal(list(creators))}",
        "message": f"{told} {whose}",
        "messageExpression": f"'found ' + request.userInfo.username + {literal(f', {told} {whose}')}",
    }


def _judging(group: str, resources: list[str], bounds: tuple[Bound, ...]) -> _Document:
    rule = {"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": resources}
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [rule]},
        "matchConditions": [{"name": "asks-for-something-new", "expression": _is_new(bounds)}],
    }


def _bound(promise: PromiseFacts, what: str, spec: _Document) -> list[_Document]:
    """A policy and its binding."""
    name = f"{promise.name}-{what}"
    labels = {
        "app.kubernetes.io/name": "platform-status-reconciler",
        "app.kubernetes.io/instance": promise.name,
        "app.kubernetes.io/part-of": "platform-status",
    }
    metadata = {"name": name, "labels": labels}
    binding = {"policyName": name, "validationActions": ["Deny"]}
    return [
        {"apiVersion": _API, "kind": "ValidatingAdmissionPolicy", "metadata": metadata, "spec": spec},
        {"apiVersion": _API, "kind": "ValidatingAdmissionPolicyBinding", "metadata": metadata, "spec": binding},
    ]


def _is_new(bounds: tuple[Bound, ...]) -> str:
    """Whether a write changes a field that the policy covers.

    Kratix adds and removes labels and finalizers, which must stay possible for a request that is older than its policy.
    """
    keys = [steps[2] for bound in bounds if (steps := parse_path(bound.path))[:2] == ("metadata", "annotations")]
    changes = ["dyn(object).spec != dyn(oldObject).spec"]
    changes += [f"{_annotation('object', str(key))} != {_annotation('oldObject', str(key))}" for key in keys]
    is_living = "!has(dyn(object).metadata.deletionTimestamp)"
    return f"request.operation == 'CREATE' || ({is_living} && ({' || '.join(changes)}))"


def _annotation(whose: str, key: str) -> str:
    annotations = f"dyn({whose}).metadata.annotations"
    known = f"has({annotations}) && {key!r} in {annotations}"
    return f"({known} ? {annotations}[{key!r}] : dyn(null))"
