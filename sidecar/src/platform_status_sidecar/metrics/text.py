"""The two text formats of Prometheus, classic 0.0.4 and OpenMetrics 1.0.0; the scraper's Accept header chooses."""

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import islice
from typing import Final

from .families import FAMILIES, Family, Kind
from .scrape import Scrape

__all__ = ["Form", "exposition", "negotiate"]

_LINES: Final = 500
"""Lines a chunk: some 50 KiB, so a scrape of a thousand requests costs no more memory than one of ten."""


class Form(Enum):
    """A format, by its content type."""

    CLASSIC = "text/plain; version=0.0.4; charset=utf-8"
    OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def negotiate(accept: str) -> Form:
    """Choose the format that a scraper likes best; classic where it does not say.

    Args:
        accept: The Accept header; empty if there is none. What is malformed in it counts as not said.
    """
    weights = {"application/openmetrics-text": 0.0, "text/plain": 0.0}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        given = dict(piece.partition("=")[::2] for piece in parameters)
        if name in weights and not (name != "text/plain" and given.get("version", "1.0.0") != "1.0.0"):
            weights[name] = max(weights[name], _weight(given.get("q", "1")))
    openmetrics, classic = weights.values()
    return Form.OPENMETRICS if openmetrics > 0 and openmetrics >= classic else Form.CLASSIC


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def exposition(scrape: Scrape, form: Form, more: bytes = b"") -> Iterator[bytes]:
    """Write every family, in chunks of some 50 KiB.

    Args:
        scrape: What to tell.
        form: In which format.
        more: Metrics of others, already in that format; they go last.

    Yields:
        UTF-8 text; a family without samples has its HELP and TYPE nevertheless.
    """
    lines = _lines(scrape, FAMILIES, form)
    while chunk := "".join(islice(lines, _LINES)):
        yield chunk.encode("utf-8", "backslashreplace")
    if more:
        yield more
    if form is Form.OPENMETRICS:
        yield b"# EOF\n"


def _lines(scrape: Scrape, families: Iterable[Family], form: Form) -> Iterator[str]:
    for family in families:
        yield from _head(family, form)
        name = family.name
        for suffix, labels, value in family.samples(scrape):
            yield f"{name}{suffix}{{{labels}}} {value!r}\n" if labels else f"{name}{suffix} {value!r}\n"


def _head(family: Family, form: Form) -> Iterator[str]:
    if form is Form.CLASSIC:
        name = family.name + family.suffix
        kind = Kind.GAUGE if family.kind is Kind.INFO else family.kind
        yield f"# HELP {name} {family.help}\n"
        yield f"# TYPE {name} {kind.value}\n"
        return
    yield f"# HELP {family.name} {family.help}\n"
    yield f"# TYPE {family.name} {family.kind.value}\n"
    if family.unit:
        yield f"# UNIT {family.name} {family.unit}\n"
