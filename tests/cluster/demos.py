"""A demo as a process, and whatever it leaves behind."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["ROOT", "Demo"]

ROOT = Path(__file__).parents[2]
MARK = "DEMO_TEST_MARK"


class Demo:
    """One run, found again by a mark in the environment that everything it starts inherits."""

    def __init__(self, temporary: Path, *options: str, module: str = "platform_status_demo", **environ: str) -> None:
        self.mark = uuid.uuid4().hex
        self.temporary = temporary
        self.process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", module, *options],
            cwd=ROOT,
            env={**os.environ, MARK: self.mark, "TMPDIR": str(temporary), **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def lines_until(self, text: str) -> Iterator[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield line
            if text in line:
                return
        pytest.fail(f"the demo ended before it said {text!r}")

    def ended(self, seconds: float) -> str:
        return self.process.communicate(timeout=seconds)[0]

    def left(self) -> dict[int, str]:
        """Return all processes that carry the mark: pid -> command line."""
        wanted = f"{MARK}={self.mark}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue  # gone meanwhile, or not ours
        return found

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
