"""``platform-status-mcp`` and ``python -m platform_status_assistant.mcp``."""

import logging
import sys
from collections.abc import Sequence

import anyio

from hctl.public.facts import UsageError, inert

from .arguments import read_arguments
from .server import build_server
from .serving import serve_http, serve_stdio

__all__ = ["main"]

_CANNOT_LISTEN = 3
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the client disconnects, or a signal arrives.

    Args:
        arguments: The command line without the program's name; None for that of this process.

    Returns:
        The exit code.
    """
    # The log goes to standard error, because standard output carries the protocol.
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        options = read_arguments(arguments)
        server = build_server(options.target)
        if options.http:
            serve_http(server, options)
        else:
            anyio.run(serve_stdio, server)
    except UsageError as error:
        sys.stderr.write(f"platform-status-mcp: {error}\n")
        return int(error.exit_code)
    except OSError as error:
        why = inert(str(error), 300)
        sys.stderr.write(f"platform-status-mcp: cannot listen: {why}; check --listen and --tls-cert\n")
        return _CANNOT_LISTEN
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
