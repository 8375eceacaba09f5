"""Consistency checks: metrics and labels of queries against the sidecar's families, and runbooks against alerts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from platform_status_sidecar.metrics.families import FAMILIES, Family, MetricKind

from .rulefiles import RUNBOOKS

__all__ = ["AWAITED", "alert_problems", "awaited_problems", "known_metrics", "metrics_of", "query_problems"]

AWAITED: Final[dict[str, frozenset[str]]] = {}
"""Metrics that a rule uses and the sidecar does not have yet, with their labels.

A check fails once the sidecar has one; then remove its entry.
"""

_TARGET: Final = frozenset({"job", "instance", "pod", "service", "namespace", "endpoint", "container"})
_KEYWORDS: Final = frozenset(
    {
        "and",
        "or",
        "unless",
        "by",
        "on",
        "ignoring",
        "without",
        "group_left",
        "group_right",
        "bool",
        "offset",
        "inf",
        "nan",
    }
)
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTOR: Final = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_LIST: Final = re.compile(r"\b(?:by|on|ignoring|without|group_left|group_right)\s*\([^)]*\)")
_NAME: Final = re.compile(r"(?<![\w:$.])([a-zA-Z_:][\w:]*)\s*(?!\w)(\(?)")
_RANGE: Final = re.compile(r"\[[^\]]*\]")
_LABEL: Final = re.compile(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)")
_IN_TEXT: Final = re.compile(r"\bplatform[_:][\w:]+")


def known_metrics(families: Collection[Family] = FAMILIES) -> dict[str, frozenset[str]]:
    """Return the labels of each sample of the sidecar by its name, and of `up`, which Prometheus adds."""
    known = {"up": frozenset[str]()}
    for family in families:
        labels = frozenset(family.labels)
        if family.kind is MetricKind.HISTOGRAM:
            known |= {
                f"{family.name}_count": labels,
                f"{family.name}_sum": labels,
                f"{family.name}_bucket": labels | {"le"},
            }
        else:
            known[family.name + family.suffix] = labels
    return known


def metrics_of(expression: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each metric of a PromQL expression, with the labels of its selector.

    Args:
        expression: PromQL; Grafana variables are allowed.
    """
    bare = _STRING.sub('""', expression)
    selected = {match.start(1): frozenset(_LABEL.findall(match[2])) for match in _SELECTOR.finditer(bare)}
    # blanked to the same length, so that positions do not change
    blank = bare
    for pattern in (_LIST, _RANGE, re.compile(r"\{[^}]*\}"), _STRING):
        blank = pattern.sub(lambda found: " " * len(found[0]), blank)
    for found in _NAME.finditer(blank):
        if found[1].lower() not in _KEYWORDS and not found[2]:
            yield found[1], selected.get(found.start(1), frozenset())


def query_problems(where: str, expression: str, recorded: Collection[str]) -> list[str]:
    """Return the unknown metrics and labels of an expression.

    Args:
        where: Name of the expression, for the message.
        expression: PromQL.
        recorded: Names of the recording rules.
    """
    known, found = known_metrics() | AWAITED, []
    for metric, labels in metrics_of(expression):
        if metric in recorded:
            continue
        if metric not in known:
            found.append(f"{where}: metric {metric} is neither the sidecar's nor recorded; docs/metrics.md has all")
        elif strange := sorted(labels - known[metric] - _TARGET):
            found.append(
                f"{where}: metric {metric} has no label {', '.join(strange)}, but {', '.join(sorted(known[metric]))}"
            )
    return found


def awaited_problems(families: Collection[Family] = FAMILIES) -> list[str]:
    """Return the awaited metrics that the sidecar has now, with the same or other labels."""
    known = known_metrics(families)
    return [
        f"checks.AWAITED: the sidecar has {name} now, with {sorted(known[name])}; remove the entry"
        for name in AWAITED
        if name in known
    ]


def alert_problems(name: str, rule: dict[str, Any], recorded: Collection[str], pages: Path) -> list[str]:
    """Return what an alert lacks: severity, texts, an existing runbook, existing metrics.

    Args:
        name: The alert.
        rule: Its rule.
        recorded: Names of the recording rules.
        pages: The folder docs/runbooks.
    """
    notes, found = rule.get("annotations", {}), query_problems(f"alert {name}", rule["expr"], recorded)
    if rule.get("labels", {}).get("severity") not in {"warning", "critical"}:
        found.append(f"alert {name}: labels.severity is neither warning nor critical")
    found += [
        f"alert {name}: annotations.{key} is missing"
        for key in ("summary", "description", "runbook_url")
        if not notes.get(key)
    ]
    known = {*known_metrics(), *AWAITED, *recorded}
    spoken = {metric for text in notes.values() for metric in _IN_TEXT.findall(text)}
    found += [f"alert {name}: an annotation names {metric}, which does not exist" for metric in sorted(spoken - known)]
    url = notes.get("runbook_url", "")
    if not url.startswith(RUNBOOKS) or not (pages / url.removeprefix(RUNBOOKS)).is_file():
        found.append(
            f"alert {name}: runbook_url {url!r} is no page of docs/runbooks; expected {RUNBOOKS}alerts/{name}.md"
        )
    return found
