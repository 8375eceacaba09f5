"""Checks statuses from a cluster against their schema, and for contradictions. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.validation import CONTRACT, STATUS, validate
from platform_status_contract.validation.problems import Path

from .findings import Finding, Severity
from .located import Located
from .templates import threshold_findings

__all__ = ["contract_findings", "status_findings"]

_GENERATIONS: Final[tuple[Path, ...]] = (
    ("contract", "generation"),
    ("health", "observedGeneration"),
    ("health", "readyGeneration"),
)
_OWNED: Final = frozenset(str(member) for member in ConditionType)


def contract_findings(root: Located) -> Iterator[Finding]:
    """Check a resolved contract that is a document of its own."""
    yield from root.told(validate(root.value, CONTRACT))
    yield from threshold_findings(root, ("thresholds",), works=mapping(root.value).get("works") is True)


def status_findings(root: Located, generation: object = None) -> Iterator[Finding]:
    """Check a status.

    Args:
        root: The status.
        generation: `metadata.generation` of its object; None if unknown.
    """
    # The schema cannot report which condition is the second one; `_conditions` does.
    yield from (finding for finding in root.told(validate(root.value, STATUS)) if finding.rule != "condition-twice")
    status = mapping(root.value)
    contract = mapping(status.get("contract"))
    yield from threshold_findings(root, ("contract", "thresholds"), works=contract.get("works") is True)
    for path in _GENERATIONS:
        found = root.inside(*path).value
        if _number(found) and _number(generation) and found > generation:  # type: ignore[operator]  # both are numbers
            expected = f"at most {generation}, the generation of the object"
            yield root.wants(path, "status-generation", expected)
    yield from _conditions(root)


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _conditions(root: Located) -> Iterator[Finding]:
    conditions = root.inside("conditions").value
    written = _time(mapping(root.value).get("lastReconciled"))
    seen: dict[str, int] = {}
    for index, condition in enumerate(conditions if isinstance(conditions, list) else ()):
        kind = mapping(condition).get("type")
        if not isinstance(kind, str):
            continue
        if kind in seen:
            found = f"a second condition {kind}"
            yield root.find(("conditions", index), "condition-twice", found, f"one; see item {seen[kind]}")
        seen.setdefault(kind, index)
        changed = _time(mapping(condition).get("lastTransitionTime"))
        if kind in _OWNED and written and changed and changed > written:
            path = ("conditions", index, "lastTransitionTime")
            expected = "a time that is not after lastReconciled, the time of the last write"
            yield root.wants(path, "condition-time", expected, severity=Severity.WARNING)


def _time(value: object) -> datetime | None:
    return parse_time(value) if isinstance(value, str) else None
