"""The whole chain: a real Prometheus with our rules, a real Alertmanager with our example, and a recording receiver.

To shorten the tests, the `for` of each rule and the times of the example are divided by sixty. Nothing else of the
rules or the configuration changes.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from . import prometheus, rulefiles
from .binaries import require
from .receiver import Notification, Receiver, receiving
from .servers import listening

__all__ = [
    "CONFIG",
    "RULES",
    "Alertmanager",
    "Chain",
    "hastened",
    "hastened_config",
    "hastened_rules",
    "read_config",
    "received_at",
    "running",
]

CONFIG: Final = Path(__file__).with_name("alertmanager.yaml")
"""The example of docs/operations.md."""

RULES: Final = Path(__file__).with_name("rules")

_FACTOR: Final = 60
_FIRST_SCRAPE: Final = 60.0
_LOOK: Final = 0.2
_MILLISECONDS: Final[Mapping[str, int]] = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION: Final = re.compile(r"(\d+)([smhd])\Z")
_TIMES: Final = frozenset({"group_wait", "group_interval", "repeat_interval"})
_ANSWER_SECONDS: Final = 30.0
# Loopback must not go through a proxy of the environment.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Alertmanager:
    """A running Alertmanager.

    Attributes:
        address: host:port of its HTTP server.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://{self.address}"

    def alerts(self) -> list[dict[str, Any]]:
        """Return its present alerts in the format of API v2: labels, annotations, status, times."""
        with _OPENER.open(f"{self.url}/api/v2/alerts", timeout=_ANSWER_SECONDS) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found


@dataclass(frozen=True)
class Chain:
    """The running chain, from the scrape to the receiver."""

    prometheus: prometheus.Prometheus
    alertmanager: Alertmanager
    receiver: Receiver

    def watch(self, scraped: str = "up == 1") -> None:
        """Wait until Prometheus has scraped the sidecar, then load the rules.

        The first scrape takes up to ten seconds. With the shortened times, an alert for the missing sidecar would fire
        before it.

        Args:
            scraped: A query with a result after the scrape; set it to wait for a particular sample.

        Raises:
            RuntimeError: The sidecar was not scraped in time.
        """
        deadline = time.monotonic() + _FIRST_SCRAPE
        while not self.prometheus.series(scraped):
            if time.monotonic() > deadline:
                raise RuntimeError(f"Prometheus has not scraped the sidecar within {_FIRST_SCRAPE:g} s")
            time.sleep(_LOOK)  # Prometheus has no notification for a scrape
        self.prometheus.load(hastened_rules(rulefiles.read_groups(RULES)))


def hastened(duration: str) -> str:
    """Return a sixtieth of a duration.

    Args:
        duration: One number with one unit: s, m, h or d.

    Raises:
        ValueError: It is not a duration, or is too short to be divided.
    """
    found = _DURATION.match(duration)
    milliseconds = int(found[1]) * _MILLISECONDS[found[2]] // _FACTOR if found else 0
    if not milliseconds:
        raise ValueError(f"{duration!r}: expected a duration such as 30s or 15m, at least 1s")
    return f"{milliseconds}ms"


def hastened_rules(groups: list[rulefiles.Group]) -> list[rulefiles.Group]:
    """Return the groups with every `for` divided by sixty."""
    found = copy.deepcopy(groups)
    for rule in rulefiles.alerts(found).values():
        if "for" in rule:
            rule["for"] = hastened(rule["for"])
    return found


def hastened_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return an Alertmanager configuration with the times of all its routes divided by sixty."""

    def haste(route: Mapping[str, Any]) -> dict[str, Any]:
        found = {key: hastened(value) if key in _TIMES else value for key, value in route.items()}
        return found | ({"routes": [haste(child) for child in route["routes"]]} if "routes" in route else {})

    return {**config, "route": haste(config["route"])}


def read_config() -> dict[str, Any]:
    """Return the example configuration."""
    found: dict[str, Any] = yaml.safe_load(CONFIG.read_text("utf-8"))
    return found


def received_at(config: Mapping[str, Any], url: str) -> dict[str, Any]:
    """Return the configuration with all receivers at one URL.

    Args:
        config: A configuration such as `CONFIG`.
        url: Base URL of the receivers; the path of each is its name.
    """
    found = copy.deepcopy(dict(config))
    for receiver in found["receivers"]:
        name = receiver["name"]
        receiver.clear()
        receiver.update(name=name, webhook_configs=[{"url": f"{url}/{name}"}])
    return found


@contextmanager
def _running_alertmanager(binary: Path, config: Mapping[str, Any], folder: Path) -> Iterator[Alertmanager]:
    """Run an Alertmanager without clustering.

    Args:
        binary: The alertmanager binary.
        config: Its configuration.
        folder: An empty folder for its files.

    Raises:
        RuntimeError: It exited or did not listen in time; the message has its last lines.
    """
    # Debian's build opens its templates in the working folder, see `binaries.unbind`; other builds have none there.
    for template in binary.parent.glob("*.tmpl"):
        shutil.copy(template, folder)
    path = folder / "alertmanager.yaml"
    path.write_text(yaml.safe_dump(dict(config), sort_keys=False), encoding="utf-8")
    flags = [f"--config.file={path}", f"--storage.path={folder / 'data'}", "--cluster.listen-address="]
    with listening(binary, flags, folder / "alertmanager.log") as address:
        yield Alertmanager(address)


@contextmanager
def running(target: str, folder: Path, told: Sequence[Callable[[Notification], None]] = ()) -> Iterator[Chain]:
    """Run the chain for one sidecar; without rules until `Chain.watch`.

    Args:
        target: host:port of its metrics.
        folder: An empty folder.
        told: Callbacks for each notification, called in a thread of the receiver.

    Raises:
        MissingBinaryError: prometheus or alertmanager was not found.
        RuntimeError: One of them did not start.
    """
    binaries = require("alertmanager"), require("prometheus")
    config = hastened_config(read_config())
    for name in ("alertmanager", "prometheus"):
        (folder / name).mkdir()
    with (
        receiving(told) as receiver,
        _running_alertmanager(binaries[0], received_at(config, receiver.url), folder / "alertmanager") as teller,
        prometheus.running(binaries[1], target, [], folder / "prometheus", teller.address) as asker,
    ):
        yield Chain(asker, teller, receiver)
