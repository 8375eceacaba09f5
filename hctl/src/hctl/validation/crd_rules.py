"""Checks the rules of a CRD in addition to its structure: CEL rules, and unique keys of list items. Pure.

Rules with `oldSelf` are skipped, because they are about a change. Rules are not evaluated where the structure is
invalid.

The API server's CEL has functions for addresses, networks and quantities. All three are strings here, which makes no
difference, because no rule checks their types. An invalid argument is an error of the rule, as in the API server.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_interface
from typing import Any, Final
from urllib.parse import urlsplit

from platform_status_contract.model.lookup import mapping
from platform_status_contract.template.cel import CelError, Environment, Function
from platform_status_contract.validation.problems import Path, describe
from platform_status_contract.validation.schemas import Schema

from .findings import Finding, Severity
from .located import Located
from .metadata import is_name
from .stored import parts

__all__ = ["NAMED", "is_transition", "rule_findings", "rules_environment"]

_OLD: Final = re.compile(r"\boldSelf\b")
_RESERVED: Final = frozenset(
    ("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import")
) | {"let", "loop", "package", "namespace", "return", "var", "void", "while"}
_ESCAPES: Final = (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"))
_FIELD: Final = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)")

_KEYS: Final = ("label-keys", lambda _: "keys that are label names, such as integratn.tech/role")
NAMED: Final[dict[str, tuple[str, Callable[[Any], str]]]] = {
    "subnet must be an IPv4 network in CIDR notation, such as 10.0.4.0/24": (
        "subnet",
        lambda _: "an IPv4 network in CIDR notation, such as 10.0.4.0/24",
    ),
    "vip must be an IPv4 address, such as 10.0.4.210": ("vip", lambda _: "an IPv4 address, such as 10.0.4.210"),
    "vip must lie inside subnet": ("vip-in-subnet", lambda exposure: f"an address inside {exposure['subnet']}"),
    "subnet is too small for the default vip (network + 200); name a vip": (
        "subnet",
        lambda _: "a network of at least /24, which the default vip (network + 200) needs, or a vip",
    ),
    "keys must be label names, such as integratn.tech/role": _KEYS,
    "cidr must be a network in CIDR notation, such as 10.0.7.0/24": (
        "cidr",
        lambda _: "a network in CIDR notation, such as 10.0.7.0/24",
    ),
    "metadata.name must be a DNS label of at most 63 characters (lower case letters, digits, '-')": (
        "metadata",
        lambda _: "a name that is a DNS label of at most 63 characters: lower case letters, digits, '-'",
    ),
}
"""Messages of our own CRDs -> the id of the rule, and the expected value in words; a test compares both."""

_ZERO: Final = re.compile(r"/0[0-9]|/[^0-9]|/\Z")
_QUANTITY: Final = re.compile(
    r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,3})?\Z", re.ASCII
)
_UNITS: Final = {"": 0, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def is_transition(rule: object) -> bool:
    """Whether a rule is about a change of an object."""
    return bool(_OLD.search(str(mapping(rule).get("rule"))))


def rule_findings(root: Located, schema: Schema, wrong: frozenset[Path]) -> Iterator[Finding]:
    """Evaluate every rule of a schema.

    Args:
        root: The request as it is stored.
        schema: Its schema, translated.
        wrong: Paths at which the structure is invalid.
    """
    value = mapping(root.value)
    named = {key: item for key, item in mapping(value.get("metadata")).items() if key in ("name", "generateName")}
    if "name" not in named and isinstance(named.get("generateName"), str):
        # The server generates a name of this length before it evaluates the rules.
        named["name"] = f"{named['generateName']}xxxxx"
    yield from _walk(root, (), {**value, "metadata": named}, schema, wrong)


def _walk(root: Located, path: Path, value: Any, schema: object, wrong: frozenset[Path]) -> Iterator[Finding]:  # noqa: ANN401 - any JSON
    if not isinstance(schema, dict):
        return
    if not any(bad[: len(path)] == path for bad in wrong):
        for rule in schema.get("x-kubernetes-validations", ()):
            if not is_transition(rule):
                yield from _ask(root, path, value, schema, mapping(rule))
        yield from _twice(root, path, value, schema)
    for key, item, inner in parts(value, schema):
        yield from _walk(root, (*path, key), item, inner, wrong)


@functools.lru_cache(maxsize=512)
def _compiled(rule: str) -> Any:  # noqa: ANN401 - a program, or why there is none
    try:
        return rules_environment().compile(rule)
    except CelError as error:
        return error


def _evaluate(rule: str, value: object) -> object:
    program = _compiled(rule)
    if isinstance(program, CelError):
        raise program
    return program.evaluate({"self": value})


def _ask(root: Located, path: Path, value: Any, schema: Schema, rule: Mapping[str, object]) -> Iterator[Finding]:  # noqa: ANN401 - any JSON
    source, told = str(rule.get("rule")), str(rule.get("message") or "")
    escaped = _escaped(value, schema)
    try:
        if _evaluate(source, escaped) is True:
            return
    except CelError as error:
        does_compile = not isinstance(_compiled(source), CelError)
        if does_compile and "no matching overload" not in str(error).lower():
            yield root.find(
                path, "crd-rule", f"a value that the rule {source} fails on: {error}", told or "another one"
            )
            return
        yield root.find(
            path,
            "crd-rule-unknown",
            f"the rule {source} of the CRD, which cannot be evaluated offline: {error}",
            "CEL with the functions for addresses, networks and quantities; the API server will evaluate it",
            severity=Severity.WARNING,
        )
        return
    if rule.get("messageExpression"):
        try:
            told = str(_evaluate(str(rule["messageExpression"]), escaped))
        except CelError:
            told = told or source
    where: Path = (*path, *_FIELD.findall(str(rule.get("fieldPath") or "")))
    shown: Any = value
    for key in where[len(path) :]:
        shown = mapping(shown).get(str(key))
    if told.startswith("metadata.name ") and not path:
        where, shown = ("metadata", "name"), mapping(mapping(value).get("metadata")).get("name")
    if told in NAMED:
        name, expected = NAMED[told]
        odd = [key for key in mapping(shown) if not is_name(key)]
        if name == "label-keys" and odd:
            yield root.find((*where, odd[0]), name, f"the key {describe(odd[0])}", expected(value), at_key=True)
            return
        yield root.find(where, name, _shown(shown), expected(value))
    else:
        yield root.find(where, "crd-rule", _shown(shown), f"what the CRD asks for: {told or source}")


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() and value else describe(value)


def _escaped(value: Any, schema: object) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with property names escaped as in CEL; keys of free maps stay."""
    if not isinstance(schema, dict) or not isinstance(value, dict | list):
        return value
    known = mapping(schema.get("properties"))
    escaped = [(key, _escaped(item, inner)) for key, item, inner in parts(value, schema)]
    if isinstance(value, list):
        return [item for _, item in escaped]
    return {(_escape(key) if key in known else key): item for key, item in escaped}


def _escape(name: str) -> str:
    if name in _RESERVED:
        return f"__{name}__"
    for sign, word in _ESCAPES:
        name = name.replace(sign, word)
    return name


def _twice(root: Located, path: Path, value: object, schema: Schema) -> Iterator[Finding]:
    kind, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys", [])
    if not isinstance(value, list) or kind not in ("map", "set"):
        return
    seen: dict[str, int] = {}
    for index, item in enumerate(value):
        identity = repr([mapping(item).get(str(key)) for key in keys]) if kind == "map" else repr(item)
        if identity in seen:
            told = ", ".join(f"{key} {describe(mapping(item).get(str(key)))}" for key in keys) or describe(item)
            here: Path = (*path, index, str(keys[0])) if kind == "map" and len(keys) == 1 else (*path, index)
            yield root.find(here, "list-key", f"{told} again", f"it once; see item {seen[identity]}")
        seen.setdefault(identity, index)


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
