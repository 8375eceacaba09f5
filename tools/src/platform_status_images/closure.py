"""The part of requirements.lock that an image needs: the closure of its distribution.

The graph is read from the metadata of the installed distributions, which `make` installed from the same lock; so it
needs no network and resolves to the versions that the tests used.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from platform_status_images.commands import ClosureError

__all__ = ["Pinned", "Target", "closure", "read_lock"]

_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True)
class Target:
    """The platform of the wheels of an image.

    Attributes:
        python: Version of the base's Python, such as ``3.11``.
        machine: The kernel's name of the processor, such as ``x86_64`` or ``aarch64``.
    """

    python: str
    machine: str

    def environment(self) -> dict[str, str]:
        """Return the variables of PEP 508 markers."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
            "extra": "",
        }


@dataclass(frozen=True)
class Pinned:
    """One distribution of the lock: its version, and the hashes of its files."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def requirement(self) -> str:
        """Its line in a requirements file."""
        return " ".join([f"{self.name}=={self.version}", *(f"--hash={one}" for one in self.hashes)])


def read_lock(text: str) -> dict[str, Pinned]:
    """Parse requirements.lock, by canonical name.

    Args:
        text: The output of ``make lock``: one entry per line, continued by backslashes.
    """
    pinned: dict[str, Pinned] = {}
    for line in text.replace("\\\n", " ").splitlines():
        found = _ENTRY.match(line)
        if found:
            name = canonicalize_name(found["name"])
            pinned[name] = Pinned(name, found["version"], tuple(_HASH.findall(line)))
    return pinned


def closure(
    distribution: str,
    lock: Mapping[str, Pinned],
    target: Target,
    requires: Callable[[str], list[str] | None] = metadata.requires,
) -> tuple[list[str], list[Pinned]]:
    """Collect the transitive requirements of a distribution.

    Args:
        distribution: The root; one of ours.
        lock: From `read_lock`.
        target: The platform for the markers.
        requires: Returns the requirements of an installed distribution.

    Returns:
        Our own distributions, which are not in the lock, and the pinned ones; each sorted by name.

    Raises:
        ClosureError: A distribution is not installed or not in the lock, or another version is required.
    """
    own: set[str] = set()
    pinned: dict[str, Pinned] = {}
    seen: set[tuple[str, str]] = set()
    todo: list[tuple[str, str]] = [(canonicalize_name(distribution), "")]
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        if name in lock:
            pinned[name] = lock[name]
        elif name.startswith("platform-status-"):
            own.add(name)
        else:
            raise ClosureError(f"requirements.lock: no entry {name}, which {distribution} needs; run make lock")
        try:
            lines = requires(name) or []
        except metadata.PackageNotFoundError:
            raise ClosureError(
                f"{name}: not installed here, so what it requires on {target.machine} with Python {target.python} "
                "is not known; make a fresh environment with make clean"
            ) from None
        for line in lines:
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate(target.environment() | {"extra": extra}):
                child = canonicalize_name(wanted.name)
                _check(wanted, lock.get(child), name)
                todo += [(child, ""), *((child, canonicalize_name(part)) for part in wanted.extras)]
    return sorted(own), [pinned[name] for name in sorted(pinned)]


def _check(wanted: Requirement, found: Pinned | None, parent: str) -> None:
    if found is not None and not wanted.specifier.contains(found.version, prereleases=True):
        raise ClosureError(f"requirements.lock: {found.name}=={found.version}, but {parent} needs {wanted}; make lock")
