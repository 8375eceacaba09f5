"""Every signal that asks for the end ends a command as Ctrl-C does."""

import signal
from typing import NoReturn

__all__ = ["end_as_ctrl_c"]


def end_as_ctrl_c() -> None:
    """Let SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, so that each `with` block stops what it started."""
    # SIGINT too: a shell starts what runs in its background with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt(signal.Signals(number).name)
