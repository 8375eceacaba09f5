"""The namespaces and clusters that the contracts of one kind may observe, by the policy. Pure."""

from collections.abc import Iterator

from platform_status_contract.model.policy import NameRules, Policy

from .names import PREFIX

__all__ = ["scope_of"]

_NAME = "{name}"


def scope_of(policy: Policy, group: str, kind: str) -> tuple[str, ...] | None:
    """List the namespaces and clusters that contracts of a kind may observe, in the format of `rules.scope`.

    Args:
        policy: The policy.
        group: API group of the kind.
        kind: The kind.

    Returns:
        Those listed for the kind, every target that `names` allows, and the names that {name} does not stand for; None
        if the policy sets no limit.
    """
    observes = [entry.observes for entry in policy.spec.kinds if (entry.group, entry.kind) == (group, kind)]
    if not observes or not observes[0]:
        return None
    names = policy.spec.names
    named = [place for pattern in observes[0] for place in _named(names, pattern)]
    legacy = [f"{old.namespace}={old.target_namespace}" for old in names.legacy_names if old.target_namespace]
    own = [f"{names.requests_namespace}={PREFIX}{_NAME}"] if names.short_names == "RequestsNamespace" else []
    nobody = [f"reserved:{name}" for name in (*names.reserved, *(old.name for old in names.legacy_names))]
    return tuple(dict.fromkeys((*named, *names.target_namespaces, *legacy, *own, *nobody)))


def _named(names: NameRules, pattern: str) -> Iterator[str]:
    """Expand {name} to every allowed form of a name, because the name in the request itself is not trusted.

    {name} that stays is a name without ``--``, and `rules.scope` finds out which.
    """
    before, is_named, after = pattern.partition(_NAME)
    if not is_named:
        yield pattern
        return
    if names.short_names == "Free":
        yield f"{before}*"
        return
    yield f"{names.requests_namespace}={pattern}" if names.short_names == "RequestsNamespace" else pattern
    yield f"{before}{{namespace}}--*{'' if '*' in after else after}"
    yield from (f"{old.namespace}={before}{old.name}{after}" for old in names.legacy_names)
