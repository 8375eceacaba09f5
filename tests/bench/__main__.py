"""Measures the sidecar against a real API server and prints figures, with the Go implementation's beside them.

Usage: ``python -m tests.bench [--requests 200,1000] [--changes N] [--rest SECONDS] [--memory 64Mi]
[--shard 1/2]``, or ``make bench``, with ``N=100``, ``MEMORY=64Mi``, ``SHARD=1/2``.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

from platform_status_sidecar.shard import WHOLE, Shard
from tests.bench.limits import LimitError, parse_size
from tests.bench.load import PODS, SUB_APPS
from tests.bench.measure import Figures, Plan, measure
from tests.bench.rules import microseconds_per_decision

GO_AT_200 = {
    "cold start to all right": "161 s",
    "change -> status, max": "161 s",
    "API requests per minute at rest": "370",
    "status writes per minute at rest": "0",
    "CPU at rest": "48 m",
    "peak memory": "70.7 MiB",
}
"""What design.md section 8 measured of the Go implementation: 200 requests, 2,000 pods, 800 Applications."""


def main() -> int:
    """Measure each size, print one table."""
    options = _options()
    say = _progress(time.monotonic())
    say(f"one decision of the rules: {microseconds_per_decision():.0f} microseconds, median of 2,000")
    try:
        plans = [Plan(size, options.changes, options.rest, options.memory, options.shard) for size in options.requests]
        figures = [measure(plan, say) for plan in plans]
    except LimitError as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2
    sys.stdout.write("\n" + table(figures, options.memory) + "\n")
    return 0


def table(figures: list[Figures], memory: int) -> str:
    """Lay the figures out, a column a size, growth and the Go implementation last."""
    columns = [_column(figure) for figure in figures]
    heads = [_head(figure) for figure in figures]
    grown = len(figures) > 1
    lines = [f"enforced memory limit: {memory / 2**20:.0f} MiB" if memory else "no memory limit", ""]
    lines.append(f"| | {' | '.join(heads)} |{' growth |' if grown else ''} Go, at 200 requests |")
    lines.append("|---" * (len(heads) + 2 + grown) + "|")
    for name in columns[0]:
        cells = [text for text, _ in (column[name] for column in columns)]
        first, last = columns[0][name][1], columns[-1][name][1]
        growth = f" {last / first:.1f} x |" if grown and first and last is not None else " |" if grown else ""
        lines.append(f"| {name} | {' | '.join(cells)} |{growth} {GO_AT_200.get(name, '')} |")
    return "\n".join(lines)


def _head(figures: Figures) -> str:
    every = figures.requests
    own = f"{figures.own} of " if figures.own != every else ""
    return f"{own}{every} requests, {every * PODS} pods, {every * (SUB_APPS + 1)} Applications"


def _column(figures: Figures) -> dict[str, tuple[str, float | None]]:
    ordered = sorted(figures.delays)
    secrets = figures.asked["get secrets"]
    watches = sum(count for what, count in figures.asked.items() if what.startswith("watch"))
    rest = sum(figures.asked.values()) - secrets - watches
    p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return {
        "cold start to all right": (f"{figures.cold_start:.1f} s", figures.cold_start),
        "change -> status, p50": (f"{statistics.median(ordered) * 1000:.0f} ms", statistics.median(ordered)),
        "change -> status, p99": (f"{p99 * 1000:.0f} ms", p99),
        "change -> status, max": (f"{ordered[-1] * 1000:.0f} ms", ordered[-1]),
        "API requests per minute at rest": (f"{rest}, and {watches} watches, {secrets} Secret polls", None),
        "status writes per minute at rest": (f"{figures.written:.0f}", None),
        "CPU at rest": (f"{figures.millicores:.1f} m", figures.millicores),
        "resident memory": (f"{figures.resident:.1f} MiB", figures.resident),
        "peak memory": (f"{figures.peak:.1f} MiB", figures.peak),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0] if __doc__ else "")
    sizes = "how many requests to load; several sizes separated by commas (default: 200,1000)"
    parser.add_argument("--requests", type=_sizes, default=(200, 1000), metavar="N[,N...]", help=sizes)
    parser.add_argument("--changes", type=int, default=300, help="how many changes to time (default: %(default)s)")
    parser.add_argument("--rest", type=float, default=120, help="seconds to watch it at rest (default: %(default)s)")
    parser.add_argument("--memory", type=parse_size, default=0, metavar="SIZE", help="enforce a limit, such as 64Mi")
    part = "measure one shard of the requests, such as 1/2 (default: the whole)"
    parser.add_argument("--shard", type=Shard.parse, default=WHOLE, metavar="K/N", help=part)
    return parser.parse_args()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _progress(started: float) -> Callable[[str], None]:
    def say(text: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - started:5.1f} s] {text}\n")

    return say


if __name__ == "__main__":
    raise SystemExit(main())
