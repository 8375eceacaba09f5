"""A real Alertmanager for tests, with the example configuration; its receivers are replaced by one on loopback."""

from __future__ import annotations

import copy
import json
import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from .servers import listening

__all__ = ["CONFIG", "Alertmanager", "read_config", "received_at", "running"]

CONFIG: Final = Path(__file__).with_name("alertmanager.yaml")
"""The example of docs/operations.md."""

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
def running(binary: Path, config: Mapping[str, Any], folder: Path) -> Iterator[Alertmanager]:
    """Run one without clustering.

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
