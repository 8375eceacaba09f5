"""Checks formats and patterns of strings as the API server does: its formats, and RE2 in linear time. Pure.

Not checked: ISBN, credit cards, BSON ids; of email and uri only what is certain (docs/validate.md).
"""

import functools
import ipaddress
import re
from collections.abc import Callable
from datetime import date
from typing import Final

from platform_status_contract.template.cel import CelError, Environment

__all__ = ["compiles", "has_format", "is_checked", "matches_re2"]

_HEX: Final = "[0-9a-fA-F]"
_TEXTS: Final = r"a-zA-Z0-9\p{S}\p{L}"
_NAME: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_CHANNEL: Final = r"\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*"
_UUID: Final = f"^{_HEX}{{8}}-?{_HEX}{{4}}-?%s-?%s-?{_HEX}{{12}}$"
_ANY, _VARIANT = f"{_HEX}{{4}}", f"[89abAB]{_HEX}{{3}}"
_MAC: Final = "|".join(
    [f"{_HEX}{{2}}({sign}{_HEX}{{2}}){{{count}}}" for sign in ":-" for count in (5, 7, 19)]
    + [f"{_HEX}{{4}}([.]{_HEX}{{4}}){{{count}}}" for count in (2, 3, 9)]
    + [f"{_HEX}{{{count}}}" for count in (12, 16, 40)]
)
_PATTERNS: Final = {
    "byte": r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$",
    "email": "@",
    "hexcolor": f"^#?({_HEX}{{3}}|{_HEX}{{6}})$",
    "hostname": f"^([{_TEXTS}]((-?[{_TEXTS}]{{0,62}})?)|([{_TEXTS}](([-{_TEXTS}]{{0,61}}[{_TEXTS}])?)[.]){{1,}}"
    r"([a-zA-Z\p{L}]){2,63})$",
    "k8slongname": rf"^{_NAME}(\.{_NAME})*$",
    "k8sshortname": f"^{_NAME}$",
    "mac": f"^({_MAC})$",
    "rgbcolor": rf"^rgb\({_CHANNEL},{_CHANNEL},{_CHANNEL}\)$",
    "ssn": r"^(\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}|\d{3}-\d{2} \d{4}|\d{3} \d{2}-\d{4})$",
    "uri": r"^([*]|(/|[A-Za-z][-+.A-Za-z0-9]*:)[^\x00-\x1f\x7f]*)$",
    "uuid": _UUID % (_ANY, _ANY),
    "uuid3": _UUID % (f"3{_HEX}{{3}}", _ANY),
    "uuid4": _UUID % (f"4{_HEX}{{3}}", _VARIANT),
    "uuid5": _UUID % (f"5{_HEX}{{3}}", _VARIANT),
}
"""Format without dashes -> its pattern."""

_MAX_BYTES: Final = {"hostname": 255, "k8slongname": 253, "k8sshortname": 63}
_TIME: Final = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](.[0-9]+)?(z|[-+][0-9]{2}:[0-9]{2})$"
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_IPV4: Final = re.compile(r"0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})\Z")
_GO: Final = re.compile(r"[-+]?(0|(([0-9]{1,9}(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|\u03bcs|ms|s|m|h))+)\Z")
_SPOKEN: Final = re.compile(r"(?<![0-9])([0-9]+)\s*([A-Za-zµ]+)", re.ASCII)
_UNIT: Final = re.compile(r"(ns|us|µs|ms|s|m|h|hr|d|w|wk)\Z|nano|micro|milli|sec|min|hour|day|week", re.IGNORECASE)


def _is_date(text: str) -> bool:
    found = _DATE.match(text)
    if not found:
        return False
    year, month, day = map(int, found.groups())
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    day, sign, rest = text.lower().partition("t")
    return bool(sign) and _is_date(day) and matches_re2(_TIME, rest.partition("t")[0])


def _is_duration(text: str) -> bool:
    """Whether Go or Scala reads it; of the latter any part that is a duration is enough."""
    spoken = _SPOKEN.findall(text)
    is_known = any(_UNIT.match(unit) for _, unit in spoken) and all(int(count) < 2**63 for count, _ in spoken)
    return bool(_GO.match(text)) or is_known


def _is_ipv4(text: str) -> bool:
    found = _IPV4.match(text)
    return all(int(part) < 2**8 for part in found.groups()) if found else "." in text and _is_ipv6(text)


def _is_ipv6(text: str) -> bool:
    try:
        return ":" in text and "%" not in text and bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def _is_network(text: str) -> bool:
    address, _, size = text.partition("/")
    if not re.fullmatch("0*[0-9]{1,3}", size):
        return False
    return int(size) <= (128 if _is_ipv6(address) else 32 if _is_ipv4(address) else -1)


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "cidr": _is_network,
    "date": _is_date,
    "datetime": _is_time,
    "duration": _is_duration,
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
}


def is_checked(name: object) -> bool:
    """Whether a format is one of those that are checked."""
    return isinstance(name, str) and _word(name) in {*_PATTERNS, *_CHECKS}


def has_format(name: str, value: object) -> bool:
    """Whether a value has a format that is checked; any other value than a string has."""
    if not isinstance(value, str):
        return True
    word = _word(name)
    if word in _CHECKS:
        return _CHECKS[word](value)
    return len(value.encode()) <= _MAX_BYTES.get(word, len(value) * 4) and matches_re2(_PATTERNS[word], value)


def _word(name: str) -> str:
    return name.replace("-", "")


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
