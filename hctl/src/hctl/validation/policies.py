"""Checks policies of the platform, selects the one for a request, and checks the request against it. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from hctl.texts import inert
from platform_status_contract.model.policy import Policy
from platform_status_contract.policy.judge import refusals
from platform_status_contract.policy.read import PolicyError, carried, read_policy, shipped_policy
from platform_status_contract.template.yaml_text import YamlError, load
from platform_status_contract.validation import PLATFORM_POLICY, validate

from .findings import Finding
from .kinds import KindId, api_of, builtin_kinds, crd_of, kinds_of
from .located import Located

__all__ = ["Policies", "policies_of", "policy_findings", "refused", "refused_as_sub_request"]

Policies = dict[KindId, Policy]
"""Kind -> the policy in its Promise; the built-in kind has the shipped strict policy."""

_MAX_TEXT: Final = 400


def policy_findings(root: Located) -> Iterator[Finding]:
    """Check a document of kind PlatformPolicy."""
    told = root.told(validate(root.value, PLATFORM_POLICY))
    yield from told
    if told:
        return
    try:
        read_policy(root.value)
    except PolicyError as error:
        for problem in error.problems:
            cause = problem.cause.removeprefix("found ")
            yield root.find(("spec",), "policy-bounds", inert(f"{problem.field}: {cause}", _MAX_TEXT), "other bounds")


def policies_of(files: Sequence[Sequence[Located]]) -> Policies:
    """Collect the policies in Promises; an invalid one is skipped here, and reported as a finding of its Promise.

    Args:
        files: The objects of each file; a later Promise takes precedence.
    """
    found: Policies = {}
    for root in (root for roots in files for root in roots):
        crd = crd_of(root)
        if crd is None or crd is root:
            continue
        for text in carried(root.value):
            try:
                policy = read_policy(load(text))
            except (PolicyError, YamlError):
                continue
            found |= {kind.name: policy for kind in kinds_of(crd)}
    return found


def refused(root: Located, policies: Policies, given: Policy | None) -> Iterator[Finding]:
    """Check a request against the policy.

    Args:
        root: The request.
        policies: The policies of Promises.
        given: The policy of --policy, which takes precedence; None without one.
    """
    group, _, kind = api_of(root)
    name = KindId(group, kind)
    policy = given or policies.get(name) or (shipped_policy() if name in builtin_kinds() else None)
    for refusal in refusals(policy, root.value) if policy is not None else ():
        yield root.find(
            refusal.path, "policy", refusal.found, inert(refusal.told, _MAX_TEXT), inert(refusal.ask, _MAX_TEXT)
        )


def refused_as_sub_request(root: Located, plural: str, policies: Policies, given: Policy | None) -> Iterator[Finding]:
    """Check that a tenant does not create a sub-request, because that would bypass the bounds of its parent.

    Args:
        root: The request.
        plural: Plural of its kind; empty without a CRD.
        policies: The policies of Promises.
        given: The policy of --policy, which takes precedence; None without one.
    """
    group, _, kind = api_of(root)
    for policy in [given] if given else [*policies.values(), shipped_policy()]:
        sub = policy.spec.sub_requests
        if sub is None or group != sub.group or (plural or f"{kind.lower()}s") not in sub.resources:
            continue
        told = f"another kind: only {' or '.join(sub.creators)} may create this one"
        whose = f"which is the rule subRequests of the platform's policy {policy.metadata.name}"
        yield root.find(("kind",), "policy", kind, inert(f"{told}, {whose}", _MAX_TEXT), f"ask {policy.spec.contact}")
        return
