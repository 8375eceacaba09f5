"""Cgroups of one node: created before the kubelet starts, read for memory, removed after their last process has ended.

Supports both versions: version 1 has a hierarchy per controller, version 2 a single one. Only the standard library,
because ``keeper`` runs without the packages of this environment.
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
    """Return the roots of the hierarchies in which a node requires a cgroup; empty if a controller is missing."""
    if (root / "cgroup.controllers").exists():
        there = (root / "cgroup.controllers").read_text().split()
        return [root] if set(_NEEDED) <= set(there) else []
    if not all((root / name).is_dir() for name in _NEEDED):
        return []
    # The kubelet requires its cgroup in every mounted hierarchy, also in devices and freezer.
    return sorted(path for path in root.iterdir() if (path / "cgroup.procs").exists() and path.name != "unified")


def make(name: str, root: Path = ROOT) -> None:
    """Create the parent cgroup of the kubelet's pods.

    Args:
        name: Its name.
        root: Mount point of cgroups.
    """
    for hierarchy in hierarchies(root):
        folder = hierarchy / name
        folder.mkdir(exist_ok=True)
        if (hierarchy / "cgroup.controllers").exists():
            enable = " ".join(f"+{controller}" for controller in _NEEDED)
            for above in (hierarchy, folder):
                (above / "cgroup.subtree_control").write_text(enable)
        elif hierarchy.name == "cpuset":
            # A new cpuset has no processors, and then no process can be moved into it.
            for file in ("cpuset.cpus", "cpuset.mems"):
                (folder / file).write_text((hierarchy / file).read_text())


def remove(name: str, root: Path = ROOT, *, patience: float = 10) -> list[Path]:
    """Remove the cgroup with its children, once it has no process.

    Args:
        name: Its name.
        root: Mount point of cgroups.
        patience: Seconds to wait, because the kernel counts a process for a moment after its end.

    Returns:
        The folders that could not be removed.
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
    """Return, by container ID, the peak memory of each container below our cgroup, and its user.

    Page cache counts, as it does against the container's limit. Only present containers are included: a cgroup is
    removed with its container.

    Args:
        name: Name of our cgroup.
        root: Mount point of cgroups.

    Returns:
        Bytes, and the uid of the first process; None while the container is being created, or is ending.
    """
    above = root if (root / "cgroup.controllers").exists() else root / "memory"
    found: dict[str, tuple[int, int | None]] = {}
    for path, _, files in os.walk(above / name):
        folder = Path(path)
        file = next((file for file in _PEAK_FILES if file in files), None)
        if file is not None and _CONTAINER.fullmatch(folder.name):
            with contextlib.suppress(OSError, ValueError):  # it may be removed meanwhile
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
    # Until it executes the container's program, the process is runc, which runs as root.
    return None if fields["Name"].strip().startswith("runc") else int(fields["Uid"].split()[0])


def _folders(name: str, root: Path) -> list[Path]:
    return [root / name, *(path / name for path in root.iterdir() if path.is_dir())]
