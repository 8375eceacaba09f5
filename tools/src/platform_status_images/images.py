"""Which images there are, what each is called, and where the checkout keeps its parts."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["IMAGES", "NOWHERE", "PREFIX", "ROOT", "Image"]

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "platform-status"
# Nobody can own a host below .invalid (RFC 2606). A name without a host would be pulled from the default registry of
# whatever tool is asked, and there anybody may take it.
NOWHERE = "REGISTRY.invalid"


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes:
        name: Its short name, which is also the folder of its distribution and of its Dockerfile.
        module: What its entry point runs.
    """

    name: str
    module: str

    @property
    def distribution(self) -> str:
        """Name of the distribution that it carries."""
        return f"{PREFIX}-{self.name}"

    @property
    def version(self) -> str:
        """Version of the distribution, hence of the image."""
        project = tomllib.loads((ROOT / self.name / "pyproject.toml").read_text("utf-8"))["project"]
        return str(project["version"])

    @property
    def reference(self) -> str:
        """Name and tag in the checkout and in the archives; it can be imported and never pulled (docs/images.md)."""
        return f"{self.at(NOWHERE)}:{self.version}"

    def at(self, registry: str) -> str:
        """Return its name in a registry, without tag."""
        return f"{registry}/{PREFIX}/{self.name}"


IMAGES = {
    image.name: image
    for image in (Image("pipeline", "platform_status_pipeline"), Image("sidecar", "platform_status_sidecar"))
}
