"""The metrics, computed at scrape from what was concluded (docs/metrics.md).

``scrape`` is one moment of everything that is told, ``families`` and ``samples`` turn it into samples, ``text`` writes
them down as Prometheus reads them; all are pure, only ``collect`` reads the store. May not: state. What is counted is
in `counts` and `outcomes`, so a request that is deleted leaves no series.

A thousand requests make sixty thousand samples: 6.5 MB of text. It is therefore written as a stream, and by code of our
own: as objects of prometheus_client the samples of one scrape take 0.4 s of processor, as text 0.1 s, every time. The
tests hold our text against prometheus_client's own, byte by byte; what it alone knows (``ProcessMetrics``) it writes
itself.
"""

from .families import FAMILIES, Family
from .scrape import Scrape, SourceSeen, collect
from .text import CONTENT_TYPE, ProcessMetrics, exposition

__all__ = ["CONTENT_TYPE", "FAMILIES", "Family", "ProcessMetrics", "Scrape", "SourceSeen", "collect", "exposition"]
