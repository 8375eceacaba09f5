"""Finds prometheus and promtool, and fetches both from Debian's package into the cache outside the checkout.

`python -m observability.binaries` fetches them once; where there is no apt-get it says so and exits with 1.
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

__all__ = ["NAMES", "fetch", "find", "main"]

NAMES: Final = ("prometheus", "promtool")


def find(name: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the binary: the one that PROMETHEUS or PROMTOOL names, else on PATH, else in the cache; None if nowhere.

    Args:
        name: One of `NAMES`.
        environ: Where to look for the variables.
    """
    if named := environ.get(name.upper()) or shutil.which(name, path=environ.get("PATH", "")):
        return Path(named)
    cached = cache_folder(environ) / "promtool" / name
    return cached if os.access(cached, os.X_OK) else None


def fetch(environ: Mapping[str, str] = os.environ) -> None:
    """Put what is missing into the cache.

    Args:
        environ: Where the cache is.

    Raises:
        OSError: There is no apt-get or no dpkg-deb, or the package is no longer laid out like that.
        subprocess.CalledProcessError: They failed; they have said why.
    """
    cache = cache_folder(environ)
    target = cache / "promtool"
    with exclusive(cache / "locks" / "prometheus.lock", lambda: print("waiting for another download of prometheus")):  # noqa: T201
        if all(find(name, environ) for name in NAMES):
            return
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target) as text:
            folder = Path(text)
            try:
                _apt("download", "prometheus", folder=folder)
            except subprocess.CalledProcessError:  # a fresh machine knows no packages yet
                _apt("update", folder=folder)
                _apt("download", "prometheus", folder=folder)
            (package,) = folder.glob("prometheus_*.deb")
            subprocess.run(["dpkg-deb", "--extract", package, folder / "tree"], check=True)  # noqa: S603, S607 - no input of others
            for name in NAMES:
                (folder / "tree" / "usr" / "bin" / name).replace(target / name)


def _apt(*arguments: str, folder: Path) -> None:
    subprocess.run(["apt-get", "-qq", *arguments], cwd=folder, check=True)  # noqa: S603, S607 - no input of others


def main() -> int:
    """Fetch, and say where they are.

    Returns:
        0, or 1 if they cannot be had here.
    """
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(
            f"prometheus cannot be had here ({error}); install it, or name it by PROMETHEUS and PROMTOOL. "
            "Without it the tests that need it are skipped.\n"
        )
        return 1
    for name in NAMES:
        sys.stdout.write(f"{name}: {find(name)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
