"""OCI archives: an image for one or several processors, with the digest that a registry will know it by.

Written here and not by an engine: docker, podman and buildah differ in which archives they write and whether an image
of several processors fits into one, and a release must know the digest before anything is pushed.
"""

import gzip
import hashlib
import json
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platform_status_images.archives import Archive
from platform_status_images.engines import PLATFORMS

__all__ = ["write_oci"]

_TYPE = "application/vnd.oci.image"


def write_oci(archives: Mapping[str, Archive], target: Path, tag: str) -> str:
    """Write one OCI archive.

    Args:
        archives: The image by processor, such as ``x86_64``.
        target: The file to write.
        tag: What the image is called in the archive.

    Returns:
        The digest of its index; pushed with all blobs as they are, a registry has it too.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".oci.") as scratch:
        layout = _Layout(Path(scratch))
        manifests = [
            layout.manifest(archive) | {"platform": {"os": "linux", "architecture": PLATFORMS[machine]}}
            for machine, archive in sorted(archives.items())
        ]
        index = layout.document("index.v1", {"manifests": manifests})
        named = index | {"annotations": {"org.opencontainers.image.ref.name": tag}}
        (layout.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}), "utf-8")
        (layout.folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', "utf-8")
        with tarfile.open(target, "w") as archive:
            for path in sorted(layout.folder.rglob("*")):
                archive.add(path, path.relative_to(layout.folder), recursive=False)
    return str(index["digest"])


class _Layout:
    """A folder in the layout of the OCI image specification."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blobs = folder / "blobs" / "sha256"
        self._blobs.mkdir(parents=True)

    def manifest(self, archive: Archive) -> dict[str, Any]:
        layers = [self._blob("layer.v1.tar+gzip", gzip.compress(one, 6, mtime=0)) for one in archive.layer_contents()]
        config = self._blob("config.v1+json", archive.raw_config)
        return self.document("manifest.v1", {"config": config, "layers": layers})

    def document(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        whole = {"schemaVersion": 2, "mediaType": f"{_TYPE}.{kind}+json"} | content
        return self._blob(f"{kind}+json", json.dumps(whole).encode())

    def _blob(self, kind: str, content: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (self._blobs / digest).write_bytes(content)
        return {"mediaType": f"{_TYPE}.{kind}", "digest": f"sha256:{digest}", "size": len(content)}
