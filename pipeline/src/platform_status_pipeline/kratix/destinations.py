"""destination-selectors.yaml: where a folder of the output goes (kratix.md section 1). Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["directed"]


def directed(left: Sequence[Any], directory: str, labels: Mapping[str, str]) -> list[Any]:
    """Send one folder of the output to the Destinations with these labels.

    Args:
        left: What earlier containers, or an earlier attempt, left; entries for other folders stay.
        directory: A folder at the top of the output; Kratix knows no deeper ones.
        labels: Labels of the Destinations, at least one.

    Returns:
        The new entries; two for one folder would fail the workflow.
    """
    others = [entry for entry in left if not (isinstance(entry, Mapping) and entry.get("directory") == directory)]
    return [*others, {"directory": directory, "matchLabels": dict(labels)}]
