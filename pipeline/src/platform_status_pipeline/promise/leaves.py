"""One bound as CEL; equivalent to `policy.patterns` and `policy.names` of the contract. Pure."""

import json
from typing import Final

from platform_status_contract.model.policy import Bound, NameRules
from platform_status_contract.policy.names import PART, PREFIX
from platform_status_contract.policy.patterns import HOLE, QUANTITY, TEMPLATES, UNSAFE, VISIBLE

__all__ = ["allows", "literal"]

_VARIABLES: Final = {"name": "variables.name", "namespace": "variables.space", "request": "variables.request"}
"""Placeholder -> CEL."""


def allows(bound: Bound, at: str, names: NameRules) -> str:
    """Return CEL that is true if a bound allows a value.

    Args:
        bound: The bound, of another type than free.
        at: CEL of the value, which may be of any type.
        names: The policy's rules for names.
    """
    match bound.type:
        case "name" | "namespace":
            kind, asked = "string", _name(names) if bound.type == "name" else _namespace(names, at)
        case "string":
            plain = "" if bound.templates else "".join(f"!{at}.contains({literal(text)}) && " for text in TEMPLATES)
            kind, asked = "string", f"{plain}size({at}) <= {bound.max_length}"
        case "boolean":
            kind, asked = "bool", "true"
        case "integer":
            kind, asked = "int", _range(bound, at)
        case _:
            return _quantity(bound, at)
    return f"(type({at}) == {kind} && {asked}{_one_of(bound, at)})"


def _range(bound: Bound, at: str) -> str:
    if bound.allowed is not None:
        return "true"
    ends = ((">=", bound.minimum), ("<=", bound.maximum))
    return " && ".join(f"{at} {sign} {end}" for sign, end in ends if end is not None) or "true"


def _quantity(bound: Bound, at: str) -> str:
    most = "" if bound.maximum is None else f" && quantity(string({at})).compareTo(quantity('{bound.maximum}')) <= 0"
    return f"((type({at}) == int || type({at}) == string) && string({at}).matches({literal(QUANTITY)}){most})"


def _one_of(bound: Bound, at: str) -> str:
    if bound.allowed is None:
        return ""
    asked = [_fits(one, at) if isinstance(one, str) else f"{at} == {literal(one)}" for one in bound.allowed]
    return f" && ({' || '.join(asked) or 'false'})"


def _fits(pattern: str, at: str) -> str:
    before, star, after = pattern.partition("*")
    if not star:
        return f"({at} == {_filled(before)})"
    unsafe = "".join(f" && !{at}.contains({literal(part)})" for part in UNSAFE)
    unsafe += f" && {at}.matches({literal(VISIBLE)})"
    begin, end = _filled(before), _filled(after)
    return f"({at}.startsWith({begin}) && {at}.endsWith({end}) && size({at}) >= size({begin}) + size({end}){unsafe})"


def _filled(text: str) -> str:
    """A text of the policy as CEL, with the names of the request in it."""
    parts = [_VARIABLES[part] if index % 2 else literal(part) for index, part in enumerate(HOLE.split(text))]
    said = [part for part in parts if part != literal("")]
    return f"({' + '.join(said)})" if len(said) > 1 else "".join(said) or literal("")


def _name(names: NameRules) -> str:
    name, space = "variables.name", "variables.space"
    if names.short_names == "Free":
        return "true"
    reserved = "".join(f" && !{_fits(pattern, name)}" for pattern in names.reserved)
    if names.short_names == "RequestsNamespace":
        home = f"{space} == {literal(names.requests_namespace)} && variables.request == {name}"
    else:
        home = f"{space} == ({name}.startsWith('{PREFIX}') ? {name} : '{PREFIX}' + {name})"
    mine = f"({name} in variables.legacy && variables.legacy[{name}] == {space})"
    others = f"!({name} in variables.legacy) && ({_is_below(name)} || (!{name}.contains('--'){reserved} && {home}))"
    return f"({mine} || ({others}))"


def _namespace(names: NameRules, at: str) -> str:
    name, space = "variables.name", "variables.space"
    if names.short_names == "Free":
        return "true"
    own = f"({at} == {space} || {_is_below(at)})"
    if names.short_names == "RequestsNamespace":
        mine = f"variables.request == {name} && ({at} == '{PREFIX}' + {name} || {at} == {space} + '--' + {name})"
        own = f"({space} == {literal(names.requests_namespace)} ? {mine} : {own})"
    known = f"{name} in variables.legacy && variables.legacy[{name}] == {space} && {name} in variables.legacyTargets"
    legacy = f"({known} && variables.legacyTargets[{name}] == {at})"
    return f"({at} in {literal(list(names.target_namespaces))} || {legacy} || {own})"


def _is_below(at: str) -> str:
    return f"(variables.space != '' && {at}.matches('^' + variables.space + '--{PART}$'))"


def literal(value: object) -> str:
    """A JSON value as CEL; a policy holds printable ASCII only, which both write alike."""
    return json.dumps(value)
