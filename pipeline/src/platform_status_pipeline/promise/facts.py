"""Reads what a Promise defines about its requests. Pure, and total for any content of a Promise."""

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from platform_status_contract.model.lookup import items, under
from platform_status_contract.template.problems import Problem, found
from platform_status_pipeline.errors import RequestRefusedError

__all__ = ["PromiseFacts", "read_promise"]

_NAME: Final = re.compile(r"^[a-z]([-a-z0-9]{0,39}[a-z0-9])?\Z")
"""A DNS label that leaves room for suffixes: the longest is that of a pod of one shard of the sidecar."""
_LABEL: Final = re.compile(r"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_GROUP: Final = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\Z")
_KIND: Final = re.compile(r"^[A-Z][A-Za-z0-9]{0,62}\Z")
_FIX: Final = "mend the Promise"


class PromiseFacts(Struct, frozen=True):
    """The facts about a Promise that its sidecar needs.

    Attributes:
        name: Name of the Promise.
        group: API group of its requests.
        version: The storage version, which Kratix uses (kratix.md section 1).
        plural: Plural of their kind.
        kind: Their kind.
    """

    name: str
    group: str
    version: str
    plural: str
    kind: str

    @property
    def resource(self) -> str:
        """The requests as ``plural.version.group``."""
        return f"{self.plural}.{self.version}.{self.group}"


def read_promise(document: Mapping[str, Any]) -> PromiseFacts:
    """Read a Promise.

    Args:
        document: The Promise, as Kratix passes it to a promise workflow.

    Returns:
        The facts.

    Raises:
        RequestRefusedError: Facts are missing or cannot be used in names; it lists every problem.
    """
    problems: list[Problem] = []

    def take(path: str, pattern: re.Pattern[str], expected: str) -> str:
        value = under(document, *path.split("."))
        if isinstance(value, str) and pattern.match(value):
            return value
        problems.append(Problem(path, f"found {found(value)}, expected {expected}", _FIX))
        return ""

    if document.get("kind") != "Promise":
        problems.append(Problem("kind", f"found {found(document.get('kind'))}, expected Promise", _FIX))
    facts = PromiseFacts(
        name=take("metadata.name", _NAME, "a DNS label of at most 41 characters that begins with a letter"),
        group=take("spec.api.spec.group", _GROUP, "an API group, such as platform.example.org"),
        version=_stored_version(document, problems),
        plural=take("spec.api.spec.names.plural", _LABEL, "the plural of a kind in lower case"),
        kind=take("spec.api.spec.names.kind", _KIND, "a kind, such as Widget"),
    )
    if problems:
        raise RequestRefusedError(problems)
    return facts


def _stored_version(document: Mapping[str, Any], problems: list[Problem]) -> str:
    path = "spec.api.spec.versions"
    stored = [
        under(version, "name")
        for version in items(under(document, *path.split(".")))
        if under(version, "storage") is True
    ]
    match stored:
        case [str(name)] if _LABEL.match(name):
            return name
    problems.append(
        Problem(path, f"found {found(stored)} with storage: true, expected the name of exactly one version", _FIX)
    )
    return ""
