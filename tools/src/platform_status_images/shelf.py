"""What was built, kept in the cache by everything that went into it, so that it is not built again."""

import hashlib
import os
import shutil
from pathlib import Path

__all__ = ["Shelf", "fingerprint"]

_KEPT = 3


def fingerprint(context: Path, *further: str) -> str:
    """Return a short digest of a build context and of what else decides the result.

    Args:
        context: A folder; names, kinds and contents count.
        further: Such as the digest of the base.
    """
    total = hashlib.sha256()
    for part in further:
        total.update(f"{part}\0".encode())
    for path in sorted(context.rglob("*")):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        total.update(f"{path.relative_to(context)}\0{content}\0".encode())
    return total.hexdigest()[:16]


class Shelf:
    """The archives that were built of the same inputs.

    Args:
        folder: In the cache; each fingerprint has a folder in it, and only the last few are kept.
        key: The fingerprint.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._own = folder / key

    def get(self, name: str) -> Path | None:
        """Return the archive of an image, or None."""
        path = self._own / f"{name}.tar"
        if not path.exists():
            return None
        os.utime(self._own)
        return path

    def put(self, name: str, archive: Path) -> Path:
        """Move an archive onto the shelf, remove what nobody asked for lately, and return its new path."""
        self._own.mkdir(parents=True, exist_ok=True)
        place = archive.replace(self._own / f"{name}.tar")
        os.utime(self._own)
        for old in sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
            shutil.rmtree(old)
        return place
