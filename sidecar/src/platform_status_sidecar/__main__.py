"""The process: settings in, exit code out."""

import os
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from platform_status_kube.connection import Connection, connect
from platform_status_kube.errors import AccessError
from platform_status_kube.http_transport import TIMEOUTS, HttpTransport, Timeouts

from . import __version__, logs
from .app import App
from .clock import ServerClock, SystemClock, TimeSource
from .errors import SettingsError
from .settings import SidecarSettings, read_settings

__all__ = ["main"]

_MAX_CONNECTIONS: Final = 24
"""Seven watches and nine workers, each with a connection of its own, and a few connections for everything else."""

_MAX_DEPTH: Final = 30_000
"""The API server accepts JSON that is nested 10,000 levels deep; Python's default recursion limit is 1,000."""


def main(
    arguments: Sequence[str] | None = None, *, local: TimeSource | None = None, timeouts: Timeouts = TIMEOUTS
) -> int:
    """Run the sidecar until SIGTERM or SIGINT.

    Args:
        arguments: Command line without the program's name; ``sys.argv`` if absent.
        local: The clocks of this machine, if others than the system's.
        timeouts: How long to wait for the API server.

    Returns:
        The exit code: 0 stopped by a signal, 1 a thread ended unexpectedly, 2 invalid settings.
    """
    try:
        settings = read_settings(sys.argv[1:] if arguments is None else arguments, os.environ)
        logs.configure(settings.log_format, settings.log_level)
        app = _app(settings, local or SystemClock(), timeouts)
    except (SettingsError, OSError) as error:
        sys.stderr.write(f"platform-status-sidecar: {error}\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: app.stop())
    app.start()
    asked = app.wait()
    app.close()
    return 0 if asked else 1


def _app(settings: SidecarSettings, local: TimeSource, timeouts: Timeouts) -> App:
    sys.setrecursionlimit(_MAX_DEPTH)
    connection = _connect(settings)
    clock = ServerClock(local)
    user_agent = f"platform-status-sidecar/{__version__}"
    transport = HttpTransport(connection, user_agent=user_agent, timeouts=timeouts, on_date=clock.hear)
    identity = socket.gethostname()
    if settings.leader_elect:
        # Two replicas may share a host name; the holder identity in the Lease must be unique.
        identity += f"_{secrets.token_hex(4)}"
    return App(settings, transport=transport, clock=clock, identity=identity)


def _connect(settings: SidecarSettings) -> Connection:
    account = Path(settings.service_account)
    try:
        return connect(settings.kubeconfig, settings.context, account=account, connections=_MAX_CONNECTIONS)
    except AccessError as error:
        if settings.kubeconfig:
            raise SettingsError(f"--kubeconfig: {error}") from error
        raise SettingsError(
            f"no --kubeconfig, and this is not a pod with a ServiceAccount: {error}; give --kubeconfig FILE"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
