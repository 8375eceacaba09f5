"""The folders of one control plane: a temporary one that is deleted with it, and one for logs, kept after a failure.

A killed process cannot clean up, so the next one does: each temporary folder contains a file that its owner has locked,
and the operating system releases the lock when the owner ends.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

__all__ = ["RunFolder", "sweep", "sweep_logs"]

_PREFIX = "localplane-"
_LOCK = "owner.lock"
_KEEP_LOGS_SECONDS = 7 * 24 * 3600


class RunFolder:
    """A temporary folder (mode 0700) that is locked while its owner runs, and a folder for logs.

    Args:
        logs: Parent folder of the logs of all runs; this run creates a folder below it.
        parent: Parent of the temporary folder; None: the system's.
    """

    def __init__(self, logs: Path, parent: Path | None = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self.logs = logs / f"{time.strftime('%Y%m%dT%H%M%S')}-{self.path.name.removeprefix(_PREFIX)}"
        self.logs.mkdir(parents=True, mode=0o700)
        # Locked before it is renamed, so that a sweep never finds it unlocked.
        fresh = self.path / ".owner"
        self._lock = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        fresh.rename(self.path / _LOCK)

    def remove(self, *, keep_logs: bool) -> None:
        """Delete the temporary folder, and the logs unless they are to be kept."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)
        if not keep_logs:
            shutil.rmtree(self.logs, ignore_errors=True)


def sweep(parent: Path | None = None) -> None:
    """Delete temporary folders whose owner has ended.

    Args:
        parent: Folder to search; None: the system's folder for temporary files.
    """
    for lock in (parent or Path(tempfile.gettempdir())).glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError):  # it belongs to another user, another sweep, or a running owner
            descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if lock.parent.lstat().st_uid == os.getuid():
                    shutil.rmtree(lock.parent, ignore_errors=True)
            finally:
                os.close(descriptor)


def sweep_logs(logs: Path, now: float) -> None:
    """Delete logs that have not changed for a week.

    Args:
        logs: The folder of all logs.
        now: Seconds since the epoch.
    """
    for folder in logs.glob("*/"):
        with contextlib.suppress(OSError):  # another sweep has deleted it
            files = [*folder.iterdir(), folder]
            if max(file.stat().st_mtime for file in files) < now - _KEEP_LOGS_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
