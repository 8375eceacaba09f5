"""The bill of materials of one image, as CycloneDX JSON: wheels with hash and license, Python, Debian packages."""

import datetime as dt
import email
import email.message
import zipfile
from collections.abc import Iterator, Sequence

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from platform_status_images.archives import Archive
from platform_status_images.images import Image
from platform_status_images.wheels import Wheel

__all__ = ["bill_of_materials"]

_LONGEST_LICENSE = 100


def bill_of_materials(image: Image, wheels: Sequence[Wheel], archive: Archive, now: dt.datetime) -> str:
    """Return the bill of materials.

    Args:
        image: The image.
        wheels: Its wheels.
        archive: Its archive, from which the packages of the base are read.
        now: The date of the document.
    """
    root = Component(
        name=image.name,
        group="platform-status",
        version=image.version,
        type=ComponentType.CONTAINER,
        bom_ref=image.name,
    )
    components = [*map(_component, wheels), *_base(archive)]
    bom = Bom(components=components, metadata=BomMetaData(component=root, timestamp=now))
    bom.register_dependency(root, components)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _base(archive: Archive) -> Iterator[Component]:
    """Yield the components of Debian's package database, and a Python outside of any package."""
    settings = dict(entry.split("=", 1) for entry in archive.config["config"]["Env"])
    python = settings.get("PYTHON_VERSION")
    if python:
        purl = PackageURL("generic", None, "python", python)
        yield Component(name="python", version=python, type=ComponentType.PLATFORM, purl=purl, bom_ref=str(purl))
    for paragraph in archive.read("var/lib/dpkg/status").decode("utf-8", "replace").split("\n\n"):
        lines = (line.partition(": ") for line in paragraph.splitlines() if not line.startswith(" "))
        fields = {name: value for name, _, value in lines}
        if fields.get("Status", "").endswith(" installed"):
            name, version = fields["Package"], fields["Version"]
            purl = PackageURL("deb", "debian", name, version, {"arch": fields["Architecture"]})
            yield Component(name=name, version=version, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl))


def _component(wheel: Wheel) -> Component:
    purl = PackageURL("pypi", None, wheel.name, wheel.version)
    told = _metadata(wheel)
    text = str(told.get("License-Expression") or told.get("License") or "").strip()
    return Component(
        name=wheel.name,
        version=wheel.version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=str(purl),
        description=str(told.get("Summary") or "") or None,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)],
        # Some distributions have the full text of their license in this field.
        licenses=[LicenseFactory().make_from_string(text)] if 0 < len(text) <= _LONGEST_LICENSE else [],
    )


def _metadata(wheel: Wheel) -> email.message.Message:
    with zipfile.ZipFile(wheel.path) as archive:
        [name] = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))
