"""Paths of a policy, combined into one tree: a request is visited along the tree, so its own depth does not matter."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final

from msgspec import Struct

from platform_status_contract.model.policy import Bound

__all__ = ["Every", "Node", "PathError", "Step", "Steps", "grow", "parse_path", "written"]

_STEP: Final = re.compile(r'(?:^|\.)([A-Za-z_][-A-Za-z0-9_]*)|\.(\*)|(\[\])|\["([^"\\]+)"\]')
_WORD: Final = re.compile(r"[A-Za-z_][-A-Za-z0-9_]*")


class Every(Enum):
    """A step to several values."""

    ITEM = "[]"
    KEY = "*"


Step = str | Every
Steps = tuple[Step, ...]


class PathError(ValueError):
    """A path of a policy is malformed, or contradicts another path."""


class Node(Struct):
    """A place in a request for which there are bounds.

    Attributes:
        steps: The path from the root.
        bound: The bound of this field; None if it has none. A node with a bound has no children.
        children: The nodes below, by step.
    """

    steps: Steps
    bound: Bound | None
    children: dict[Step, "Node"]

    @property
    def is_closed(self) -> bool:
        """Whether keys without a bound are refused; in metadata, only named keys are evaluated."""
        return self.steps[:1] == ("spec",)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that have bounds."""
        return tuple(step for step in self.children if isinstance(step, str))

    @property
    def needed(self) -> tuple[str, ...]:
        """The keys that are required if the mapping is present."""
        return tuple(key for key in self.keys if (bound := self.children[key].bound) is not None and bound.required)


def parse_path(path: str) -> Steps:
    """Parse a path.

    Args:
        path: Such as ``spec.networkPolicies.extraEgress[].cidr`` or ``metadata.annotations["example.org/name"]``.

    Raises:
        PathError: It is malformed, or begins neither at spec nor at metadata.annotations.
    """
    steps: list[Step] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            raise PathError(f"{path}: cannot be read from character {at + 1} on")
        key, every_key, every_item, quoted = found.groups()
        steps.append(key or quoted or (Every.KEY if every_key else Every.ITEM))
        at = found.end()
        del every_item
    if steps[:1] != ["spec"] and (steps[:2] != ["metadata", "annotations"] or len(steps) != 3):  # noqa: PLR2004 - and a key
        raise PathError(f"{path}: expected a field of spec, or one annotation")
    return tuple(steps)


def written(steps: Steps) -> str:
    """Write a path in the syntax of a policy."""
    return "".join(_written(step) for step in steps).removeprefix(".")


def _written(step: Step) -> str:
    if isinstance(step, Every):
        return "[]" if step is Every.ITEM else ".*"
    return f".{step}" if _WORD.fullmatch(step) else f'["{step}"]'


def grow(bounds: Iterable[Bound]) -> Node:
    """Build the tree of a kind's bounds.

    Raises:
        PathError: A path is malformed, appears twice, or leads through the field of another path.
    """
    root = Node((), None, {})
    for bound in bounds:
        node = root
        for step in parse_path(bound.path):
            _fit(node, step, bound)
            node = node.children.setdefault(step, Node((*node.steps, step), None, {}))
        if node.bound is not None or node.children:
            raise PathError(f"{bound.path}: another bound covers it")
        node.bound = bound
    return root


def _fit(node: Node, step: Step, bound: Bound) -> None:
    """Check that a place is either a mapping or a list, and has either named keys or a bound for all keys."""
    others = [other for other in node.children if other != step]
    if node.bound is not None or (others and (isinstance(step, Every) or isinstance(others[0], Every))):
        raise PathError(f"{bound.path}: another bound covers it")
