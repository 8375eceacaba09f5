"""Statuses of anybody's making: a good one with any JSON in one or several of its places."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from .resources import request

__all__ = ["resources"]

_WORDS = [
    *("Ready", "Degraded", "Failed", "Unknown", "True", "False", "true", "Paused", "WorkflowSuspended", "ready", ""),
    *("\x00", "\u202e", "3", "x" * 3000),
]
_NUMBERS = [0, 1, -1, 3, 3.0, 3.5, 2, 4, 2**31, 2**53, 2**63, 2**64, 1e308]
# The CEL library ends a text at its first NUL, so two keys may become one; Go's does not.
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.sampled_from(_NUMBERS)
    | st.sampled_from(_WORDS)
    | _TEXT
    | st.floats(allow_nan=False, allow_infinity=False)
)
_KEYS = ["phase", "health", "observedGeneration", "conditions", "type", "status", "reason", "message", "1"]
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS) | _TEXT, inner, max_size=4),
    max_leaves=10,
)
_PLACES: list[tuple[str | int, ...]] = [
    *((), ("phase",), ("message",), ("health",), ("health", "observedGeneration"), ("observedGeneration",)),
    *(("conditions",), ("conditions", 0), ("conditions", 0, "type"), ("conditions", 0, "status"), ("conditions", 1)),
    *(("conditions", 1, key) for key in ("type", "status", "reason", "message")),
]


@st.composite
def resources(draw: st.DrawFn, good: Mapping[str, Any], generation: int) -> dict[str, Any]:
    """Draw a request whose good status was tampered with, up to four times."""
    status: Any = deepcopy(good)
    for place in draw(st.lists(st.sampled_from(_PLACES), max_size=4)):
        status = _put(status, place, draw(_JSON))
    return request(status, draw(st.sampled_from([generation, generation, generation + 1])))


def _put(whole: Any, place: tuple[str | int, ...], value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Put a value somewhere, unless an earlier one took that place away."""
    if not place:
        return value
    first, *rest = place
    if isinstance(whole, dict) and isinstance(first, str):
        return {**whole, first: _put(whole.get(first), tuple(rest), value)}
    if isinstance(whole, list) and isinstance(first, int) and first < len(whole):
        return [*whole[:first], _put(whole[first], tuple(rest), value), *whole[first + 1 :]]
    return whole
