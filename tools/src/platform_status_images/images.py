"""Which images there are, what each is called, and where the checkout keeps its parts."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["IMAGES", "NOWHERE", "PREFIX", "ROOT", "Image", "source_date_epoch"]

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "platform-status"
# Nobody can own a host below .invalid (RFC 2606). A name without a host would be pulled from the default registry of
# whatever tool is asked, and there anybody may take it.
NOWHERE = "REGISTRY.invalid"

# What hatchling, too, dates a wheel with if nobody says otherwise. Not the time of the commit: an image whose inputs
# did not change keeps its digest from commit to commit.
_EPOCH = 1580601600


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


def source_date_epoch(given: str) -> int:
    """Return the second that everything in an image is dated with.

    Args:
        given: The environment variable SOURCE_DATE_EPOCH; empty: a constant.

    Raises:
        ValueError: If it is no whole number of seconds since 1980, where the dates of wheels begin.
    """
    if not given:
        return _EPOCH
    earliest = 315532800
    if not given.isascii() or not given.isdigit() or int(given) < earliest:
        raise ValueError(f"SOURCE_DATE_EPOCH: found {given!r}, expected whole seconds from {earliest} (1980) on")
    return int(given)
