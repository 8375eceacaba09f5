"""No pattern of ours takes the square of time on a text that somebody in the cluster wrote."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Final

import pytest

import platform_status_contract
import platform_status_sidecar

_LENGTH: Final = 8192
"""Twice as long as any text that is looked at."""

_LIMIT: Final = 0.1
"""Seconds of the processor; in proportion it is 0.01, and the square of time was 0.4 and 1.0."""

_BOUNDED: Final = {"platform_status_contract.rules.masking._CREDENTIAL": 4096}
"""It looks for an end far behind several beginnings, so its caller cuts the text: here at twice what `clip` reads."""

_APART: Final = {
    "platform_status_contract.observing.decode.depth._TOKENS",  # goes through valid JSON, where each text has its end
    "platform_status_contract.validation.schemas._DOLLAR",  # goes through patterns of ours
}

_PIECES: Final = [
    *("/", "/a", "/-", "/-11111", "a-11111/", "/tmp/", "/tmp/a1", "."),  # noqa: S108 - texts
    *("-", "_", "--", "--a", "--token", "1", "1.", ":", " ", " \n", " x", "\\", '"', "'", '""', '" "', '\\"'),
    *("[a:", "a:", "a://", "a://b:", "a:b@", "(", "{", "${", "\x00", "2026-02-26T10:30:0", " in 1", " in 1h"),
    *(" after 1 attempt", "retried 1 ", "retrying operation at ", "attempt #1 of ", "eyJ-", "gh_-", "password="),
    *(
        "token",
        "bearer ",
        "authorization: ",
        "-----BEGIN ",
        'pods "',
        "\u200b",
        ", request id: ",
        "(host-id=a",
        'pod "',
    ),
]


def _modules() -> Iterator[ModuleType]:
    for package in (platform_status_contract, platform_status_sidecar):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


PATTERNS: Final = {
    f"{module.__name__}.{name}": value
    for module in _modules()
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}


@pytest.mark.parametrize("name", sorted(PATTERNS.keys() - _APART))
def test_a_pattern_takes_time_in_proportion_to_its_text(name: str) -> None:
    pattern, length = PATTERNS[name], _BOUNDED.get(name, _LENGTH)
    for piece in _PIECES:
        for end in ("", "x\n\n"):
            text = (piece * length)[: length - len(end)] + end
            # of three tries any: what else the machine does may slow one down
            assert any(_cost(pattern, text) < _LIMIT for _ in range(3)), f"{piece!r} again and again, then {end!r}"


def _cost(pattern: re.Pattern[str], text: str) -> float:
    """Return the seconds of the processor that it takes to go through a text."""
    before = time.process_time()
    pattern.sub("", text)
    return time.process_time() - before
