"""The bill of materials of one image, as CycloneDX JSON: our wheels and those of others, with hash and license.

What the base brings (Python itself, Debian packages) is known only where the image is built: ``inside/install.py`` adds
it, and the finished document lies in the image and beside it.
"""

import datetime as dt
import email
import email.message
import json
import uuid
import zipfile
from collections.abc import Sequence
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from platform_status_images.images import Image
from platform_status_images.wheels import Wheel

__all__ = ["bill_of_materials"]

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "platform-status/sbom")
_LONGEST_LICENSE = 100


def bill_of_materials(image: Image, wheels: Sequence[Wheel], epoch: int) -> str:
    """Return the document, the same bytes for the same wheels.

    Args:
        image: Which image.
        wheels: What is installed into it; not pip.
        epoch: The time that it is dated with, seconds.
    """
    root = Component(name=image.name, group="platform-status", version=image.version, type=ComponentType.CONTAINER)
    components = [_component(wheel) for wheel in wheels]
    key = " ".join([image.reference, *(wheel.requirement for wheel in wheels)])
    # the library never writes a component without bom-ref, and makes up a random one for it
    root.bom_ref.value = image.reference
    bom = Bom(
        components=components,
        metadata=BomMetaData(component=root, timestamp=dt.datetime.fromtimestamp(epoch, dt.UTC)),
        serial_number=uuid.uuid5(_NAMESPACE, key),
    )
    bom.register_dependency(root, components)
    document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    document["components"].sort(key=lambda part: part["bom-ref"])
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


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
        # some put the whole text of their license into the field
        licenses=[LicenseFactory().make_from_string(text)] if 0 < len(text) <= _LONGEST_LICENSE else [],
    )


def _metadata(wheel: Wheel) -> email.message.Message:
    with zipfile.ZipFile(wheel.path) as archive:
        [name] = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))
