"""JSON merge patch, RFC 7386: apply one, or compute the smallest one between two values. Pure."""

from collections.abc import Mapping

__all__ = ["apply", "difference", "same"]


def same(left: object, right: object) -> bool:
    """Return whether two JSON values are equal; unlike Python, 1 is not true and 1.0 is not 1."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def apply(target: object, patch: object) -> object:
    """Apply a merge patch.

    Args:
        target: Any JSON value.
        patch: The patch; a null in it removes a member.

    Returns:
        The patched value; the arguments are not changed.
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = apply(result.get(key), value)
    return result


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """Compute the smallest merge patch from one object to another.

    Args:
        before: The stored value.
        after: The intended value; null members cannot be expressed and count as absent.

    Returns:
        A patch such that ``apply(before, patch)`` is ``after``; empty if they are equal.
    """
    patch: dict[str, object] = {key: None for key in before if after.get(key) is None}
    for key, wanted in after.items():
        if wanted is None:
            continue
        stored = before.get(key)
        if isinstance(wanted, Mapping) and isinstance(stored, Mapping):
            inner = difference(stored, wanted)
            if inner:
                patch[key] = inner
        elif not same(stored, wanted):
            patch[key] = wanted
    return patch
