"""Builds images: context, base, engine, archive; and tells what came out."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localplane.caches import exclusive
from platform_status_images.archives import Archive
from platform_status_images.base import BASE_REFERENCE, base_archive, base_key
from platform_status_images.closure import Target
from platform_status_images.commands import find, run, say
from platform_status_images.context import write_context
from platform_status_images.engines import Engine, Store
from platform_status_images.images import NOWHERE, Image
from platform_status_images.push import push
from platform_status_images.shelf import Shelf, fingerprint

__all__ = ["SBOM", "Order", "build"]

SBOM = "usr/share/sbom/sbom.cdx.json"


@dataclass(frozen=True)
class Order:
    """What is to be built, and how.

    Attributes:
        images: Which.
        output: The folder that everything is written to; made if it is not there.
        engine: One of `engines.ENGINES`.
        base: The base image; None: the engine's default.
        target: What the wheels must run on.
        cache: The cache folder.
        epoch: Seconds; what everything is dated with.
        fresh: Build even if the cache has what was built of the same inputs.
        registry: Host, port and path that the images are pushed to; empty: none is pushed.
    """

    images: tuple[Image, ...]
    output: Path
    engine: str
    base: str | None
    target: Target
    cache: Path
    epoch: int
    fresh: bool = False
    registry: str = ""


def build(order: Order, environ: Mapping[str, str]) -> Iterator[str]:
    """Build images and write archive, bill of materials and images.json to a folder.

    Args:
        order: What to build.
        environ: Environment variables.

    Yields:
        One line for each image that was written: path, digest, size, and where it was pushed to.

    Raises:
        ImageError: If a program is missing or fails, or the lock does not hold what an image needs.
    """
    program = find(order.engine, f"install {order.engine}, or choose another with --engine")
    order.output.mkdir(parents=True, exist_ok=True)
    scratches = order.cache / "images"
    scratches.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {}
    (order.output / "images.json").unlink(missing_ok=True)  # it must not speak of other archives than those beside it
    with exclusive(order.cache / "locks" / "images.lock", lambda: say("waiting for another build of images")):
        for left in scratches.glob(".build.*"):  # of a build that was killed: nobody else is here
            shutil.rmtree(left, ignore_errors=True)
        # the cache's disk, not /tmp: a store without shared layers takes a gigabyte for a minute
        with tempfile.TemporaryDirectory(dir=scratches, prefix=".build.") as scratch:
            store = Store(Path(scratch) / "store") if order.engine == "buildah" else None
            engine = Engine(order.engine, program, store)
            for image, built in _build(order, engine, Path(scratch), environ):
                place = order.output / f"{image.name}.tar"
                shutil.copyfile(built, place)
                archive = Archive(place)
                (order.output / f"{image.name}.cdx.json").write_bytes(archive.read(SBOM))
                told[image.name] = {"reference": image.reference} | archive.facts()
                line = f"{place} {archive.digest} {archive.size / 1e6:.1f} MB"
                if order.registry:
                    pushed = push(engine, image, place, order.registry, order.output / "push.log", environ)
                    told[image.name]["pushed"] = pushed
                    line = f"{line} {pushed}"
                yield line
    (order.output / "images.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def _build(order: Order, engine: Engine, scratch: Path, environ: Mapping[str, str]) -> Iterator[tuple[Image, Path]]:
    """Yield each image with its archive, which is there until the next is asked for."""
    context, log = scratch / "context", order.output / "build.log"
    log.unlink(missing_ok=True)
    context.mkdir()
    write_context(context, order.target, order.cache, order.epoch, environ)
    base, shelf, root = order.base, None, None
    if base is None and order.engine == "buildah":
        root = base_archive(order.cache, environ)
        base = f"{BASE_REFERENCE}:{base_key(root)}"
        # of a foreign base only the name is known here, and what it stands for may change: those are always built
        shelf = Shelf(order.cache / "images" / "built", fingerprint(context, base, str(order.epoch), NOWHERE))
    for image in order.images:
        if shelf and not order.fresh and (found := shelf.get(image.name)):
            say(f"{image.reference}: nothing changed since it was built")
            yield image, found
            continue
        if root and base and not (scratch / "base").exists():
            _add_base(engine, root, scratch / "base", base, log, order.epoch, environ)
        command = engine.build(image, context, base=base, epoch=order.epoch)
        run(f"building {image.reference}", command, log, environ=environ)
        fresh = scratch / f"{image.name}.tar"
        run(f"writing {image.name}.tar", engine.save(image, fresh), log, environ=environ)
        yield image, shelf.put(image.name, fresh) if shelf else fresh


def _add_base(
    engine: Engine, archive: Path, folder: Path, reference: str, log: Path, epoch: int, environ: Mapping[str, str]
) -> None:
    folder.mkdir()
    (folder / "base.tar").hardlink_to(archive)
    (folder / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n", "utf-8")
    run("reading the base", engine.add_base(folder, reference, epoch), log, environ=environ)
