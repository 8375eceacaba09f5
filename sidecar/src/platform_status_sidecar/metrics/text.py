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
"""Lines a chunk, about 50 KiB: a scrape of a thousand requests needs no more memory than one of ten."""


class ProcessMetrics:
    """The usual ``process_*`` metrics of prometheus_client: memory, CPU time, open files.

    They use a registry of their own, so that no import can add other metrics.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return the metrics as of now."""
        return bytes(generate_latest(self._registry))


def exposition(scrape: Scrape, more: bytes = b"") -> Iterator[bytes]:
    """Write every family, in chunks of about 50 KiB.

    Args:
        scrape: The snapshot to export.
        more: Further metrics, already as text; they are written last.

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
