"""The sidecar with a clock that tests move and with less patience for silence; otherwise as it ships.

Usage: ``python -m tests.faults.runner`` with the sidecar's own flags. FAULTS_SILENCE_SECONDS shortens the deadlines of
a silent watch and of an answer; FAULTS_CLOCK names a file with the seconds by which the wall clock is wrong.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from platform_status_kube.http_transport import TIMEOUTS, Timeouts
from platform_status_sidecar.__main__ import main
from platform_status_sidecar.clock import SystemClock

__all__ = ["ShiftedClock", "set_clock"]


def set_clock(clock: Path, seconds: float) -> None:
    """Let the clock of a sidecar be wrong by so many seconds, from now on."""
    new = clock.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(clock)


class ShiftedClock(SystemClock):
    """Wall time is off by what a file says; monotonic time is not, as on a real machine."""

    def now(self) -> datetime:
        """Return the shifted wall time."""
        return super().now() + timedelta(seconds=float(Path(os.environ["FAULTS_CLOCK"]).read_text()))


if __name__ == "__main__":
    silence = float(os.environ.get("FAULTS_SILENCE_SECONDS", "0"))
    timeouts = Timeouts(answer=silence, silence=silence) if silence else TIMEOUTS
    local = ShiftedClock() if os.environ.get("FAULTS_CLOCK") else SystemClock()
    sys.exit(main(local=local, timeouts=timeouts))
