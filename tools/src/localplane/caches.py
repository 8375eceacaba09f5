"""The cache folder outside the checkout: its path, and the locks of parallel users."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["cache_folder", "digest", "exclusive"]


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the cache folder: PLATFORM_STATUS_CACHE, else below XDG_CACHE_HOME, else below ~/.cache.

    An empty variable counts as not set, and a relative XDG_CACHE_HOME is ignored, as the XDG specification requires.
    """
    own = environ.get("PLATFORM_STATUS_CACHE", "")
    if own:
        return Path(own).expanduser().absolute()
    shared = Path(environ.get("XDG_CACHE_HOME", ""))
    if shared.is_absolute():
        return shared / "platform-status"
    return Path(environ.get("HOME") or Path.home()) / ".cache" / "platform-status"


def digest(parts: Iterable[bytes]) -> str:
    """Return twelve hex digits that depend on every part and on the boundaries between them."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()[:12]


@contextmanager
def exclusive(lock: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a lock file, so that two identical builds do not run in parallel.

    The operating system releases the lock when its holder ends, also after a crash.

    Args:
        lock: Path of the lock file; it is not deleted.
        waiting: Called once if another process holds it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
