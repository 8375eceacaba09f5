"""The functions of the API server's CEL that requests need: addresses, networks, quantities.

An address, a network and a quantity are strings here, which makes no difference, because no rule checks their types. An
invalid argument is an error of the rule, as in the API server.
"""

import functools
import re
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_interface
from typing import Final
from urllib.parse import urlsplit

from platform_status_contract.template.cel import Environment, Function

__all__ = ["rules_environment"]

_ZERO: Final = re.compile(r"/0[0-9]|/[^0-9]|/\Z")
_QUANTITY: Final = re.compile(
    r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,3})?\Z", re.ASCII
)
_UNITS: Final = {"": 0, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def _address(text: str) -> IPv4Address | IPv6Address:
    address = ip_address(text)
    if isinstance(address, IPv6Address) and (address.scope_id or address.ipv4_mapped):
        raise ValueError(f"{text!r} is not a plain address")
    return address


def _network(text: str) -> IPv4Interface | IPv6Interface:
    if "/" not in text or _ZERO.search(text):
        raise ValueError(f"{text!r} is not a network")
    _address(text.partition("/")[0])
    return ip_interface(text)


def _quantity(text: str) -> Decimal:
    found = _QUANTITY.match(text)
    if not found:
        raise ValueError(f"{text!r} is not a quantity")
    number, unit = Decimal(found[1]), found[2] or ""
    if unit in _BINARY:
        return number * Decimal(1 << _BINARY[unit])
    return number.scaleb(_UNITS[unit] if unit in _UNITS else int(unit[1:]))


def _is(parse: object, text: str) -> bool:
    try:
        parse(text)  # type: ignore[operator]  # one of the three above
    except ValueError:
        return False
    return True


def _same_quantity(text: str) -> str:
    _quantity(text)
    return text


def _compare(one: str, other: str) -> int:
    left, right = _quantity(one), _quantity(other)
    return (left > right) - (left < right)


_FUNCTIONS: Final = (
    Function("isIP", ("string",), "bool", lambda text: _is(_address, text)),
    Function("ip", ("string",), "string", lambda text: str(_address(text))),
    Function("family", ("string",), "int", lambda text: _address(text).version, member=True),
    Function("isLoopback", ("string",), "bool", lambda text: _address(text).is_loopback, member=True),
    Function("isUnspecified", ("string",), "bool", lambda text: _address(text).is_unspecified, member=True),
    Function("isLinkLocalUnicast", ("string",), "bool", lambda text: _address(text).is_link_local, member=True),
    Function("isCIDR", ("string",), "bool", lambda text: _is(_network, text)),
    Function("cidr", ("string",), "string", lambda text: str(_network(text))),
    Function("ip", ("string",), "string", lambda text: str(_network(text).ip), member=True),
    Function("masked", ("string",), "string", lambda text: str(_network(text).network), member=True),
    Function("prefixLength", ("string",), "int", lambda text: _network(text).network.prefixlen, member=True),
    Function(
        "containsIP", ("string", "string"), "bool",
        lambda network, text: _address(text) in _network(network).network, member=True,
    ),
    Function(
        "containsCIDR", ("string", "string"), "bool",
        lambda network, text: _network(network).version == _network(text).version
        and _network(text).network.network_address in _network(network).network
        and _network(text).network.prefixlen >= _network(network).network.prefixlen,
        member=True,
    ),
    Function("isQuantity", ("string",), "bool", lambda text: _is(_quantity, text)),
    Function("quantity", ("string",), "string", _same_quantity),
    Function("isGreaterThan", ("string", "string"), "bool", lambda one, other: _compare(one, other) > 0, member=True),
    Function("isLessThan", ("string", "string"), "bool", lambda one, other: _compare(one, other) < 0, member=True),
    Function("compareTo", ("string", "string"), "int", _compare, member=True),
    Function("isURL", ("string",), "bool", lambda text: bool(urlsplit(text).scheme or text.startswith("/"))),
)  # fmt: skip


@functools.cache
def rules_environment(*names: str) -> Environment:
    """Return the environment of rules: the given names, such as `self` for a CRD, and the functions of this module."""
    return Environment(names or ["self"], _FUNCTIONS)
