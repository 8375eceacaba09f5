"""Archives of images: reading a docker archive, and writing an OCI archive for one or several processors.

Not written by an engine: docker, podman and buildah differ in the formats that they write and in their support for
images of several processors, and a release needs the digest before any push.
"""

import gzip
import hashlib
import json
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from platform_status_images.commands import ImageError
from platform_status_images.engines import PLATFORMS

__all__ = ["Archive", "write_oci"]


class Archive:
    """One image in a docker archive, as ``docker save`` and ``buildah push docker-archive:`` write it.

    Args:
        path: The archive.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The single entry of manifest.json."""
        [entry] = json.loads(self._member("manifest.json"))
        assert_mapping(entry, f"{self._path}: manifest.json")
        return dict(entry)

    @cached_property
    def config(self) -> dict[str, Any]:
        """The image's configuration."""
        found = json.loads(self.raw_config)
        assert_mapping(found, f"{self._path}: {self.manifest['Config']}")
        return dict(found)

    @cached_property
    def raw_config(self) -> bytes:
        """The configuration, byte for byte."""
        return self._member(self.manifest["Config"])

    @property
    def digest(self) -> str:
        """The image's id: the digest of its configuration, which contains the digest of every layer."""
        return "sha256:" + Path(self.manifest["Config"]).name.removesuffix(".json")

    @property
    def size(self) -> int:
        """Bytes of all layers, uncompressed."""
        return sum(size for _, size in self.layers())

    def layers(self) -> list[tuple[str, int]]:
        """Return digest and uncompressed bytes of each layer, from the lowest on."""
        digests = self.config["rootfs"]["diff_ids"]
        with tarfile.open(self._path) as archive:
            sizes = [_real(archive, name).size for name in self.manifest["Layers"]]
        return list(zip(digests, sizes, strict=True))

    def layer_contents(self) -> Iterator[bytes]:
        """Yield each layer, a tar archive, from the lowest on."""
        for name in self.manifest["Layers"]:
            yield self._member(name)

    def read(self, name: str) -> bytes:
        """Return the content of one file of the image.

        Args:
            name: Its path without the leading slash.

        Raises:
            ImageError: No layer contains it.
        """
        with tarfile.open(self._path) as archive:
            for layer in reversed(self.manifest["Layers"]):
                with tarfile.open(fileobj=_open(archive, layer)) as files:
                    found = next((one for one in files if one.name.removeprefix("./") == name and one.isfile()), None)
                    content = files.extractfile(found) if found else None
                    if content:
                        return content.read()
        raise ImageError(f"{self._path}: no file /{name} in the image")

    def members(self) -> Iterator[tarfile.TarInfo]:
        """Yield the members of every layer, from the lowest on."""
        with tarfile.open(self._path) as archive:
            for layer in self.manifest["Layers"]:
                with tarfile.open(fileobj=_open(archive, layer)) as files:
                    yield from files

    def contents(self, *suffixes: str) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of every file whose name ends with one of the suffixes."""
        with tarfile.open(self._path) as archive:
            for layer in self.manifest["Layers"]:
                with tarfile.open(fileobj=_open(archive, layer)) as files:
                    for member in files:
                        content = (
                            files.extractfile(member) if member.isfile() and member.name.endswith(suffixes) else None
                        )
                        if content:
                            yield member.name.removeprefix("./"), content.read()

    def unpack(self, folder: Path) -> None:
        """Unpack all layers into a folder, with owners and modes; setting owners requires root."""
        with tarfile.open(self._path) as archive:
            for layer in self.manifest["Layers"]:
                with tarfile.open(fileobj=_open(archive, layer)) as files:
                    files.extractall(folder, filter="fully_trusted")  # noqa: S202 - we built it

    def facts(self) -> dict[str, Any]:
        """Return its entry in images.json."""
        layers = [{"digest": digest, "bytes": size} for digest, size in self.layers()]
        return {"id": self.digest, "bytes": self.size, "layers": layers}

    def _member(self, name: str) -> bytes:
        with tarfile.open(self._path) as archive:
            return _open(archive, name).read()


def assert_mapping(found: object, where: str) -> None:
    """Raise ImageError unless a document is a mapping."""
    if not isinstance(found, dict):
        raise ImageError(f"{where}: found {type(found).__name__}, expected a mapping")


def _real(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    # An archive of several tags links to a layer that it already contains.
    member = archive.getmember(name)
    return archive.getmember(member.linkname.removeprefix("../")) if member.issym() else member


def _open(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    content = archive.extractfile(_real(archive, name))
    if content is None:
        raise ImageError(f"{archive.name!r}: {name} is no file")
    return content


_TYPE = "application/vnd.oci.image"


def write_oci(archives: Mapping[str, Archive], target: Path, tag: str) -> str:
    """Write one OCI archive.

    Args:
        archives: The image by processor, such as ``x86_64``.
        target: The file to write.
        tag: The tag of the image in the archive.

    Returns:
        The digest of its index; a registry has the same one if all blobs are pushed unchanged.
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
