"""SIGTERM and SIGHUP end a command in the same way as Ctrl-C."""

import signal
from typing import NoReturn

__all__ = ["end_as_ctrl_c"]


def end_as_ctrl_c() -> None:
    """Make SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, so that each `with` block stops its servers."""
    # SIGINT too: a shell starts background commands with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt(signal.Signals(number).name)
