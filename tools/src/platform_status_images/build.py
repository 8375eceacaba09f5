"""Builds images: context, base, engine, archive; and tells what came out."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_status_images.archives import Archive
from platform_status_images.base import BASE_REFERENCE, base_archive, base_key
from platform_status_images.closure import Target
from platform_status_images.commands import find, run
from platform_status_images.context import write_context
from platform_status_images.engines import Engine, Store
from platform_status_images.images import Image

__all__ = ["SBOM", "build"]

SBOM = "usr/share/sbom/sbom.cdx.json"


def build(
    images: Sequence[Image],
    output: Path,
    engine: str,
    base: str | None,
    target: Target,
    cache: Path,
    epoch: int,
    environ: Mapping[str, str],
) -> Iterator[str]:
    """Build images and write archive, bill of materials and images.json to a folder.

    Args:
        images: Which.
        output: The folder; made if it is not there.
        engine: One of `engines.ENGINES`.
        base: The base image; None: the engine's default.
        target: What the wheels must run on.
        cache: The cache folder.
        epoch: Seconds; what everything is dated with.
        environ: Environment variables.

    Yields:
        One line for each image that was written: path, digest, size.

    Raises:
        ImageError: If a program is missing or fails, or the lock does not hold what an image needs.
    """
    program = find(engine, f"install {engine}, or choose another with --engine")
    output.mkdir(parents=True, exist_ok=True)
    output = output.resolve()
    scratches = cache / "images"
    scratches.mkdir(parents=True, exist_ok=True)
    log = output / "build.log"
    log.unlink(missing_ok=True)
    told: dict[str, Any] = {}
    # the cache's disk, not /tmp: a store without layers shared by the kernel takes a gigabyte for a minute
    with tempfile.TemporaryDirectory(dir=scratches, prefix=".build.") as scratch:
        context = Path(scratch) / "context"
        context.mkdir()
        write_context(context, target, cache, epoch, environ)
        tool = Engine(engine, program, Store(Path(scratch) / "store") if engine == "buildah" else None)
        if base is None and engine == "buildah":
            base = _debootstrap(tool, Path(scratch), cache, log, epoch, environ)
        for image in images:
            run(f"building {image.reference}", tool.build(image, context, base=base, epoch=epoch), log, environ=environ)
            fresh = Path(scratch) / f"{image.name}.tar"
            run(f"writing {image.name}.tar", tool.save(image, fresh), log, environ=environ)
            place = output / f"{image.name}.tar"
            shutil.move(fresh, place)
            archive = Archive(place)
            (output / f"{image.name}.cdx.json").write_bytes(archive.read(SBOM))
            told[image.name] = {"reference": image.reference, "base": base} | archive.facts()
            yield f"{place} {archive.digest} {archive.size / 1e6:.1f} MB"
    (output / "images.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def _debootstrap(
    tool: Engine, scratch: Path, cache: Path, log: Path, epoch: int, environ: Mapping[str, str]
) -> str:
    archive = base_archive(cache, environ)
    reference = f"{BASE_REFERENCE}:{base_key(archive)}"
    folder = scratch / "base"
    folder.mkdir()
    (folder / "base.tar").hardlink_to(archive)
    (folder / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n", "utf-8")
    run("reading the base", tool.add_base(folder, reference, epoch), log, environ=environ)
    return reference
