"""Free ports that stay ours."""

import socket
from types import TracebackType
from typing import Self

__all__ = ["ReservedPort"]


class ReservedPort:
    """A free TCP port on 127.0.0.1, kept from everyone else until it is closed.

    To ask for a free port, let it go and hope that it is still free when the server starts is a race. Here a socket
    stays bound to the port without listening. Both servers bind with SO_REUSEPORT too (the flags
    ``--permit-port-sharing`` and ``--socket-reuse-port``), which Linux allows to the same user only; the kernel gives
    the port to nobody else. It also stays ours while a server is restarted.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._socket.bind(("127.0.0.1", 0))
        except OSError:
            self._socket.close()
            raise
        self.number: int = self._socket.getsockname()[1]

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
