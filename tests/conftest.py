"""For every test: Ctrl-C reaches the programs that tests start, and Hypothesis knows the profile ``quick``."""

import signal

from tests.examples import register_quick

register_quick()  # before the command line is read, which may name it


def pytest_configure() -> None:
    """Let children be interrupted: a shell starts a background job with SIGINT ignored, and children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
