"""A base without a registry: Debian 13 with Python 3.13 and its security fixes, made by mmdebstrap and cached.

CI builds and tests on it. With a registry, use the base in the Dockerfiles (docs/images.md).
"""

import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from localplane.caches import digest, exclusive
from platform_status_images.commands import CommandError, MissingToolError, find, run, say
from platform_status_images.images import NOWHERE, PREFIX

__all__ = ["BASE_REFERENCE", "base_archive", "base_key", "base_path", "mmdebstrap_arguments"]

SUITE = "trixie"
BASE_REFERENCE = f"{NOWHERE}/{PREFIX}/base-{SUITE}"
_HINT = "install the Debian package mmdebstrap, or name a base with --base"
# The wheel of the CEL library requires the system's libstdc++.
_PACKAGES = "python3,libstdc++6"
_LEFT_OUT = ("locale", "man", "info", "doc", "lintian", "bug")


def mmdebstrap_arguments(archive: Path, mirror: str) -> list[str]:
    """Return the arguments of mmdebstrap.

    Args:
        archive: The tar archive to write.
        mirror: URL of Debian; its security suite is at the same URL with ``-security`` appended. Empty: mmdebstrap's
            default, which for a stable release includes updates and security.
    """
    suites = [(mirror, SUITE), (mirror, f"{SUITE}-updates"), (f"{mirror}-security", f"{SUITE}-security")]
    sources = [f"deb {place} {suite} main" for place, suite in suites] if mirror else []
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT]
    kept = "--dpkgopt=path-include=/usr/share/doc/*/copyright"
    return ["--variant=essential", f"--include={_PACKAGES}", *excluded, kept, SUITE, str(archive), *sources]


def base_path(cache: Path, today: dt.date) -> Path:
    """Return the path of the archive for a day; its name also depends on the recipe."""
    recipe = digest(part.encode() for part in mmdebstrap_arguments(Path("base"), ""))
    return cache / "images" / f"base-{SUITE}-{os.uname().machine}-{recipe}-{today}.tar"


def base_archive(cache: Path, environ: Mapping[str, str], today: dt.date) -> Path:
    """Return the archive of the base; if today's is not cached, make it (a minute, 40 MB from a Debian mirror).

    If no mirror is reachable, an earlier archive is used, with a message.

    Args:
        cache: The cache folder.
        environ: DEBIAN_MIRROR replaces mmdebstrap's default mirror.
        today: The date, which determines the required security fixes.

    Raises:
        MissingToolError: mmdebstrap is missing, or this process is not root.
        CommandError: It failed, and no earlier archive is cached.
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
            say(f"{error}\nthe base is not from today, so security fixes may be missing: using {others[-1].name}")
            return others[-1]
        for other in others:
            other.unlink()
    return archive


def _make(archive: Path, mmdebstrap: str, cache: Path, environ: Mapping[str, str]) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    fresh = archive.with_name(f".{archive.name}")  # mmdebstrap selects the format by the extension
    # A constant date, so that a day without a fix gives the same bytes.
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
