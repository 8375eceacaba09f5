"""destination-selectors.yaml: where a folder of the output goes (kratix.md section 1). Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["directed", "labels_of"]

_NAME: Final = re.compile(r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_PREFIX: Final = re.compile(r"^(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_EXPECTED: Final = (
    "KEY=VALUE[,KEY=VALUE...] by Kubernetes' rules for labels: at most 63 letters, digits, '-', '_' and '.' in a name "
    "or value, perhaps a DNS name and '/' before the name"
)


def labels_of(text: str) -> dict[str, str]:
    """Read the labels by which Destinations are chosen; all of them must match.

    Args:
        text: ``KEY=VALUE``, several with commas between.

    Raises:
        ValueError: It is none; says which part, and what was expected.
    """
    labels: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        prefix, slash, name = key.rpartition("/")
        if not (equals and _NAME.match(name) and (not slash or _PREFIX.match(prefix))):
            raise ValueError(f"found {part!r}, expected {_EXPECTED}")
        if value and not _NAME.match(value):
            raise ValueError(f"found the value {value!r} in {part!r}, expected {_EXPECTED}")
        if labels.get(key, value) != value:
            raise ValueError(f"found two values of {key!r}, expected one: no Destination has both")
        labels[key] = value
    return labels


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
