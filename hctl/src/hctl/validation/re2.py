"""Patterns of CRDs, in the syntax of the API server and in linear time. Pure."""

import functools

from platform_status_contract.template.cel import CelError, Environment

__all__ = ["compiles", "matches_re2"]


@functools.cache
def _re2() -> Environment:
    return Environment(["pattern", "text"])


@functools.cache
def compiles(pattern: str) -> bool:
    """Whether a pattern is valid."""
    try:
        _matches(pattern, "")
    except CelError:
        return False
    return True


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern matches by the syntax of the API server, in linear time.

    Raises:
        CelError: The pattern is not valid RE2.
    """
    return _re2().compile("text.matches(pattern)").evaluate({"pattern": pattern, "text": text}) is True


def matches_re2(pattern: str, text: str) -> bool:
    """Whether a pattern matches; an invalid one matches nothing."""
    try:
        return _matches(pattern, text)
    except CelError:
        return False
