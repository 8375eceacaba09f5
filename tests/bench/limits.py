"""Limits of memory and CPU that the kernel enforces, where this machine lets us set them."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

__all__ = ["LimitError", "limits", "parse_size"]

_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_ROOT = Path("/sys/fs/cgroup")
_PERIOD = 100_000
"""Microseconds in which the kernel counts the processor time, as the kubelet sets it."""


class LimitError(Exception):
    """No limit can be enforced here; the text says why."""


def parse_size(text: str) -> int:
    """Read a quantity such as ``64Mi``, bytes.

    Raises:
        ValueError: If it is none.
    """
    number, unit = text[:-2], text[-2:]
    if unit not in _UNITS or not number.isdecimal():
        raise ValueError(f"found {text!r}, expected a size such as 64Mi")
    return int(number) * _UNITS[unit]


@contextmanager
def limits(memory: int, millicores: int = 0, root: Path = _ROOT) -> Iterator[tuple[Path, ...]]:
    """Make cgroups for one process, and remove them at the end.

    Args:
        memory: Bytes that it may hold, swap included; 0 for no limit.
        millicores: Thousandths of a processor that it may use; 0 for no limit.
        root: Where cgroups are mounted.

    Yields:
        Their files of processes: write a pid into each. None without a limit.

    Raises:
        LimitError: Without root, or where a controller is not there.
    """
    name = f"platform-status-bench-{os.getpid()}"
    with ExitStack() as stack:
        folders: list[Path] = []
        for above, files in _settings(memory, millicores, root).items():
            folder = above / name
            try:
                folder.mkdir()
            except OSError as error:
                raise LimitError(
                    f"cannot make the cgroup {folder}: {error}; run as root, or without a limit"
                ) from error
            stack.callback(folder.rmdir)
            for file, text in files.items():
                if (folder / file).exists():
                    (folder / file).write_text(text)
                elif "sw" not in file:  # a kernel may not count swap
                    raise LimitError(f"{folder} has no {file}: its controller is not delegated; run without a limit")
            folders.append(folder / "cgroup.procs")
        yield tuple(folders)


def _settings(memory: int, millicores: int, root: Path) -> dict[Path, dict[str, str]]:
    """Return what to write, by the folder below which the cgroup is to be made."""
    quota = str(millicores * _PERIOD // 1000)
    settings: dict[Path, dict[str, str]] = {}
    if (root / "memory").is_dir():  # version 1: a hierarchy for each controller
        if memory:
            files = ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
            settings[root / "memory"] = dict.fromkeys(files, str(memory))
        if millicores:
            settings[root / "cpu"] = {"cpu.cfs_period_us": str(_PERIOD), "cpu.cfs_quota_us": quota}
        return settings
    one = {"memory.max": str(memory), "memory.swap.max": "0"} if memory else {}
    if millicores:
        one["cpu.max"] = f"{quota} {_PERIOD}"
    return {root: one} if one else {}
