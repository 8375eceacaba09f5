"""What is nested too deeply is cut out; what is not stays byte for byte."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.observing.decode.depth import MAX_DEPTH, despite_depth, shallow

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def _cut(value: object, levels: int) -> object:
    """The same by the slow way: containers deeper than `levels` are null."""
    if isinstance(value, dict):
        return {key: _cut(item, levels - 1) for key, item in value.items()} if levels else None
    if isinstance(value, list):
        return [_cut(item, levels - 1) for item in value] if levels else None
    return value


@given(_JSON)
def test_what_is_not_deep_stays_byte_for_byte(value: object) -> None:
    body = json.dumps(value).encode()
    assert shallow(body, _depth(value)) == body


@given(_JSON, st.integers(0, 4))
def test_what_is_deeper_becomes_null(value: object, levels: int) -> None:
    assert json.loads(shallow(json.dumps(value).encode(), levels)) == _cut(value, levels)


def test_brackets_and_escaped_quotes_in_text_are_text() -> None:
    body = rb'{"a\"]}": "[[[\\", "b": [["\\\"]"]]}'
    assert json.loads(shallow(body, 2)) == {'a"]}': "[[[\\", "b": [None]}


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_ten_thousand_levels_decode(opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"
    body = b'{"metadata":{"name":"x"},"spec":' + opening * 10_000 + b"1" + closing * 10_000 + b"}"
    with pytest.raises(RecursionError):
        msgspec.json.decode(body)
    decoded = despite_depth(msgspec.json.decode)(body)
    assert decoded["metadata"] == {"name": "x"}
    assert _depth(decoded) == MAX_DEPTH
