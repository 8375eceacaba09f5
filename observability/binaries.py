"""Finds prometheus, promtool, alertmanager and amtool, and fetches them from Debian's packages into the cache.

`python -m observability.binaries` fetches them once; without apt-get it prints that and exits with 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from localplane.caches import cache_folder, exclusive

__all__ = ["NAMES", "PACKAGES", "MissingBinaryError", "fetch", "find", "main", "require", "unbind"]

PACKAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "prometheus": {"prometheus": "prometheus", "promtool": "promtool"},
    "prometheus-alertmanager": {"alertmanager": "prometheus-alertmanager", "amtool": "amtool"},
}
"""By Debian package: the name of each binary here, and its name in the package's /usr/bin."""

NAMES: Final = tuple(name for binaries in PACKAGES.values() for name in binaries)

_FOLDER: Final = "promtool"
_SHARE: Final = b"/usr/share/prometheus/alertmanager"
_TEMPLATES: Final = "prometheus/alertmanager/*.tmpl"


class MissingBinaryError(Exception):
    """A binary was not found; the text names the package, the variable and the command that fetches it."""


def find(name: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the path of a binary, from its variable, PATH or the cache, in this order; None if it is not found.

    Args:
        name: One of `NAMES`; the variable is the name in capitals, such as ALERTMANAGER.
        environ: The environment to read.
    """
    if named := environ.get(name.upper()):
        return Path(named)
    # Debian installs one of them under another name.
    for known in (name, PACKAGES[_package_of(name)][name]):
        if found := shutil.which(known, path=environ.get("PATH", "")):
            return Path(found)
    cached = cache_folder(environ) / _FOLDER / name
    return cached if os.access(cached, os.X_OK) else None


def require(name: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path of a binary.

    Args:
        name: One of `NAMES`.
        environ: The environment to read.

    Raises:
        MissingBinaryError: It was not found.
    """
    found = find(name, environ)
    if found is None:
        raise MissingBinaryError(
            f"{name} is neither on PATH nor in the cache nor named by {name.upper()}; `make observability-binaries` "
            f"fetches it from Debian's package {_package_of(name)}"
        )
    return found


def fetch(environ: Mapping[str, str] = os.environ, *packages: str) -> None:
    """Fetch missing binaries into the cache.

    Args:
        environ: The environment, which sets the cache.
        packages: The packages; none: all.

    Raises:
        OSError: apt-get or dpkg-deb is missing, or the package has another layout.
        subprocess.CalledProcessError: One of them failed; its output has the reason.
    """
    cache = cache_folder(environ)
    for package in packages or PACKAGES:
        lock = cache / "locks" / f"{package}.lock"
        with exclusive(lock, lambda package=package: print(f"waiting for another download of {package}")):  # type: ignore[misc]  # noqa: T201 - the default binds the name
            if not all(find(name, environ) for name in PACKAGES[package]):
                _download(package, cache / _FOLDER)


def _download(package: str, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as text:
        folder = Path(text)
        try:
            _apt("download", package, folder=folder)
        except subprocess.CalledProcessError:  # a new machine has no package lists yet
            _apt("update", folder=folder)
            _apt("download", package, folder=folder)
        (archive,) = folder.glob(f"{package}_*.deb")
        subprocess.run(["dpkg-deb", "--extract", archive, folder / "tree"], check=True)  # noqa: S603, S607 - no input of others
        tree = folder / "tree" / "usr"
        unbind(tree)
        for template in (tree / "share").glob(_TEMPLATES):
            template.replace(target / template.name)
        for name, installed in PACKAGES[package].items():
            (tree / "bin" / installed).replace(target / name)


def unbind(tree: Path) -> None:
    """Make an unpacked Alertmanager of Debian's run without installation.

    Debian's build does not embed its notification templates: it opens them below /usr/share, or does not start. Here
    that path is replaced by one of equal length to the working folder; see `chain`.

    Args:
        tree: The /usr folder of the package.
    """
    for binary in (tree / "bin").iterdir():
        content = binary.read_bytes()
        if _SHARE in content:
            binary.write_bytes(content.replace(_SHARE, b"." + b"/" * (len(_SHARE) - 1)))


def _apt(*arguments: str, folder: Path) -> None:
    subprocess.run(["apt-get", "-qq", *arguments], cwd=folder, check=True)  # noqa: S603, S607 - no input of others


def _package_of(name: str) -> str:
    return next(package for package, binaries in PACKAGES.items() if name in binaries)


def main() -> int:
    """Fetch the binaries, and print their paths.

    Returns:
        0, or 1 if one cannot be fetched.
    """
    code = 0
    for package, binaries in PACKAGES.items():
        try:
            fetch(os.environ, package)
        except (OSError, subprocess.CalledProcessError) as error:
            variables = " and ".join(name.upper() for name in binaries)
            sys.stderr.write(
                f"{package} cannot be installed here ({error}); install it, or name its binaries by {variables}. "
                "Without it the tests that need it are skipped.\n"
            )
            code = 1
    for name in NAMES:
        if found := find(name):
            sys.stdout.write(f"{name}: {found}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
