"""Cgroups of one node: made before the kubelet, read for memory, removed after everything in them has ended.

Both versions: with version 1 each controller has a hierarchy of its own, with version 2 there is one for all.
Stdlib alone, because ``keeper`` runs without this environment's packages.
"""

import contextlib
import os
import re
import time
from pathlib import Path

__all__ = ["ROOT", "hierarchies", "make", "remove", "usage"]

ROOT = Path("/sys/fs/cgroup")
_NEEDED = ("cpu", "cpuset", "memory", "pids")
_CONTAINER = re.compile(r"[0-9a-f]{64}")
_PEAK_FILES = ("memory.max_usage_in_bytes", "memory.peak")


def hierarchies(root: Path = ROOT) -> list[Path]:
    """Return the roots of the hierarchies in which a node needs a cgroup; empty if a controller is missing."""
    if (root / "cgroup.controllers").exists():
        there = (root / "cgroup.controllers").read_text().split()
        return [root] if set(_NEEDED) <= set(there) else []
    if not all((root / name).is_dir() for name in _NEEDED):
        return []
    # The kubelet asks for its cgroup in each hierarchy that there is, such as devices and freezer.
    return sorted(path for path in root.iterdir() if (path / "cgroup.procs").exists() and path.name != "unified")


def make(name: str, root: Path = ROOT) -> None:
    """Make the cgroup below which the kubelet puts its pods.

    Args:
        name: Its name.
        root: Where cgroups are mounted.
    """
    for hierarchy in hierarchies(root):
        folder = hierarchy / name
        folder.mkdir(exist_ok=True)
        if (hierarchy / "cgroup.controllers").exists():
            enable = " ".join(f"+{controller}" for controller in _NEEDED)
            for above in (hierarchy, folder):
                (above / "cgroup.subtree_control").write_text(enable)
        elif hierarchy.name == "cpuset":
            # A fresh one has no processors, and with none nothing can be put into it.
            for file in ("cpuset.cpus", "cpuset.mems"):
                (folder / file).write_text((hierarchy / file).read_text())


def remove(name: str, root: Path = ROOT, *, patience: float = 10) -> list[Path]:
    """Remove the cgroup and all below it, once nothing runs in it.

    Args:
        name: Its name.
        root: Where cgroups are mounted.
        patience: Seconds to wait for the kernel, which counts a process as there for a moment after its end.

    Returns:
        What could not be removed.
    """
    deadline = time.monotonic() + patience
    while left := [folder for folder in _folders(name, root) if folder.exists()]:
        for folder in left:
            for path, _, _ in os.walk(folder, topdown=False):
                with contextlib.suppress(OSError):
                    Path(path).rmdir()
        if time.monotonic() > deadline:
            return [folder for folder in left if folder.exists()]
        if any(folder.exists() for folder in left):
            time.sleep(0.05)
    return []


def usage(name: str, root: Path = ROOT) -> dict[str, tuple[int, int | None]]:
    """Return, by container ID, the most memory that each container below ours ever held, and its user.

    Page cache counts, as it does against the container's limit. Only of containers that are there: a cgroup goes with
    its container.

    Args:
        name: Name of our cgroup.
        root: Where cgroups are mounted.

    Returns:
        Bytes, and the uid of the first process; None while the container is still being made, or is ending.
    """
    above = root if (root / "cgroup.controllers").exists() else root / "memory"
    found: dict[str, tuple[int, int | None]] = {}
    for path, _, files in os.walk(above / name):
        folder = Path(path)
        file = next((file for file in _PEAK_FILES if file in files), None)
        if file is not None and _CONTAINER.fullmatch(folder.name):
            with contextlib.suppress(OSError, ValueError):  # it may be removed while we look
                found[folder.name] = (int((folder / file).read_text()), _uid(folder))
    return found


def _uid(folder: Path) -> int | None:
    pids = (folder / "cgroup.procs").read_text().split()
    if not pids:
        return None
    try:
        status = Path(f"/proc/{pids[0]}/status").read_text()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in status.splitlines())
    # Before it becomes the container's program, it is runc, and root.
    return None if fields["Name"].strip().startswith("runc") else int(fields["Uid"].split()[0])


def _folders(name: str, root: Path) -> list[Path]:
    return [root / name, *(path / name for path in root.iterdir() if path.is_dir())]
