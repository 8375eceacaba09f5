"""The images, their names, and the folders of their parts in the checkout."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["IMAGES", "NOWHERE", "PREFIX", "ROOT", "Image"]

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "platform-status"
# Hosts below .invalid cannot exist (RFC 2606). A name without a host would be pulled from the tool's default registry,
# where anyone may register it.
NOWHERE = "REGISTRY.invalid"


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes:
        name: Its short name, which is also the folder of its distribution and of its Dockerfile.
        module: The module that its entry point runs.
    """

    name: str
    module: str

    @property
    def distribution(self) -> str:
        """Name of its distribution."""
        return f"{PREFIX}-{self.name}"

    @property
    def version(self) -> str:
        """Version of the distribution and of the image."""
        project = tomllib.loads((ROOT / self.name / "pyproject.toml").read_text("utf-8"))["project"]
        return str(project["version"])

    @property
    def reference(self) -> str:
        """Name and tag in the checkout and in the archives; it can be imported but not pulled (docs/images.md)."""
        return f"{self.at(NOWHERE)}:{self.version}"

    def at(self, registry: str) -> str:
        """Return its name in a registry, without tag."""
        return f"{registry}/{PREFIX}/{self.name}"


IMAGES = {
    image.name: image
    for image in (Image("pipeline", "platform_status_pipeline"), Image("sidecar", "platform_status_sidecar"))
}
