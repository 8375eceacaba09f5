"""Series selectors that no name can break out of."""

import re
from typing import Final

__all__ = ["SelectorError", "selector"]

_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_ASTRAL: Final = 0x10000
_SPELT: Final = {'"': '\\"', "\\": "\\\\"}


class SelectorError(ValueError):
    """No series can be asked for like that."""


def selector(metric: str, /, **labels: str) -> str:
    """Render ``metric{label="value"}`` in which each value is exactly the text that was given.

    An empty value also selects the series that lack the label; that is what PromQL makes of it.

    Args:
        metric: Name of the metric; written by us, never taken from a question.
        labels: Any text for each label. Everything but printable ASCII is escaped, as PromQL's double-quoted strings
            understand it.

    Raises:
        SelectorError: The metric or a label is no name, or a value is no Unicode text (a lone surrogate), which no
            series can have.
    """
    if not _METRIC.fullmatch(metric):
        raise SelectorError(f"metric {metric!a}: expected a name such as platform_resource_phase")
    matchers = []
    for label, value in labels.items():
        if not _LABEL.fullmatch(label) or label == "__name__":
            raise SelectorError(f"label {label!a} of {metric}: expected a name such as namespace")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise SelectorError(f"{metric}: {label}: {value[:100]!a} is no Unicode text; give a name that is") from None
        matchers.append(f'{label}="{"".join(map(_spelt, value))}"')
    return f"{metric}{{{','.join(matchers)}}}" if matchers else metric


def _spelt(char: str) -> str:
    if char in _SPELT:
        return _SPELT[char]
    if char.isascii() and char.isprintable():
        return char
    number = ord(char)
    return f"\\U{number:08x}" if number >= _ASTRAL else f"\\u{number:04x}"
