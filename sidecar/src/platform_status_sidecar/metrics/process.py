"""What prometheus_client knows of this process, under the names that everybody uses: memory, processor, open files."""

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import generate_latest

__all__ = ["ProcessMetrics"]


class ProcessMetrics:
    """The process, in a registry of its own: nothing else may come in by import."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return the metrics as of now."""
        return bytes(generate_latest(self._registry))
