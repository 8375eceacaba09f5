"""hctl for krew: an archive that requires only Python, and its manifest."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from platform_status_images.closure import Target, closure, read_lock
from platform_status_images.engines import PLATFORMS
from platform_status_images.images import ROOT
from platform_status_images.wheels import Wheel, fetch_wheels

__all__ = ["DISTRIBUTION", "PYTHONS", "manifest", "write_archive"]

DISTRIBUTION = "platform-status-hctl"
PYTHONS = ("3.11", "3.12", "3.13")
# Parts of wheels that hctl never loads: extensions of the CEL library, and its sources.
_LEFT_OUT = ("bazel-project/", "cel_expr_python/ext/")

_LAUNCHER = """\
#!/usr/bin/env python3
import os
import sys

if not {first} <= sys.version_info[:2] <= {last}:
    sys.exit("kubectl-hctl: needs Python {oldest} to {newest} as python3, found %d.%d" % sys.version_info[:2])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "lib"))
from hctl.__main__ import main
main()
"""


def write_archive(
    folder: Path, machine: str, own: Iterable[Wheel], cache: Path, environ: Mapping[str, str]
) -> tuple[Path, str]:
    """Write the archive for one processor; it contains the compiled modules for all supported Pythons.

    Args:
        folder: The output folder.
        machine: The processor, by its kernel name.
        own: Our wheels, those of hctl among them.
        cache: The cache folder for fetched wheels.
        environ: The environment of the programs.

    Returns:
        Its path and its sha256.

    Raises:
        ClosureError: The lock lacks a requirement of hctl.
        CommandError: A wheel cannot be fetched.
    """
    lock = read_lock((ROOT / "requirements.lock").read_text("utf-8"))
    files: dict[str, bytes] = {}
    for python in PYTHONS:
        target = Target(python, machine)
        mine, others = closure(DISTRIBUTION, lock, target)
        for wheel in (*(one for one in own if one.name in mine), *fetch_wheels(others, target, cache, environ)):
            files |= _unpacked(wheel)
    first, last = (tuple(map(int, version.split("."))) for version in (PYTHONS[0], PYTHONS[-1]))
    launcher = _LAUNCHER.format(first=first, last=last, oldest=PYTHONS[0], newest=PYTHONS[-1])
    path = folder / f"kubectl-hctl_linux_{PLATFORMS[machine]}.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        _add(archive, "kubectl-hctl", launcher.encode(), 0o755)
        _add(archive, "LICENSE", (ROOT / "LICENSE").read_bytes())
        for name in sorted(files):
            _add(archive, f"lib/{name}", files[name])
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def _unpacked(wheel: Wheel) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel.path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if _is_wanted(name)}


def _is_wanted(name: str) -> bool:
    return not name.endswith("/") and not name.startswith(_LEFT_OUT) and ".data/" not in name


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))


def manifest(version: str, sums: Mapping[str, str], address: str) -> str:
    """Return krew's manifest.

    Args:
        version: Version of hctl, such as ``0.1.0``.
        sums: The sha256 of each archive by its file name.
        address: Base URL of the release's files, without a slash at the end.
    """
    platforms = []
    for name, digest in sorted(sums.items()):
        architecture = name.rpartition("_")[2].removesuffix(".tar.gz")
        labels = {"os": "linux", "arch": architecture}
        place = {
            "selector": {"matchLabels": labels},
            "uri": f"{address}/{name}",
            "sha256": digest,
            "bin": "kubectl-hctl",
        }
        platforms.append(place)
    plugin = {
        "apiVersion": "krew.googlecontainertools.github.com/v1alpha2",
        "kind": "Plugin",
        "metadata": {"name": "hctl"},
        "spec": {
            "version": f"v{version}",
            "homepage": address.partition("/releases/")[0],
            "shortDescription": "Tell whether a request is Ready, and if not, why",
            "description": "Reads the status that the platform keeps for each request, and names the cause.\n",
            "caveats": f"Needs Python {PYTHONS[0]} to {PYTHONS[-1]} as python3.\n",
            "platforms": platforms,
        },
    }
    return yaml.safe_dump(plugin, sort_keys=False)
