"""Deep merge of JSON values, and reading values at a path without trusting their shape."""

from collections.abc import Mapping
from typing import Any

__all__ = ["merge", "without"]


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two mappings; mappings are merged key by key, everything else of `over` replaces what `base` has.

    Args:
        base: What to start from; not changed.
        over: What wins.

    Returns:
        A new mapping: the keys of `base` in their order, then the new ones of `over`.
    """
    result = {key: merge(value, {}) if isinstance(value, Mapping) else value for key, value in base.items()}
    for key, value in over.items():
        below = result.get(key)
        if isinstance(value, Mapping):
            result[key] = merge(below if isinstance(below, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def without(value: Mapping[str, Any], *paths: tuple[str, ...]) -> dict[str, Any]:
    """Leave values out.

    Args:
        value: What to start from; not changed.
        paths: What to leave out, keys from the outside in; what is not there is passed over.

    Returns:
        A new mapping.
    """
    result = dict(value)
    for key in value:
        below = [path[1:] for path in paths if path[0] == key]
        if () in below:
            del result[key]
        elif below and isinstance(value[key], Mapping):
            result[key] = without(value[key], *below)
    return result
