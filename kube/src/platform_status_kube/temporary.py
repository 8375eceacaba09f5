"""Files for what TLS libraries take by name only; readable by the owner alone, gone with the process."""

import atexit
import functools
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["temporary"]


@functools.cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="platform-status-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def temporary(content: bytes) -> str:
    """Write a file once for each content; return its path."""
    path = _folder() / hashlib.sha256(content).hexdigest()
    if not path.exists():
        descriptor, fresh = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(fresh).rename(path)
    return str(path)
