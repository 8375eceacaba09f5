"""What prometheus_client knows of this process, under the names that everybody uses: memory, processor, open files."""

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import generate_latest as classic
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics

from .text import Form

__all__ = ["ProcessMetrics"]

_END = b"# EOF\n"


class ProcessMetrics:
    """The process, in a registry of its own: nothing else may come in by import."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)

    def text(self, form: Form) -> bytes:
        """Return the metrics as of now, without the mark that ends an OpenMetrics text."""
        if form is Form.CLASSIC:
            return bytes(classic(self._registry))
        text: bytes = openmetrics(self._registry)  # type: ignore[no-untyped-call]  # it has no annotations
        return text.removesuffix(_END)
