"""Measures the sidecar against a real API server and prints figures, with the Go implementation's beside them.

Usage: ``python -m tests.bench [--world still|argocd|burst] [--requests 200,1000] [--changes N] [--rest SECONDS]
[--memory 64Mi] [--cpu 100] [--shard 1/2] [--objects]``, or ``make bench``, with ``WORLD=burst``, ``N=100``,
``MEMORY=64Mi``, ``CPU=250``, ``SHARD=1/2``, ``OBJECTS=1``.
"""

import argparse
import sys
import time
from collections.abc import Callable

from platform_status_sidecar.settings import WHOLE, Shard
from tests.bench.limits import LimitError, parse_size
from tests.bench.measure import Plan, measure
from tests.bench.rules import microseconds_per_decision
from tests.bench.table import table
from tests.bench.worlds import World


def main() -> int:
    """Measure each size, print one table."""
    options = _options()
    say = _progress(time.monotonic())
    say(f"one decision of the rules: {microseconds_per_decision():.0f} microseconds, median of 2,000")
    try:
        figures = [
            measure(
                Plan(
                    requests=size,
                    changes=options.changes,
                    rest=options.rest,
                    memory=options.memory,
                    millicores=options.cpu,
                    world=options.world,
                    shard=options.shard,
                    objects=options.objects,
                ),
                say,
            )
            for size in options.requests
        ]
    except LimitError as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2
    sys.stdout.write("\n" + table(figures, options.memory) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0] if __doc__ else "")
    world = "what else happens: nothing, the writes of Argo CD at rest, or bursts of changes (default: %(default)s)"
    parser.add_argument("--world", type=World, choices=tuple(World), default=World.STILL, help=world)
    sizes = "how many requests to load; several sizes separated by commas (default: 200,1000)"
    parser.add_argument("--requests", type=_sizes, default=(200, 1000), metavar="N[,N...]", help=sizes)
    parser.add_argument("--changes", type=int, default=300, help="how many changes to time (default: %(default)s)")
    parser.add_argument("--rest", type=float, default=120, help="seconds to watch it at rest (default: %(default)s)")
    parser.add_argument("--memory", type=parse_size, default=0, metavar="SIZE", help="enforce a limit, such as 64Mi")
    cpu = "CPU limit of the second cold start, millicores; 0 leaves it out (default: %(default)s, as shipped)"
    parser.add_argument("--cpu", type=int, default=100, metavar="MILLICORES", help=cpu)
    part = "measure one shard of the requests, such as 1/2 (default: the whole)"
    parser.add_argument("--shard", type=Shard.parse, default=WHOLE, metavar="K/N", help=part)
    more = "give each request two further objects, of kinds that an operator brings"
    parser.add_argument("--objects", action="store_true", help=more)
    return parser.parse_args()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _progress(started: float) -> Callable[[str], None]:
    def say(text: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - started:5.1f} s] {text}\n")

    return say


if __name__ == "__main__":
    raise SystemExit(main())
