"""Wheels: ours built from this checkout, all others at the versions and hashes of the lock.

Those of the images, and those of a release, from which hctl and the assistant can be installed without a package index.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename

from localplane.caches import digest, exclusive
from platform_status_images.closure import Pinned, Target, closure, read_lock
from platform_status_images.commands import ClosureError, run, say
from platform_status_images.images import PREFIX, ROOT

__all__ = ["Wheel", "build_wheels", "download_arguments", "fetch_wheels", "write_wheels"]

# All glibc versions from 2.17 to 2.41 (Debian 13), which covers the bases in docs/images.md.
_GLIBC_MINORS = range(41, 16, -1)
_FOLDERS = {"contract": "schemas", "localplane": "tools", "kratix-double": "tools/double"}
"""Our distributions whose name differs from their folder."""
_OLDER = ("manylinux2014", "manylinux2010", "manylinux1")
_DISTRIBUTIONS = ("platform-status-hctl", "platform-status-assistant")


@dataclass(frozen=True)
class Wheel:
    """One wheel on disk."""

    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """Canonical name of its distribution."""
        return parse_wheel_filename(self.path.name)[0]

    @property
    def version(self) -> str:
        """Version of its distribution."""
        return str(parse_wheel_filename(self.path.name)[1])

    @property
    def requirement(self) -> str:
        """Its line in a requirements file, which only this file matches."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def read_wheels(folder: Path) -> list[Wheel]:
    """Read a folder of wheels, sorted by file name."""
    return [Wheel(path, hashlib.sha256(path.read_bytes()).hexdigest()) for path in sorted(folder.glob("*.whl"))]


def download_arguments(requirements: Path, target: Target, output: Path) -> list[str]:
    """Return the arguments of pip that fetch exactly the wheels of a requirements file for a platform."""
    number = target.python.replace(".", "")
    tags = [f"manylinux_2_{minor}_{target.machine}" for minor in _GLIBC_MINORS]
    tags += [f"{older}_{target.machine}" for older in _OLDER] + [f"linux_{target.machine}"]
    arguments = ["download", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    arguments += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", target.python]
    for abi in (f"cp{number}", "abi3", "none"):
        arguments += ["--abi", abi]
    for tag in tags:
        arguments += ["--platform", tag]
    return [*arguments, "--requirement", str(requirements), "--dest", str(output)]


def fetch_wheels(pinned: Sequence[Pinned], target: Target, cache: Path, environ: Mapping[str, str]) -> list[Wheel]:
    """Return the wheels of pinned distributions, fetched once into the cache and checked against the lock each time.

    Raises:
        CommandError: pip cannot fetch one.
        ClosureError: The cache does not match the lock.
    """
    lines = "".join(f"{item.requirement}\n" for item in pinned)
    key = digest([lines.encode(), repr(target).encode()])
    folder = cache / "images" / "wheels" / key
    with exclusive(cache / "locks" / "image-wheels.lock", lambda: say("waiting for another fetch of wheels")):
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{key}.") as scratch:
                requirements = Path(scratch) / "requirements.txt"
                requirements.write_text(lines, "utf-8")
                fresh = Path(scratch) / "wheels"
                fresh.mkdir()
                command = [sys.executable, "-m", "pip", *download_arguments(requirements, target, fresh)]
                run(f"fetching {len(pinned)} wheels", command, cache / "logs" / "image-wheels.log", environ=environ)
                fresh.rename(folder)
    wheels = read_wheels(folder)
    _check(wheels, pinned, folder)
    return wheels


def _check(wheels: Sequence[Wheel], pinned: Sequence[Pinned], folder: Path) -> None:
    allowed = {item.name: item for item in pinned}
    for wheel in wheels:
        wanted = allowed.pop(canonicalize_name(wheel.name), None)
        if wanted is None or f"sha256:{wheel.sha256}" not in wanted.hashes:
            raise ClosureError(f"{wheel.path}: not what requirements.lock pins; remove the folder {folder}")
    if allowed:
        raise ClosureError(f"{folder}: no wheel of {', '.join(sorted(allowed))}; remove the folder")


def build_wheels(
    names: Iterable[str], output: Path, environ: Mapping[str, str], targets: Sequence[str] = ("wheel",)
) -> list[Wheel]:
    """Build our own distributions with hatchling: no isolation, no network, reproducible.

    The build uses a copy, so that it neither changes the checkout nor includes other files.

    Raises:
        CommandError: hatchling failed.
    """
    output.mkdir(parents=True, exist_ok=True)
    for name in sorted(names):
        part = name.removeprefix(f"{PREFIX}-")
        source = ROOT / _FOLDERS.get(part, part)
        with tempfile.TemporaryDirectory(prefix="platform-status-wheel-") as scratch:
            copy = Path(scratch) / part
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "dist", "*.egg-info"))
            _plain_modes(copy)
            command = [sys.executable, "-m", "hatchling", "build", "-d", str(output.resolve())]
            command += [word for target in targets for word in ("-t", target)]
            run(f"building the wheel of {name}", command, output.parent / "wheels.log", environ=environ, folder=copy)
    return read_wheels(output)


def _plain_modes(folder: Path) -> None:
    # A wheel keeps the file modes, which in a checkout depend on the user's umask.
    for path, folders, files in os.walk(folder):
        for name in folders:
            (Path(path) / name).chmod(0o755)
        for name in files:
            (Path(path) / name).chmod(0o644)


def write_wheels(folder: Path, targets: Sequence[Target], cache: Path, environ: Mapping[str, str]) -> None:
    """Write our wheels, and those of their requirements at the versions and hashes of the lock.

    The assistant's extra for MCP is omitted, because it requires a web server.

    Args:
        folder: The output folder; its content is deleted first.
        targets: The platforms of the wheels.
        cache: The cache folder for fetched wheels.
        environ: The environment of the programs.

    Raises:
        ClosureError: The lock lacks a requirement.
        CommandError: A wheel cannot be fetched or built.
    """
    lock = read_lock((ROOT / "requirements.lock").read_text("utf-8"))
    shutil.rmtree(folder, ignore_errors=True)
    ours = set()
    for target in targets:
        closures = [closure(name, lock, target) for name in _DISTRIBUTIONS]
        ours |= {name for own, _ in closures for name in own}
        others = {one.name: one for _, pinned in closures for one in pinned}
        for wheel in fetch_wheels([others[name] for name in sorted(others)], target, cache, environ):
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(wheel.path, folder / wheel.path.name)
    build_wheels(ours, folder, environ)
