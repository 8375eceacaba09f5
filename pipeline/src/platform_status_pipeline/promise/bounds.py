"""The bounds of a policy as CEL, for admission; equivalent to `policy.judge` of the contract. Pure.

Each bound is a separate expression, so that the response names one field. Each mapping with bounds is a variable, empty
if the request has none or another type there; a separate rule requires a mapping. Fields are read by index, not by
selection: a key may be any text, and a tenant may write any value.
"""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from platform_status_contract.model.policy import Bound, Policy
from platform_status_contract.policy.names import PREFIX
from platform_status_contract.policy.paths import Every, Node, Steps, grow, written
from platform_status_contract.policy.patterns import expected
from platform_status_pipeline.promise.leaves import allows, literal

__all__ = ["PolicyJudgement", "PolicyRule", "rules_of"]

_MAX_SHOWN: Final = 100
_REQUEST: Final = {"name": ("spec", "name"), "space": ("metadata", "namespace"), "request": ("metadata", "name")}
"""Variable -> path of its text in the request."""


class PolicyRule(Struct, frozen=True):
    """One validation of the admission policy.

    Attributes:
        holds: CEL that is true if the request keeps the rule.
        message: The message if it does not, without the value.
        found: CEL of the same message with the value, or with the key that is not allowed.
    """

    holds: str
    message: str
    found: str


class PolicyJudgement(Struct, frozen=True):
    """The bounds of one kind.

    Attributes:
        variables: Name -> CEL, each may use the previous ones.
        rules: In the order of the policy.
    """

    variables: dict[str, str]
    rules: list[PolicyRule]


def rules_of(policy: Policy, bounds: tuple[Bound, ...]) -> PolicyJudgement:
    """Write the bounds of one kind.

    Args:
        policy: The policy.
        bounds: Those of the kind.
    """
    writer = _Writer(policy)
    writer.mapping(grow(bounds), "dyn(object)")
    return PolicyJudgement(writer.variables, writer.rules)


class _Writer:
    """Walks the tree of the bounds; everything below an item of a list or a free key is one expression."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        legacy = policy.spec.names.legacy_names
        targets = {old.name: old.target_namespace for old in legacy if old.target_namespace}
        self.variables = {name: _text_at(steps) for name, steps in _REQUEST.items()}
        self.variables |= {
            "legacy": literal({old.name: old.namespace for old in legacy}),
            "legacyTargets": literal(targets),
        }
        self.rules: list[PolicyRule] = []

    def mapping(self, node: Node, at: str) -> None:
        """Write the rules of the mapping at a path, and of everything below it."""
        name = f"at{len(self.variables)}"
        self.variables[name] = f"type({at}) == map ? {at} : dyn({{}})"
        for key in node.keys:
            self._child(node.children[key], f"variables.{name}", literal(key))

    def _child(self, child: Node, above: str, key: str) -> None:
        at = f"{above}[{key}]"
        if child.bound is not None:
            self._field(child, child.bound, above, key)
            return
        if child.is_closed:
            self._write(f"!({key} in {above}) || {_shape(child, at)}", *self._odd(child, at))
        if child.keys:
            self.mapping(child, f"({key} in {above} ? {at} : dyn({{}}))")
            return
        for below, inner in self._many(child):
            self._write(f"!({key} in {above}) || {inner(at)}", below, literal(below))

    def _field(self, node: Node, bound: Bound, above: str, key: str) -> None:
        if bound.type == "free":
            return
        at, missing = f"{above}[{key}]", f"!({key} in {above}) || "
        if bound.type == "namespace":
            # Without a target the namespace of the request is used.
            at, missing = f"({key} in {above} ? {at} : dyn(variables.space))", ""
        told = self._told(_words(bound, self._policy), written(node.steps))
        holds = missing + allows(bound, at, self._policy.spec.names)
        self._write(holds, f"{bound.path}: {told}", _say(bound.path, _shown(at), told))

    def _many(self, node: Node, depth: int = 0) -> Iterator[tuple[str, Callable[[str], str]]]:
        """Messages and questions about what stands below a list or a mapping of any keys, or below one of its items."""
        each = f"each{depth}"
        for step, child in node.children.items():
            for message, inner in self._below(child, depth + 1):
                if isinstance(step, str):
                    key = literal(step)
                    yield message, _asked_of_key(inner, key)
                else:
                    yield message, _asked_of_each(inner, each, is_list=step is Every.ITEM)

    def _below(self, node: Node, depth: int) -> Iterator[tuple[str, Callable[[str], str]]]:
        path = written(node.steps)
        bound = node.bound
        if bound is None:
            yield f"{path}: {self._told(_only(node), path)}", lambda at: _shape(node, at)
            yield from self._many(node, depth)
        elif bound.type != "free":
            told = self._told(_words(bound, self._policy), path)
            yield f"{path}: {told}", lambda at: allows(bound, at, self._policy.spec.names)

    def _odd(self, node: Node, at: str) -> tuple[str, str]:
        """Message and CEL of the message for a mapping with a key too many or one too few."""
        path = written(node.steps)
        told = self._told(_only(node), path)
        if not node.keys:
            return f"{path}: {told}", literal(f"{path}: {told}")
        odd = f"dyn({at}).filter(key, !(key in {literal(list(node.keys))}))"
        first = f"({odd}[0].matches('^[ -~]{{1,{_MAX_SHOWN}}}$') ? {odd}[0] : 'a key that is not shown')"
        is_odd = f"type({at}) == map && size({odd}) > 0"
        return f"{path}: {told}", f"{is_odd} ? {_say(path, first, told)} : {literal(f'{path}: {told}')}"

    def _write(self, holds: str, message: str, found: str) -> None:
        self.rules.append(PolicyRule(holds, message, found))

    def _told(self, wanted: str, rule: str) -> str:
        policy = self._policy
        whose = f"{rule} of the platform's policy {policy.metadata.name}"
        return f"expected {wanted}, which is the rule {whose}; ask {policy.spec.contact}"


def _asked_of_key(inner: Callable[[str], str], key: str) -> Callable[[str], str]:
    return lambda at: f"(type({at}) != map || !({key} in {at}) || {inner(f'{at}[{key}]')})"


def _asked_of_each(inner: Callable[[str], str], each: str, *, is_list: bool) -> Callable[[str], str]:
    if is_list:
        return lambda at: f"(type({at}) != list || dyn({at}).all({each}, {inner(each)}))"
    return lambda at: f"(type({at}) != map || dyn({at}).all({each}, {inner(f'{at}[{each}]')}))"


def _shape(node: Node, at: str) -> str:
    """A list, or a mapping with no key that no bound speaks of and with those that are needed."""
    if Every.ITEM in node.children:
        return f"type({at}) == list"
    if not node.keys:
        return f"type({at}) == map"
    needed = "".join(f" && {literal(key)} in {at}" for key in node.needed)
    return f"(type({at}) == map && dyn({at}).all(key, key in {literal(list(node.keys))}){needed})"


def _only(node: Node) -> str:
    if not node.keys:
        return "a list" if Every.ITEM in node.children else "a mapping"
    needed = f" and, if it is there, {' and '.join(node.needed)}" if node.needed else ""
    return f"only {', '.join(node.keys)} there{needed}"


def _words(bound: Bound, policy: Policy) -> str:
    names = policy.spec.names
    if bound.type == "name":
        home = names.requests_namespace or f"{PREFIX}NAME"
        return f"NAMESPACE--x, or a request in the namespace {home}, and no name that is reserved"
    if bound.type == "namespace":
        return " or ".join(("the namespace of the request", "NAMESPACE--x", *names.target_namespaces))
    return expected(bound)


def _shown(at: str) -> str:
    text = f"({at}.matches('^[ -~]{{0,{_MAX_SHOWN}}}$') ? {at} : 'a text that is not shown')"
    return f"(type({at}) == string ? {text} : type({at}) == int ? string({at}) : 'something else')"


def _say(path: str, shown: str, told: str) -> str:
    return f"{literal(f'{path}: found ')} + {shown} + {literal(f', {told}')}"


def _text_at(steps: Steps) -> str:
    """The text at a path of the request; empty where there is none."""
    at, known = "dyn(object)", ""
    for step in steps:
        known += f"type({at}) == map && {literal(step)} in {at} && "
        at = f"{at}[{literal(step)}]"
    return f"{known}type({at}) == string ? string({at}) : ''"
