"""A memory limit that the kernel enforces, where this machine lets us set one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["LimitError", "memory_limit", "parse_size"]

_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_V1, _V2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")


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
def memory_limit(size: int) -> Iterator[Path]:
    """Make a cgroup that may hold `size` bytes, swap included, and remove it at the end.

    Yields:
        Its file of processes: write a pid there.

    Raises:
        LimitError: Without root, or where the memory controller cannot be delegated.
    """
    name = f"platform-status-bench-{os.getpid()}"
    folder, limits = (
        (_V1 / name, ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"))
        if (_V1 / "memory.limit_in_bytes").exists()
        else (_V2 / name, ("memory.max", "memory.swap.max"))
    )
    try:
        folder.mkdir()
    except OSError as error:
        raise LimitError(f"cannot make the cgroup {folder}: {error}; run as root, or without MEMORY") from error
    try:
        for file in limits:
            target = folder / file
            if target.exists():
                target.write_text("0" if file == "memory.swap.max" else str(size))
        if not (folder / limits[0]).exists():
            raise LimitError(f"{folder} has no {limits[0]}: the memory controller is not delegated; run without MEMORY")
        yield folder / "cgroup.procs"
    finally:
        folder.rmdir()
