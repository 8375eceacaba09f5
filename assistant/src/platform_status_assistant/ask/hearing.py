"""What Prometheus says of requests, as a second witness; that it says nothing is an answer too."""

import math
from datetime import UTC, datetime
from typing import Final

from hctl.reading.views import RequestView
from platform_status_assistant.retrieval.prometheus import Prometheus, PrometheusError, SelectorError, Vector, selector

from .seen import Heard, Said

__all__ = ["WINDOW", "Ear"]

WINDOW: Final = "6h"
"""How far back "what changed?" looks."""

_PHASE: Final = "platform_resource_phase"


class Ear:
    """Listens to one Prometheus.

    Args:
        prometheus: Which one.
    """

    def __init__(self, prometheus: Prometheus) -> None:
        self._prometheus = prometheus

    def listen(self, view: RequestView | None, *, history: bool = False) -> Heard:
        """Ask for the phase of one request, or of all.

        Args:
            view: The request; None for all.
            history: Whether to ask for the last hours too.
        """
        address = self._prometheus.url
        try:
            series = _series(view)
            query = f"{series} == 1"
            said = tuple(_said(self._prometheus.query(query)))
            scraped = _newest(self._prometheus.query(f"max(timestamp({series}))")) if said else None
            heard = Heard(address, query=query, said=said, scraped=scraped)
            if not history or view is None:
                return heard
            earlier_query = f"max_over_time({series}[{WINDOW}]) == 1"
            earlier = {entry.phase for entry in _said(self._prometheus.query(earlier_query))}
            flips_query = f"sum(changes({_series(view, phase='Ready')}[{WINDOW}]))"
            flips = _number(self._prometheus.query(flips_query))
        except (PrometheusError, SelectorError) as error:
            return Heard(address, failure=str(error))
        return Heard(
            address,
            query=query,
            said=said,
            scraped=scraped,
            earlier=tuple(sorted(earlier)),
            earlier_query=earlier_query,
            flips=None if flips is None else int(flips),
            flips_query=flips_query,
        )


def _series(view: RequestView | None, **labels: str) -> str:
    if view is None:
        return selector(_PHASE, **labels)
    return selector(_PHASE, kind=view.kind, namespace=view.namespace, name=view.name, **labels)


def _said(vector: Vector) -> list[Said]:
    names = ("kind", "namespace", "name", "phase")
    return [Said(*(sample.labels.get(name, "") for name in names)) for sample in vector.samples if sample.value == 1]


def _number(vector: Vector) -> float | None:
    values = [sample.value for sample in vector.samples if math.isfinite(sample.value)]
    return values[0] if len(values) == 1 else None


def _newest(vector: Vector) -> datetime | None:
    seconds = _number(vector)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
