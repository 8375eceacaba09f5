"""Container images without a registry, written as archives in the format of ``docker save``, layer by layer."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Entry", "layer", "new_image", "on_top"]

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Entry:
    """One file of a layer.

    Attributes:
        path: Its path, relative to the root.
        content: Its content.
        mode: Its mode.
    """

    path: str
    content: bytes
    mode: int = 0o644


def layer(entries: Sequence[Entry]) -> bytes:
    """Return a layer with these files and their parent folders; the output is reproducible."""
    folders = {str(folder) for entry in entries for folder in Path(entry.path).parents if str(folder) != "."}
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for folder in sorted(folders):
            head = tarfile.TarInfo(folder)
            head.type, head.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(head)
        for entry in sorted(entries, key=lambda entry: entry.path):
            head = tarfile.TarInfo(entry.path)
            head.mode, head.size = entry.mode, len(entry.content)
            archive.addfile(head, io.BytesIO(entry.content))
    return written.getvalue()


def new_image(target: Path, name: str, content: bytes, settings: Mapping[str, Any]) -> None:
    """Write an image of one layer.

    Args:
        target: The archive.
        name: Name with tag, such as ``localnode.invalid/pause:1``.
        content: The layer.
        settings: The ``config`` of the image, such as ``{"Entrypoint": [...]}``.
    """
    machine = platform.machine()
    base = {"architecture": _ARCHITECTURES.get(machine, machine), "os": "linux", "rootfs": {"type": "layers"}}
    _write(target, name, base, [], content, settings)


def on_top(base: Path, target: Path, name: str, content: bytes, settings: Mapping[str, Any]) -> None:
    """Write an image that consists of another image and one more layer.

    Args:
        base: Archive with the other image, and no further one.
        target: The archive to write.
        name: Name with tag.
        content: The layer.
        settings: Changes to the ``config`` of the image.

    Raises:
        ValueError: The base is not such an archive.
    """
    with tarfile.open(base) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile() or member.islnk()}
        contents = {path: file.read() for path, file in files.items() if file is not None}
    if "manifest.json" not in contents:
        raise ValueError(f"{base}: holds no manifest.json, so it is not what `docker save` writes")
    (manifest,) = json.loads(contents["manifest.json"])
    settled = json.loads(contents[manifest["Config"]])
    layers = [contents[path] for path in manifest["Layers"]]
    _write(target, name, settled, layers, content, settings)


def _write(
    target: Path,
    name: str,
    base: Mapping[str, Any],
    below: Sequence[bytes],
    content: bytes,
    settings: Mapping[str, Any],
) -> None:
    added = _digest(content)
    diffs = [*base["rootfs"].get("diff_ids", []), f"sha256:{added}"]
    config = json.dumps(
        {
            **base,
            "config": {**(base.get("config") or {}), **settings},
            "rootfs": {"type": "layers", "diff_ids": diffs},
            "history": [{"created_by": "localnode"} for _ in diffs],
        }
    ).encode()
    files = {f"{_digest(config)}.json": config}
    layers = [f"{_digest(one)}/layer.tar" for one in (*below, content)]
    files.update(zip(layers, (*below, content), strict=True))
    manifest = [{"Config": next(iter(files)), "RepoTags": [name], "Layers": layers}]
    with tarfile.open(target, "w") as archive:
        for path, each in {**files, "manifest.json": json.dumps(manifest).encode()}.items():
            head = tarfile.TarInfo(path)
            head.size = len(each)
            archive.addfile(head, io.BytesIO(each))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
