"""Contracts for a newer reader: with a key of tomorrow in any of their mappings. Pure."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["KEY", "Path", "newer", "places"]

Path = tuple[str | int, ...]

KEY = "ofTomorrow"
_FREE = ("matchLabels", "annotations")
"""Mappings whose keys are anybody's."""


def places(value: object, here: Path = ()) -> Iterator[Path]:
    """Yield the path of every mapping whose keys are ours, the whole one first."""
    if isinstance(value, dict):
        yield here
        for key, part in value.items():
            if key not in _FREE:
                yield from places(part, (*here, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from places(part, (*here, index))


def newer(contract: Mapping[str, object], path: Path, key: str = KEY, value: object = "x") -> dict[str, Any]:
    """Return the contract with one key more.

    Args:
        contract: The contract; it stays as it is.
        path: Of the mapping that gets the key.
        key: The key.
        value: What stands under it.
    """
    found: dict[str, Any] = copy.deepcopy(dict(contract))
    part: Any = found
    for step in path:
        part = part[step]
    part[key] = value
    return found
