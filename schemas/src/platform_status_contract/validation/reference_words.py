"""Rows of the reference page: phases, condition types, reasons and timers; and the format of a table."""

from collections.abc import Sequence
from typing import Any

from .reference_keys import Row
from .schemas import STATUS, load_schema

__all__ = ["FREE", "condition_rows", "phase_rows", "reason_sections", "table", "timer_rows"]

FREE = "NAMEReady"
"""Placeholder for the condition of an entry of objects."""

_ANY = "Any source"
_OF_OBJECTS = f"On `{FREE}`, of an entry of `objects`"


def table(heads: Sequence[str], rows: Sequence[Row]) -> str:
    """Write a Markdown table; a pipe in a cell is escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def phase_rows() -> list[Row]:
    """Rows of phase, status of Ready, meaning."""
    return [(f"`{word['const']}`", word["x-ready"], word["description"]) for word in _words("phase")]


def condition_rows() -> tuple[list[Row], list[Row]]:
    """Rows for the sidecar's types (type, source, presence, what True means) and for Kratix's (type, meaning)."""
    ours: list[Row] = [
        (f"`{word['const']}`", word["x-source"], word["x-when"], word["description"])
        for word in _words("conditionType")
    ]
    return ours, [(f"`{word['const']}`", word["description"]) for word in _words("kratixConditionType")]


def reason_sections() -> list[tuple[str, list[Row]]]:
    """Reasons grouped by the condition that has them: title, rows of reason, verdict, meaning, what to do."""
    sections: dict[str, list[Row]] = {f"On `{word['const']}`": [] for word in _words("conditionType")}
    sections |= {_OF_OBJECTS: [], _ANY: []}
    for word in _words("reason"):
        first, *others = word["x-conditions"]
        many = ("Ready" not in others and len(others) > 1) or len(others) > 3  # noqa: PLR2004 - more than a family of sources
        title = _OF_OBJECTS if first == FREE else _ANY if many else f"On `{first}`"
        also = [other for other in others if other != "Ready"]
        meaning = word["description"] + (f" Also on {', '.join(also)}." if also and not many else "")
        sections[title].append((f"`{word['const']}`", word.get("x-verdict", ""), meaning, word["x-remedy"]))
    return list(sections.items())


def timer_rows() -> list[Row]:
    """Rows of timer, predicate, removal."""
    since = load_schema(STATUS)["$defs"]["since"]
    timers = since["properties"] | {timer["x-name"]: timer for timer in since["patternProperties"].values()}
    return [(f"`{name}`", timer["description"], timer["x-removed"]) for name, timer in timers.items()]


def _words(name: str) -> list[dict[str, Any]]:
    words: list[dict[str, Any]] = load_schema(STATUS)["$defs"][name]["oneOf"]
    return words
