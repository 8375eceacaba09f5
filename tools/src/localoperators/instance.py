"""Reports the status of a database as CloudNativePG's instance manager does: `python instance.py PORT FOLDER`.

The folder holds ``tls.crt`` and ``tls.key``, and the answer in ``status.json``. Imports no package.
"""

import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

__all__: list[str] = []

_ADDRESS = "127.0.0.1"


class _Handler(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)


def main() -> None:
    """Serve until the process is killed."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    _Handler.body = (folder / "status.json").read_bytes()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    with ThreadingHTTPServer((_ADDRESS, port), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
