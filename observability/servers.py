"""A server of the Prometheus family as a child process: on a free port of loopback, ended with its parent.

Belongs here: starting, reading the address from its log, waiting until it is ready, stopping. May not: anything
specific to one server.
"""

from __future__ import annotations

import http.client
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from localplane.children import Child, Nursery

__all__ = ["LISTEN", "listening"]

LISTEN: Final = "--web.listen-address=127.0.0.1:0"
"""The flag that makes a server choose a free port; its log has the port."""

_LISTENING: Final = re.compile(r'msg="Listening on" address=(\S+)')
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 5.0
_POLL: Final = 0.05
_LAST_LINES: Final = 5


@contextmanager
def listening(binary: Path, flags: Sequence[str], log: Path, environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Run a server; yields host:port once it is ready.

    Args:
        binary: The server.
        flags: Its flags without `LISTEN`.
        log: The file for its output, in an existing folder.
        environ: Its environment.

    Raises:
        RuntimeError: It exited, or was not ready in time; the message has its last lines.
    """
    nursery = Nursery()
    child = Child([str(binary.absolute()), *flags, LISTEN], log, nursery, environ)
    try:
        child.start()
        yield _address(child, binary)
    finally:
        child.stop(grace=_STOP_SECONDS)
        nursery.close()


def _address(child: Child, binary: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and child.exit_code is None:
        found = _LISTENING.search(child.log.read_text(errors="replace")) if child.log.exists() else None
        if found and _is_ready(found[1]):
            return found[1]
        time.sleep(_POLL)  # a file has no notification for new lines
    raise RuntimeError(f"{binary} did not start; its last lines: {child.last_lines(_LAST_LINES)}")


def _is_ready(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
