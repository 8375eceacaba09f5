"""The evaluator: a request and a policy -> the refusals of the policy. Total for any JSON.

A request that is older than the policy may keep a name that it refuses: `legacy_name` is the entry for that.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from msgspec import Struct

from platform_status_contract.model.lookup import mapping, under
from platform_status_contract.model.policy import Bound, LegacyName, NameRules, Policy
from platform_status_contract.template.problems import Problem
from platform_status_contract.validation.problems import Path, describe, format_path

from .names import RequestNames, home_of, name_problem, namespace_problem
from .paths import Every, Node, grow, parse_path, written
from .patterns import TEMPLATES, as_amount, expected, fits, is_template

__all__ = ["MAX_REFUSALS", "Refusal", "judge", "legacy_name", "refusals"]

MAX_REFUSALS: Final = 64
"""Maximum number of refusals returned for one request; a hostile request could cause any number."""

_NOTHING: Final = object()


class Refusal(Struct, frozen=True):
    """One value that a policy does not allow.

    Attributes:
        path: Path of the value in the request.
        found: The value, shortened and safe to print.
        expected: What the policy allows.
        rule: The rule as written in the policy, with the name of the policy.
        ask: Contact for an exception.
    """

    path: Path
    found: str
    expected: str
    rule: str
    ask: str

    @property
    def problem(self) -> Problem:
        """The refusal as a problem of the pipeline."""
        return Problem(format_path(self.path), f"found {self.found}, expected {self.told}", self.ask)

    @property
    def told(self) -> str:
        """The expected value, with the rule that requires it."""
        return f"{self.expected}, which is the rule {self.rule}"


def judge(policy: Policy, request: object) -> tuple[Problem, ...]:
    """Judge a request; see `refusals`."""
    return tuple(refusal.problem for refusal in refusals(policy, request))


def refusals(policy: Policy, request: object) -> tuple[Refusal, ...]:
    """Evaluate a policy for a request.

    Args:
        policy: The policy, from `read`.
        request: Any JSON value; a request of a kind that the policy does not list has no refusals.

    Returns:
        At most `MAX_REFUSALS`, in the order of the policy.
    """
    whole = mapping(request)
    version, kind = whole.get("apiVersion"), whole.get("kind")
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    bounds = policy.bounds_of(group, kind) if isinstance(kind, str) else None
    if bounds is None:
        return ()
    return tuple(islice(_Judge(policy, whole).node(grow(bounds), whole, ()), MAX_REFUSALS))


def legacy_name(policy: Policy, request: Mapping[str, object]) -> LegacyName | None:
    """Return the entry with which a request keeps its present name and target.

    Args:
        policy: The policy.
        request: A request from the cluster, with apiVersion and kind.

    Returns:
        The entry, with the target only if the policy refuses it too; None if the policy allows both, or does not list
        the kind.
    """
    version, kind = (request.get(key) for key in ("apiVersion", "kind"))
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    bounds = (policy.bounds_of(group, kind) if isinstance(kind, str) else None) or ()
    name, space, called = (
        _text(under(request, *path)) for path in (("spec", "name"), ("metadata", "namespace"), ("metadata", "name"))
    )
    names, own = policy.spec.names, RequestNames(name, space, called)
    paths = [map(str, parse_path(bound.path)) for bound in bounds if bound.type == "namespace"]
    targets = [_text(under(request, *path)) for path in paths]
    is_refused = any(bound.type == "name" for bound in bounds) and bool(name_problem(names, own))
    beyond = [target for target in targets if target and namespace_problem(names, own, target)]
    if not is_refused and not beyond:
        return None
    return LegacyName(space, name, beyond[0] if beyond else None)


class _Judge:
    """The evaluation of one request by one policy."""

    def __init__(self, policy: Policy, request: Mapping[str, object]) -> None:
        metadata, spec = mapping(request.get("metadata")), mapping(request.get("spec"))
        self._names: NameRules = policy.spec.names
        name, space = _text(spec.get("name")), metadata.get("namespace")
        # In a file the namespace may be absent, because kubectl adds it; in a cluster it never is.
        space = home_of(self._names, name) if space is None else _text(space)
        self._request = RequestNames(name, space, _text(metadata.get("name")))
        self._placeholders = {
            "name": self._request.name, "namespace": self._request.namespace, "request": self._request.request,
        }  # fmt: skip
        self._policy = policy

    def node(self, node: Node, value: object, path: Path) -> Iterator[Refusal]:
        if node.bound is not None:
            yield from self._leaf(node.bound, value, path)
        elif Every.ITEM in node.children:
            yield from self._items(node, value, path)
        elif not isinstance(value, Mapping):
            if node.is_closed:
                yield self._refuse(path, describe(value), "a mapping", written(node.steps))
        else:
            yield from self._mapping(node, value, path)

    def _items(self, node: Node, value: object, path: Path) -> Iterator[Refusal]:
        if not isinstance(value, list):
            yield self._refuse(path, describe(value), "a list", written(node.steps))
            return
        for index, item in enumerate(value):
            yield from self.node(node.children[Every.ITEM], item, (*path, index))

    def _mapping(self, node: Node, value: Mapping[str, object], path: Path) -> Iterator[Refusal]:
        for key in node.needed:
            if key not in value:
                bound = node.children[key].bound
                assert bound is not None  # noqa: S101 - only what has a bound is needed
                yield self._refuse((*path, key), "nothing", expected(bound), bound.path)
        for key in node.keys:
            yield from self._known(node.children[key], value.get(key, _NOTHING), (*path, key))
        every = node.children.get(Every.KEY)
        for key, item in value.items():
            if every is not None:
                yield from self.node(every, item, (*path, key))
            elif key not in node.children and node.is_closed:
                yield self._refuse((*path, key), describe(item), _only(node), written(node.steps))

    def _known(self, child: Node, value: object, path: Path) -> Iterator[Refusal]:
        if value is not _NOTHING:
            yield from self.node(child, value, path)
        elif child.bound is not None and child.bound.type == "namespace":
            # A request without a target namespace uses its own namespace.
            yield from self._leaf(child.bound, self._request.namespace, path)

    def _leaf(self, bound: Bound, value: object, path: Path) -> Iterator[Refusal]:
        wanted = self._wanted(bound, value)
        if wanted:
            yield self._refuse(path, describe(value), wanted, bound.path)

    def _wanted(self, bound: Bound, value: object) -> str:
        """Return the expected value; empty if the value is allowed."""
        match bound.type:
            case "free":
                return ""
            case "name":
                return name_problem(self._names, self._request) if isinstance(value, str) else "a text"
            case "namespace":
                return namespace_problem(self._names, self._request, value) if isinstance(value, str) else "a text"
        if self._is_allowed(bound, value):
            return ""
        evaluated = isinstance(value, str) and is_template(value) and not bound.templates
        return f"a text without {' or '.join(TEMPLATES)}" if evaluated else expected(bound)

    def _is_allowed(self, bound: Bound, value: object) -> bool:
        match bound.type, value:
            case "string", str():
                return self._is_text(bound, value)
            case "boolean", bool():
                return bound.allowed is None or any(one is value for one in bound.allowed)
            case "integer", int() if not isinstance(value, bool):
                return _is_number(bound, value)
            case "quantity", int() | str():
                amount, most = as_amount(value), as_amount(bound.maximum)
                return amount is not None and (most is None or amount <= most)
        return False

    def _is_text(self, bound: Bound, value: str) -> bool:
        if (is_template(value) and not bound.templates) or len(value) > bound.max_length:
            return False
        return bound.allowed is None or any(fits(str(one), value, self._placeholders) for one in bound.allowed)

    def _refuse(self, path: Path, found: str, wanted: str, rule: str) -> Refusal:
        whose = f"{rule} of the platform's policy {self._policy.metadata.name}"
        return Refusal(path, found, wanted, whose, f"ask {self._policy.spec.contact}")


def _is_number(bound: Bound, value: int) -> bool:
    if bound.allowed is not None:
        return value in bound.allowed
    most = bound.maximum if isinstance(bound.maximum, int) else value
    return (bound.minimum is None or value >= bound.minimum) and value <= most


def _only(node: Node) -> str:
    shown = node.keys[:_MAX_KEYS]
    more = f" and {len(node.keys) - len(shown)} more" if len(node.keys) > len(shown) else ""
    return f"only {', '.join(shown)}{more} there" if shown else "nothing there"


_MAX_KEYS: Final = 8


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
