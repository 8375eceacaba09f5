"""A base without a registry: Debian with Python, made by debootstrap as root, kept in the cache.

It is what CI builds and tests on. Who has a registry names a base of their own (docs/images.md).
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from localplane.caches import digest, exclusive
from platform_status_images.commands import find, run, say
from platform_status_images.errors import MissingToolError
from platform_status_images.images import NOWHERE, PREFIX

__all__ = ["BASE_REFERENCE", "base_archive", "base_path", "debootstrap_arguments"]

SUITE = "bookworm"
BASE_REFERENCE = f"{NOWHERE}/{PREFIX}/base-{SUITE}"
_HINT = "install the Debian package debootstrap, or name a base with --base"

# Of no use to any image; the rest is the work of inside/slim.py, which every base goes through.
_LEFT_OUT = ("var/cache/apt", "var/lib/apt/lists", "var/log", "usr/share/locale", "usr/share/man", "usr/share/info")
# debootstrap copies these from this machine.
_OF_THIS_MACHINE = ("etc/hostname", "etc/resolv.conf")


def debootstrap_arguments(folder: Path, mirror: str) -> list[str]:
    """Return the arguments of debootstrap; without a mirror it takes its own default."""
    return ["--variant=minbase", "--include=python3", SUITE, str(folder), *([mirror] if mirror else [])]


def base_path(cache: Path) -> Path:
    """Return where the archive belongs: its name changes with the recipe."""
    recipe = [*debootstrap_arguments(Path("base"), ""), *_LEFT_OUT, *_OF_THIS_MACHINE]
    return cache / "images" / f"base-{SUITE}-{os.uname().machine}-{digest(part.encode() for part in recipe)}.tar"


def base_archive(cache: Path, environ: Mapping[str, str]) -> Path:
    """Return the archive of the base, made if the cache has none (half a minute, 100 MB from a Debian mirror).

    Args:
        cache: The cache folder.
        environ: DEBIAN_MIRROR names another mirror than debootstrap's own default.

    Raises:
        MissingToolError: If debootstrap is missing, or this is not root.
        CommandError: If it fails.
    """
    archive = base_path(cache)
    with exclusive(cache / "locks" / "image-base.lock", lambda: say("waiting for another debootstrap")):
        if not archive.exists():
            if os.geteuid() != 0:
                raise MissingToolError("debootstrap needs root; run as root, or name a base with --base")
            _make(archive, find("debootstrap", _HINT), cache, environ)
    return archive


def _make(archive: Path, debootstrap: str, cache: Path, environ: Mapping[str, str]) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    log = cache / "logs" / "image-base.log"
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".base.") as scratch:
        folder, fresh = Path(scratch) / "root", Path(scratch) / "base.tar"
        arguments = debootstrap_arguments(folder, environ.get("DEBIAN_MIRROR", ""))
        plain = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
        proxies = {name: value for name, value in environ.items() if name.lower().endswith("_proxy")}
        run(f"debootstrap {SUITE}", [debootstrap, *arguments], log, environ=plain | proxies)
        for name in _LEFT_OUT:
            shutil.rmtree(folder / name, ignore_errors=True)
        for name in _OF_THIS_MACHINE:
            (folder / name).unlink(missing_ok=True)
        order = ["--sort=name", "--numeric-owner", "--exclude=./dev/*", "--exclude=./proc/*", "--exclude=./sys/*"]
        command = [find("tar", "install tar"), "-C", str(folder), *order, "-cf", str(fresh), "."]
        run("packing the base", command, log, environ=plain)
        fresh.rename(archive)


def base_key(archive: Path) -> str:
    """Return a short digest of the archive's content, for the base's tag."""
    # sha256sum, for 150 MB: hashlib would do as well, but reads through Python
    found = subprocess.run([find("sha256sum", "install coreutils"), str(archive)], check=True, capture_output=True)  # noqa: S603 - our own file
    return found.stdout.decode().split()[0][:12]
