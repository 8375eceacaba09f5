"""The tables of docs/metrics.md: every metric, and the values of the labels that are closed lists of the sidecar's.

The meaning of a value is the docstring that stands below it in the code, so the page and the code cannot differ.
"""

from __future__ import annotations

import ast
import inspect
import re
from enum import StrEnum
from typing import Final

from platform_status_contract.observing.sources import Source
from platform_status_contract.sources.registry import KINDS
from platform_status_contract.validation.reference_words import table
from platform_status_sidecar.counts import EventResult, NotificationResult, RestartCause, Suppression, WriteResult
from platform_status_sidecar.metrics.families import FAMILIES, Family
from platform_status_sidecar.metrics.samples import UNREADABLE

__all__ = ["CLOSED", "filled"]

CLOSED: Final[dict[tuple[str, str], type[StrEnum]]] = {
    ("platform_status_writes_total", "result"): WriteResult,
    ("platform_status_writes_suppressed_total", "reason"): Suppression,
    ("platform_status_watch_restarts_total", "cause"): RestartCause,
    ("platform_status_events_total", "result"): EventResult,
    ("platform_status_notifications_total", "result"): NotificationResult,
}
"""The list that a label of a metric takes its values from."""

_BLOCK: Final = re.compile(r"(<!-- generated: (\w+)[^>]*-->\n).*?(\n<!-- end of (\w+) -->)", re.DOTALL)


def filled(page: str) -> str:
    """Return the page with its tables as the code has them.

    Args:
        page: The page; each table stands between two comments that name it.

    Raises:
        ValueError: A table has no place in the page.
    """
    tables = {"metrics": _metrics(), "values": _values()}
    if missing := tables.keys() - {match[2] for match in _BLOCK.finditer(page) if match[2] == match[4]}:
        raise ValueError(f"docs/metrics.md has no place for {', '.join(sorted(missing))}: <!-- generated: NAME ... -->")
    return _BLOCK.sub(lambda found: f"{found[1]}\n{tables[found[2]]}\n{found[3]}", page)


def _metrics() -> str:
    return table(("name", "type", "labels", "unit", "stability", "meaning"), [_metric(family) for family in FAMILIES])


def _metric(family: Family) -> tuple[str, ...]:
    labels = ", ".join(f"`{label}`" for label in family.labels) or "-"
    stability = "stable" if family.is_stable else "experimental"
    return f"`{family.name}{family.suffix}`", family.kind.value, labels, family.unit or "-", stability, family.help


def _values() -> str:
    rows = [
        (f"`{label}`", f"`{metric}`", f"`{value}`", meaning)
        for (metric, label), closed in CLOSED.items()
        for value, meaning in _meanings(closed)
    ]
    watched = (Source.REQUESTS, *(kind.source for kind in KINDS.values() if kind.watched))
    reasons, sources = (", ".join(f"`{item}`" for item in found) for found in (UNREADABLE, watched))
    rows.append(("`reason`", "`platform_status_source_unreadable`", reasons, "Why a kind cannot be read: the runbooks"))
    rows.append(
        ("`source`", "each that has it", f"{sources}, `PLURAL.VERSION.GROUP`", "A kind that some contract needs")
    )
    return table(("label", "metric", "value", "meaning"), rows)


def _meanings(closed: type[StrEnum]) -> list[tuple[str, str]]:
    """Each value of a list, with what stands below it in the code."""
    said, name = dict[str, str](), ""
    for line in ast.walk(ast.parse(inspect.getsource(closed))):
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            name = line.targets[0].id
        elif isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and name:
            said.setdefault(name, " ".join(str(line.value.value).split()).removesuffix("."))
    return [(item.value, said[item.name]) for item in closed]
