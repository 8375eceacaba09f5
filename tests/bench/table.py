"""The figures as a table: a column a size, growth and the Go implementation last."""

import math
from collections.abc import Iterator, Sequence

from tests.bench.burst import Burst
from tests.bench.load import PODS, SUB_APPS
from tests.bench.measure import Figures

__all__ = ["percentile", "table"]

_GO_AT_200 = {
    "cold start to all right": "161 s",
    "change -> status, max": "161 s",
    "API requests per minute at rest": "370",
    "status writes per minute at rest": "0",
    "CPU at rest": "48 m",
    "peak memory": "70.7 MiB",
}
"""What design.md section 8 measured of the Go implementation: 200 requests, 2,000 pods, 800 Applications."""


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least a share of them does not exceed (nearest rank).

    Args:
        values: At least one, in any order.
        share: Between 0 and 1; 0 gives the smallest.
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(figures: Sequence[Figures], memory: int) -> str:
    """Lay the figures out."""
    columns = [{name: (text, number) for name, text, number in _rows(figure)} for figure in figures]
    heads = [_head(figure) for figure in figures]
    grown = len(figures) > 1
    lines = [f"enforced memory limit: {memory / 2**20:.0f} MiB" if memory else "no memory limit", ""]
    lines.append(f"| | {' | '.join(heads)} |{' growth |' if grown else ''} Go, at 200 requests |")
    lines.append("|---" * (len(heads) + 2 + grown) + "|")
    for name in columns[0]:
        cells = [text for text, _ in (column[name] for column in columns)]
        first, last = columns[0][name][1], columns[-1][name][1]
        growth = f" {last / first:.1f} x |" if grown and first and last is not None else " |" if grown else ""
        lines.append(f"| {name} | {' | '.join(cells)} |{growth} {_GO_AT_200.get(name, '')} |")
    return "\n".join(lines)


def _head(figures: Figures) -> str:
    every = figures.requests
    own = f"{figures.own} of " if figures.own != every else ""
    return f"{own}{every} requests, {every * PODS} pods, {every * (SUB_APPS + 1)} Applications"


def _rows(figures: Figures) -> Iterator[tuple[str, str, float | None]]:
    """Yield name, text, and the number that growth is computed of."""
    yield "cold start to all right", f"{figures.cold_start:.1f} s", figures.cold_start
    yield "processor time of that", f"{figures.cold_cpu:.1f} s", figures.cold_cpu
    if figures.millicores:
        name, found = f"cold start, CPU limit {figures.millicores}m", figures.throttled
        yield (name, found, None) if isinstance(found, str) else (name, f"{found:.1f} s", found)
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1)):
        delay = percentile(figures.delays, share)
        yield f"change -> status, {name}", f"{delay * 1000:.0f} ms", delay
    for name, burst in figures.bursts.items():
        yield from _burst_rows(name, burst)
    if figures.bursts:
        ratio = figures.bursts["burst"].settling / figures.bare
        yield "its status PATCHes, sent bare", f"{figures.bare:.2f} s", figures.bare
        yield "burst: last change -> all right / bare", f"{ratio:.2f} x", None
    rest, beside = figures.rest, figures.beside_argo
    secrets = rest.asked["get secrets"]
    watches = sum(count for what, count in rest.asked.items() if what.startswith("watch"))
    others = sum(rest.asked.values()) - secrets - watches
    yield "API requests per minute at rest", f"{others}, and {watches} watches, {secrets} Secret polls", None
    yield "status writes per minute at rest", f"{rest.written:.0f}", None
    yield "CPU at rest", f"{rest.millicores:.1f} m", rest.millicores
    if beside:
        # millicores are thousandths of a second a second
        cost = (beside.millicores - rest.millicores) * 60 / beside.argo_writes
        yield "writes of Argo CD per minute", f"{beside.argo_writes:.0f}", None
        yield "status writes per minute beside them", f"{beside.written:.0f}", None
        yield "CPU beside them", f"{beside.millicores:.1f} m", beside.millicores
        yield "CPU for each of them", f"{cost:.2f} ms", cost
    yield "resident memory", f"{figures.resident:.1f} MiB", figures.resident
    yield "peak memory", f"{figures.peak:.1f} MiB", figures.peak


def _burst_rows(name: str, burst: Burst) -> Iterator[tuple[str, str, float | None]]:
    delays = "nobody saw one"
    if burst.delays:
        delays = " / ".join(f"{percentile(burst.delays, share) * 1000:.0f}" for share in (0.5, 0.99, 1)) + " ms"
    yield f"{name}: changes made in", f"{burst.changing:.1f} s", burst.changing
    yield f"{name}: change -> status, p50 / p99 / max", delays, None
    yield f"{name}: last change -> all right", f"{burst.settling:.2f} s", burst.settling
    yield f"{name}: lost last states", str(burst.lost), None
    yield f"{name}: processor time", f"{burst.cpu:.1f} s", burst.cpu
