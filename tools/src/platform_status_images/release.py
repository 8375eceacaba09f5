"""The wheels of a release: hctl and the assistant can be installed from them without a package index."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from platform_status_images.closure import Target, closure, read_lock
from platform_status_images.images import ROOT
from platform_status_images.wheels import build_wheels, fetch_wheels

__all__ = ["write_wheels"]

_DISTRIBUTIONS = ("platform-status-hctl", "platform-status-assistant")


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
