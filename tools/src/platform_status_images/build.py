"""Builds images: context, base, engine, archive; caches the results; and reports them."""

import datetime as dt
import hashlib
import json
import os
import platform
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
from platform_status_images.commands import ImageError, find, run, say
from platform_status_images.context import write_context
from platform_status_images.engines import PLATFORMS, Engine, Store
from platform_status_images.images import NOWHERE, Image
from platform_status_images.push import push
from platform_status_images.sbom import bill_of_materials
from platform_status_images.wheels import Wheel

__all__ = ["Order", "Shelf", "build", "fingerprint", "host_machine"]

_KEPT = 3


def fingerprint(context: Path, *further: str) -> str:
    """Return a short digest of a build context and the other inputs of the build.

    Args:
        context: A folder; names, types and contents count.
        further: Other inputs, such as the digest of the base.
    """
    total = hashlib.sha256()
    for part in further:
        total.update(f"{part}\0".encode())
    for path in sorted(context.rglob("*")):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        total.update(f"{path.relative_to(context)}\0{content}\0".encode())
    return total.hexdigest()[:16]


class Shelf:
    """The cached archives for one set of inputs.

    Args:
        folder: Folder in the cache with a folder per fingerprint, of which the last few are kept.
        key: The fingerprint.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._own = folder / key

    def get(self, name: str) -> Path | None:
        """Return the archive of an image; None if it is not cached."""
        path = self._own / f"{name}.tar"
        if not path.exists():
            return None
        os.utime(self._own)
        return path

    def put(self, name: str, archive: Path) -> Path:
        """Move an archive to the cache, delete old ones, and return its new path."""
        self._own.mkdir(parents=True, exist_ok=True)
        place = archive.replace(self._own / f"{name}.tar")
        os.utime(self._own)
        for old in sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
            shutil.rmtree(old)
        return place


@dataclass(frozen=True)
class Order:
    """The parameters of a build.

    Attributes:
        images: The images.
        output: The output folder, created if it does not exist.
        engine: One of `engines.ENGINES`.
        base: The base image; None: the engine's default.
        target: The platform of the wheels.
        cache: The cache folder.
        fresh: Build even if the result is cached.
        registry: Host, port and path to push the images to; empty: do not push.
    """

    images: tuple[Image, ...]
    output: Path
    engine: str
    base: str | None
    target: Target
    cache: Path
    fresh: bool = False
    registry: str = ""


def build(order: Order, environ: Mapping[str, str]) -> Iterator[str]:
    """Build images and write archive, bill of materials and images.json to a folder.

    Args:
        order: The parameters.
        environ: Environment variables.

    Yields:
        One line for each written image: path, digest, size, and the name of a pushed one.

    Raises:
        ImageError: A program is missing or failed, or the lock lacks a requirement of an image.
    """
    program = find(order.engine, f"install {order.engine}, or choose another with --engine")
    order.output.mkdir(parents=True, exist_ok=True)
    scratches = order.cache / "images"
    scratches.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {}
    (order.output / "images.json").unlink(missing_ok=True)  # it must not describe archives of an earlier build
    with exclusive(order.cache / "locks" / "images.lock", lambda: say("waiting for another build of images")):
        for left in scratches.glob(".build.*"):  # left by a killed build: the lock excludes a running one
            shutil.rmtree(left, ignore_errors=True)
        # In the cache, not in /tmp: a store without shared layers takes a gigabyte for a minute.
        with tempfile.TemporaryDirectory(dir=scratches, prefix=".build.") as scratch:
            store = Store(Path(scratch) / "store") if order.engine == "buildah" else None
            engine = Engine(order.engine, program, store)
            for image, wheels, built in _build(order, engine, Path(scratch), environ):
                place = order.output / f"{image.name}.tar"
                shutil.copyfile(built, place)
                archive = Archive(place)
                bill = bill_of_materials(image, wheels, archive, dt.datetime.now(dt.UTC))
                (order.output / f"{image.name}.cdx.json").write_text(bill, "utf-8")
                told[image.name] = {"reference": image.reference} | archive.facts()
                line = f"{place} {archive.digest} {archive.size / 1e6:.1f} MB"
                if order.registry:
                    pushed = push(engine, image, place, order.registry, order.output / "push.log", environ)
                    told[image.name]["pushed"] = pushed
                    line = f"{line} {pushed}"
                yield line
    (order.output / "images.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def _build(
    order: Order, engine: Engine, scratch: Path, environ: Mapping[str, str]
) -> Iterator[tuple[Image, list[Wheel], Path]]:
    """Yield each image with its wheels and its archive, which is deleted before the next one."""
    context, log = scratch / "context", order.output / "build.log"
    log.unlink(missing_ok=True)
    context.mkdir()
    wheels = write_context(context, order.target, order.cache, environ)
    base, shelf, root = order.base, None, None
    foreign = order.target.machine if order.target.machine != host_machine() else None
    if base is None and order.engine == "buildah":
        if foreign:
            raise ImageError(f"the base of mmdebstrap is for {host_machine()} here: name one for {foreign} with --base")
        root = base_archive(order.cache, environ, dt.datetime.now(dt.UTC).date())
        base = f"{BASE_REFERENCE}:{base_key(root)}"
        # The content behind the name of a foreign base may change, so these images are always built.
        shelf = Shelf(order.cache / "images" / "built", fingerprint(context, base, NOWHERE))
    for image in order.images:
        if shelf and not order.fresh and (found := shelf.get(image.name)):
            say(f"{image.reference}: nothing changed since it was built")
            yield image, wheels[image.name], found
            continue
        if root and base and not (scratch / "base").exists():
            _add_base(engine, root, scratch / "base", base, log, environ)
        command = engine.build(image, context, base=base, machine=foreign)
        run(f"building {image.reference}", command, log, environ=environ)
        fresh = scratch / f"{image.name}.tar"
        run(f"writing {image.name}.tar", engine.save(image, fresh), log, environ=environ)
        yield image, wheels[image.name], shelf.put(image.name, fresh) if shelf else fresh


def _add_base(
    engine: Engine, archive: Path, folder: Path, reference: str, log: Path, environ: Mapping[str, str]
) -> None:
    folder.mkdir()
    (folder / "base.tar").hardlink_to(archive)
    (folder / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n", "utf-8")
    run("reading the base", engine.add_base(folder, reference), log, environ=environ)


def host_machine() -> str:
    """Return this machine's processor, by its kernel name."""
    own = platform.machine().lower()
    return {name: machine for machine, name in PLATFORMS.items()}.get(own, own)
