"""Packages of npm, at one version and with one content, in the cache outside of the checkout."""

import base64
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from localplane.caches import cache_folder, exclusive

INTEGRITY = {
    "@backstage/catalog-model@1.10.3": (
        "RynNd3YiIrQ4QCB/aA05zmykaVKOduwTlOh6RjUuGJ0+SulrzIwI1SVoR/N4oM0HrFL1FY1XBT0ZOEVFQ1xPgg=="
    ),
    "@backstage/plugin-kubernetes-backend@0.21.15": (
        "HB8CGSuun402MQWW+Ih4QZW/dYHLRbtfCLb+xbX37rC5fX72qP/PVU+by56bqSYzbU8NzBR90ev/alF2Sz/WRQ=="
    ),
    "@backstage/plugin-scaffolder-common@2.4.0": (
        "mPGoQEGZqVOJhRt8TGrwXU69ZW6fDfPwMZ1jIW64XwXOpZuTq4jfgHA86ia7d8Sz8PNjCm5ivZ+30ePjinkohg=="
    ),
    "@kinvolk/headlamp-plugin@0.14.0": (
        "oVIqpSzf2zZfZG44gwrGI8xTLImCIKupUJ26k7ZhVrFSUBY9Ga+R66tfCdN4Q/ShYha/8J+qlpy5ac9PjRq2KA=="
    ),
    "@types/react@18.3.12": "D2wOSq/d6Agt28q7rSI3jhU7G6aiuzljDGZ2hTZHIkrTLUI+AF3WMeKkEZ9nN2fkBAlcktT6vcZjDFiIhMYEQw==",
    "csstype@3.1.3": "M1uQkMl8rQK/szD0LNhtqxIPLpimGm8sOBwU7lLnCpSbTyY3yeU1Vc7l4KT5zT4s/yOxHH5O7tIuuLOCnLADRw==",
    "nunjitsu@0.7.0": "e/jsPEOKwhE/rxuFxh+NDGw06VMemZrMP+Anxv/k4A4aiXzPz5TlduEYsosLC4692FY/auAYSRnJIHEqOGbprQ==",
    "typescript@5.6.3": "hjcS1mhfuyi4WW8IWtjP7brDrG2cuDZukyrYrSauoXGNgx0S7zceP07adYkJycEr56BOUTNPzbInooiN3fn1qw==",
}
"""Name and version: base64 of the SHA-512 of what `npm pack` brings."""

FETCH_TIMEOUT = 100
"""Seconds; a test may take 120."""


def node() -> str:
    """Return the path of Node.js; without it or npm the test is skipped."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        pytest.skip("there is no node or no npm here: on Debian, apt-get install nodejs npm")
    return found


def node_modules() -> Path:
    """Return a folder in which Node.js finds each of the packages, fetched if need be.

    No script of a package runs. Without the network the test is skipped.

    Raises:
        AssertionError: If a package is not the one that was looked at when its integrity was written down.
    """
    node()
    names = hashlib.sha256("\n".join(sorted(INTEGRITY)).encode()).hexdigest()[:12]
    folder = cache_folder(os.environ) / "npm" / names
    with exclusive(folder.with_name(f"{names}.lock"), lambda: None):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                _fetch(Path(scratch))
                (Path(scratch) / "node_modules").rename(folder)
    return folder


def _fetch(scratch: Path) -> None:
    for package, integrity in INTEGRITY.items():
        name = package.rpartition("@")[0]
        done = subprocess.run(  # noqa: S603 - a package of the list above
            ["npm", "pack", "--silent", "--ignore-scripts", package],  # noqa: S607 - the npm of the machine
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=FETCH_TIMEOUT,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip(f"npm cannot fetch {package}: {done.stderr.strip()[-300:]}")
        archive = scratch / done.stdout.split()[-1]
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert found == integrity, f"{package}: sha512-{found}, expected sha512-{integrity}"
        place = scratch / "node_modules" / name
        place.mkdir(parents=True)
        # The one folder of the archive is called "package", or like the package.
        unpack = ["tar", "-xzf", str(archive), "-C", str(place), "--strip-components=1", "--no-same-owner"]
        subprocess.run(unpack, check=True)  # noqa: S603 - of a package whose content is known
