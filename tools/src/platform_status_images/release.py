"""The wheels of a release: hctl and the assistant can be installed from them without asking an index for anything."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from platform_status_images.closure import Target, closure, read_lock
from platform_status_images.images import ROOT
from platform_status_images.wheels import build_wheels, fetch_wheels

__all__ = ["write_wheels"]

_DISTRIBUTIONS = ("platform-status-hctl", "platform-status-assistant")


def write_wheels(folder: Path, targets: Sequence[Target], cache: Path, environ: Mapping[str, str]) -> None:
    """Write our wheels, and those of others at the versions and hashes of the lock.

    The assistant's extra for MCP is left out: it brings a web server.

    Args:
        folder: Where; what was there is removed first.
        targets: What the wheels must run on.
        cache: Where fetched wheels are kept.
        environ: Of the programs that are run.

    Raises:
        ClosureError: If the lock does not hold what is needed.
        CommandError: If a wheel cannot be fetched or built.
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
