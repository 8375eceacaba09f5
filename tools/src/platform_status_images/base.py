"""A base without a registry: Debian 13 with Python 3.13 and its security fixes, made by mmdebstrap, kept in the cache.

It is what CI builds and tests on. Who has a registry stands on the base that the Dockerfiles name (docs/images.md).
"""

import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from localplane.caches import digest, exclusive
from platform_status_images.commands import find, run, say
from platform_status_images.errors import CommandError, MissingToolError
from platform_status_images.images import NOWHERE, PREFIX

__all__ = ["BASE_REFERENCE", "base_archive", "base_key", "base_path", "mmdebstrap_arguments"]

SUITE = "trixie"
BASE_REFERENCE = f"{NOWHERE}/{PREFIX}/base-{SUITE}"
_HINT = "install the Debian package mmdebstrap, or name a base with --base"
# The CEL library's wheel takes libstdc++ from the system.
_PACKAGES = "python3,libstdc++6"
_LEFT_OUT = ("locale", "man", "info", "doc", "lintian", "bug")


def mmdebstrap_arguments(archive: Path, mirror: str) -> list[str]:
    """Return the arguments of mmdebstrap.

    Args:
        archive: The tar archive to write.
        mirror: Where Debian is; its security suite is beside it, in a folder with ``-security`` at the end. Empty:
            mmdebstrap's own default, which for a stable release has updates and security too.
    """
    suites = [(mirror, SUITE), (mirror, f"{SUITE}-updates"), (f"{mirror}-security", f"{SUITE}-security")]
    sources = [f"deb {place} {suite} main" for place, suite in suites] if mirror else []
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT]
    kept = "--dpkgopt=path-include=/usr/share/doc/*/copyright"
    return ["--variant=essential", f"--include={_PACKAGES}", *excluded, kept, SUITE, str(archive), *sources]


def base_path(cache: Path, today: dt.date) -> Path:
    """Return where the archive of a day belongs: its name changes with the recipe too."""
    recipe = digest(part.encode() for part in mmdebstrap_arguments(Path("base"), ""))
    return cache / "images" / f"base-{SUITE}-{os.uname().machine}-{recipe}-{today}.tar"


def base_archive(cache: Path, environ: Mapping[str, str], today: dt.date) -> Path:
    """Return the archive of the base, made if the cache has none of today (a minute, 40 MB from a Debian mirror).

    Without a mirror in reach the one of an earlier day is taken, and said.

    Args:
        cache: The cache folder.
        environ: DEBIAN_MIRROR names another mirror than mmdebstrap's own default.
        today: Decides which security fixes are new enough.

    Raises:
        MissingToolError: If mmdebstrap is missing, or this is not root.
        CommandError: If it fails, and the cache has none of an earlier day.
    """
    archive = base_path(cache, today)
    with exclusive(cache / "locks" / "image-base.lock", lambda: say("waiting for another mmdebstrap")):
        if archive.exists():
            return archive
        if os.geteuid() != 0:
            raise MissingToolError("mmdebstrap is run as root here; run as root, or name a base with --base")
        others = sorted(archive.parent.glob(archive.name.replace(str(today), "*")))
        try:
            _make(archive, find("mmdebstrap", _HINT), cache, environ)
        except CommandError as error:
            if not others:
                raise
            say(f"{error}\nno base of today, so security fixes may be missing: taking {others[-1].name}")
            return others[-1]
        for other in others:
            other.unlink()
    return archive


def _make(archive: Path, mmdebstrap: str, cache: Path, environ: Mapping[str, str]) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    fresh = archive.with_name(f".{archive.name}")  # mmdebstrap tells the format by the name's end
    # dated with a constant, so that a day without a fix gives the same bytes
    plain = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1580601600"}
    proxies = {name: value for name, value in environ.items() if name.lower().endswith("_proxy")}
    command = [mmdebstrap, *mmdebstrap_arguments(fresh, environ.get("DEBIAN_MIRROR", ""))]
    try:
        run(f"mmdebstrap {SUITE}", command, cache / "logs" / "image-base.log", environ=plain | proxies)
        fresh.rename(archive)
    finally:
        fresh.unlink(missing_ok=True)


def base_key(archive: Path) -> str:
    """Return a short digest of the archive's content, for the base's tag."""
    with archive.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:12]
