"""Where the contracts of one kind may look, by the policy. Pure."""

from platform_status_contract.model.policy import Policy

from .names import PREFIX

__all__ = ["scope_of"]


def scope_of(policy: Policy, group: str, kind: str) -> tuple[str, ...] | None:
    """List the namespaces that contracts of a kind may look at, as `rules.scope` takes them.

    Args:
        policy: The policy.
        group: API group of the kind.
        kind: The kind.

    Returns:
        Those of the kind, and every target that `names` allows; None if the policy sets no limit.
    """
    observes = [entry.observes for entry in policy.spec.kinds if (entry.group, entry.kind) == (group, kind)]
    if not observes or not observes[0]:
        return None
    names = policy.spec.names
    legacy = [old.target_namespace for old in names.legacy_names if old.target_namespace]
    own = [f"{PREFIX}{{request}}"] if names.short_names == "RequestsNamespace" else []
    return tuple(dict.fromkeys((*observes[0], *names.target_namespaces, *legacy, *own)))
