"""The classic text format of Prometheus, 0.0.4, which every scraper reads."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import generate_latest

from .families import FAMILIES, MetricKind
from .scrape import Scrape

__all__ = ["CONTENT_TYPE", "ProcessMetrics", "exposition"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_MAX_LINES: Final = 500
"""Lines a chunk: some 50 KiB, so a scrape of a thousand requests costs no more memory than one of ten."""


class ProcessMetrics:
    """What prometheus_client knows of this process, under the names that everybody uses: memory, processor, open files.

    In a registry of its own: nothing else may come in by import.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return the metrics as of now."""
        return bytes(generate_latest(self._registry))


def exposition(scrape: Scrape, more: bytes = b"") -> Iterator[bytes]:
    """Write every family, in chunks of some 50 KiB.

    Args:
        scrape: What to tell.
        more: Metrics of others, already as text; they go last.

    Yields:
        UTF-8 text; a family without samples has its HELP and TYPE nevertheless.
    """
    lines = _lines(scrape)
    while chunk := "".join(islice(lines, _MAX_LINES)):
        yield chunk.encode("utf-8", "backslashreplace")
    if more:
        yield more


def _lines(scrape: Scrape) -> Iterator[str]:
    for family in FAMILIES:
        name = family.name
        kind = MetricKind.GAUGE if family.kind is MetricKind.INFO else family.kind
        yield f"# HELP {name}{family.suffix} {family.help}\n"
        yield f"# TYPE {name}{family.suffix} {kind.value}\n"
        for suffix, labels, value in family.samples(scrape):
            yield f"{name}{suffix}{{{labels}}} {value!r}\n" if labels else f"{name}{suffix} {value!r}\n"
