"""The whole chain: a real Prometheus with our rules, a real Alertmanager with our example, a receiver that keeps.

A minute of waiting passes in a second: `for` of each rule, and the times of the example, divided by sixty. Nothing else
of rules or configuration is touched.
"""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import alertmanager, prometheus, rulefiles
from .binaries import require
from .receiver import Notification, Receiver, receiving

__all__ = ["RULES", "Chain", "hastened", "hastened_config", "hastened_rules", "running"]

RULES: Final = Path(__file__).with_name("rules")

_FACTOR: Final = 60
_FIRST_SCRAPE: Final = 60.0
_LOOK: Final = 0.2
_MILLISECONDS: Final[Mapping[str, int]] = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION: Final = re.compile(r"(\d+)([smhd])\Z")
_TIMES: Final = frozenset({"group_wait", "group_interval", "repeat_interval"})


@dataclass(frozen=True)
class Chain:
    """What runs, from the scrape to the receiver."""

    prometheus: prometheus.Prometheus
    alertmanager: alertmanager.Alertmanager
    receiver: Receiver

    def watch(self, scraped: str = "up == 1") -> None:
        """Wait until the sidecar was scraped, then evaluate the rules.

        A Prometheus takes up to ten seconds to its first scrape. With minutes as short as seconds that would call
        somebody because no sidecar answers.

        Args:
            scraped: What that shows: a query with an answer, for who waits for more than a scrape of any age.

        Raises:
            RuntimeError: The sidecar was not scraped in time.
        """
        deadline = time.monotonic() + _FIRST_SCRAPE
        while not self.prometheus.series(scraped):
            if time.monotonic() > deadline:
                raise RuntimeError(f"Prometheus has not scraped the sidecar within {_FIRST_SCRAPE:g} s")
            time.sleep(_LOOK)  # it tells nobody that it has scraped
        self.prometheus.load(hastened_rules(rulefiles.read_groups(RULES)))


def hastened(duration: str) -> str:
    """Return a sixtieth of a duration.

    Args:
        duration: One number with one unit: s, m, h or d.

    Raises:
        ValueError: It is none, or too short to be divided.
    """
    found = _DURATION.match(duration)
    milliseconds = int(found[1]) * _MILLISECONDS[found[2]] // _FACTOR if found else 0
    if not milliseconds:
        raise ValueError(f"{duration!r}: expected a duration such as 30s or 15m, at least 1s")
    return f"{milliseconds}ms"


def hastened_rules(groups: list[rulefiles.Group]) -> list[rulefiles.Group]:
    """Return the groups with each `for` a sixtieth as long."""
    found = copy.deepcopy(groups)
    for rule in rulefiles.alerts(found).values():
        if "for" in rule:
            rule["for"] = hastened(rule["for"])
    return found


def hastened_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration of Alertmanager with the times of all its routes a sixtieth as long."""

    def haste(route: Mapping[str, Any]) -> dict[str, Any]:
        found = {key: hastened(value) if key in _TIMES else value for key, value in route.items()}
        return found | ({"routes": [haste(child) for child in route["routes"]]} if "routes" in route else {})

    return {**config, "route": haste(config["route"])}


@contextmanager
def running(target: str, folder: Path, told: Sequence[Callable[[Notification], None]] = ()) -> Iterator[Chain]:
    """Run the chain for one sidecar; without rules until `Chain.watch`.

    Args:
        target: host:port of its metrics.
        folder: An empty folder.
        told: Each is called with each notification, in a thread of the receiver's.

    Raises:
        MissingBinaryError: prometheus or alertmanager is nowhere.
        RuntimeError: One of them did not start.
    """
    binaries = require("alertmanager"), require("prometheus")
    config = hastened_config(alertmanager.read_config())
    for name in ("alertmanager", "prometheus"):
        (folder / name).mkdir()
    with (
        receiving(told) as receiver,
        alertmanager.running(
            binaries[0], alertmanager.received_at(config, receiver.url), folder / "alertmanager"
        ) as teller,
        prometheus.running(binaries[1], target, [], folder / "prometheus", teller.address) as asker,
    ):
        yield Chain(asker, teller, receiver)
