"""Reading a policy: the typed policy, or all of its problems; and finding the policy in a Promise."""

import functools
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

import msgspec

from platform_status_contract.model.lookup import environment_texts
from platform_status_contract.model.policy import Bound, Policy
from platform_status_contract.template.problems import Problem
from platform_status_contract.validation import PLATFORM_POLICY, validate

from .paths import PathError, grow
from .patterns import as_amount

__all__ = ["SHIPPED", "VARIABLE", "PolicyError", "carried", "read_policy", "shipped_policy"]

VARIABLE: Final = "PLATFORM_POLICY"
"""Environment variable with the text of the policy, in a container of a Promise's resource workflow."""

SHIPPED: Final = ("strict", "single-tenant")
"""The policies of the distribution; the first one applies if none is given."""

_FIX: Final = "correct the policy"
_TYPES: Final[dict[str, type]] = {"string": str, "integer": int, "boolean": bool}


class PolicyError(ValueError):
    """A policy is invalid.

    Attributes:
        problems: All problems, at least one.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.line for problem in problems))
        self.problems = problems


@functools.cache
def shipped_policy(name: str = SHIPPED[0]) -> Policy:
    """Return a policy of the distribution by its name."""
    text = (files("platform_status_contract") / "policies" / f"{name}.json").read_text("utf-8")
    return read_policy(json.loads(text))


def read_policy(document: object) -> Policy:
    """Decode a policy.

    Args:
        document: A JSON value.

    Raises:
        PolicyError: Unknown fields, wrong values or contradictory bounds; it lists every problem.
    """
    problems = tuple(
        Problem(problem.path, problem.message.removeprefix(f"{problem.path}: "), _FIX)
        for problem in validate(document, PLATFORM_POLICY)
    )
    if problems:
        raise PolicyError(problems)
    policy = msgspec.convert(document, Policy)
    problems = (*_names(policy), *_kinds(policy))
    if problems:
        raise PolicyError(problems)
    return policy


def _names(policy: Policy) -> Iterator[Problem]:
    names = policy.spec.names
    if bool(names.requests_namespace) != (names.short_names == "RequestsNamespace"):
        yield Problem("spec.names.requestsNamespace", "requires shortNames: RequestsNamespace", _FIX)
    listed = [legacy.name for legacy in names.legacy_names]
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        yield Problem("spec.names.legacyNames", f"found {name} twice, expected one request to have it", _FIX)
    for reserved in names.reserved:
        yield from _pattern("spec.names.reserved", reserved)


def _kinds(policy: Policy) -> Iterator[Problem]:
    for index, kind in enumerate(policy.spec.kinds):
        try:
            grow(kind.bounds)
        except PathError as error:
            yield Problem(f"spec.kinds[{index}].bounds", str(error), _FIX)
        for bound in kind.bounds:
            yield from _bound(bound)
    known = [(kind.group, kind.kind) for kind in policy.spec.kinds]
    if len(set(known)) < len(known):
        yield Problem("spec.kinds", "found one kind twice", _FIX)


def _bound(bound: Bound) -> Iterator[Problem]:
    wanted = _TYPES.get(bound.type)
    for value in bound.allowed or ():
        if wanted is None or type(value) is not wanted:
            yield Problem(bound.path, f"found {json.dumps(value)} in allowed, which a {bound.type} cannot be", _FIX)
        elif isinstance(value, str):
            yield from _pattern(bound.path, value)
    if bound.maximum is not None:
        fits = isinstance(bound.maximum, int) if bound.type == "integer" else as_amount(bound.maximum) is not None
        if bound.type not in ("integer", "quantity") or not fits:
            yield Problem(bound.path, f"found maximum {bound.maximum}, which a {bound.type} cannot have", _FIX)


def _pattern(where: str, pattern: str) -> Iterator[Problem]:
    """Check for at most one ``*``, in a URL only after the host: before it, a pattern would match foreign servers."""
    scheme, is_url, rest = pattern.partition("://")
    host = rest.partition("/")[0]
    if pattern.count("*") > 1:
        yield Problem(where, f"found {pattern}, expected at most one *", _FIX)
    elif is_url and ("*" in scheme + host or ("*" in rest and "/" not in rest)):
        yield Problem(where, f"found {pattern}, expected the * of a URL behind its host", _FIX)


def carried(promise: object) -> list[str]:
    """Return the policies that a Promise contains for its requests.

    Args:
        promise: A JSON value.

    Returns:
        The text of each, as its container reads it.
    """
    return [text for _, text in environment_texts(promise, VARIABLE)]
