"""The one endpoint of a kubelet that ``kubectl logs`` needs, so that the real API server has somebody to ask."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from localplane.certificates import new_authority
from localplane.client import Client

__all__ = ["node_with_logs"]


@contextmanager
def node_with_logs(admin: Client, name: str, folder: Path, logs: dict[tuple[str, bool], bytes]) -> Iterator[str]:
    """Register a node whose kubelet serves logs.

    Args:
        admin: Who may.
        name: Name of the node.
        folder: For the key of its certificate.
        logs: Pod and whether the previous run is meant -> the log.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            _, kind, _, pod, _ = url.path.split("/")
            query = parse_qs(url.query)
            found = logs.get((pod, query.get("previous") == ["true"]))
            body = b"".join((found or b"").splitlines(keepends=True)[-int(query.get("tailLines", ["100"])[0]) :])
            self.send_response(200 if kind == "containerLogs" and found is not None else 404)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the base class says so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, name="kubelet")
    thread.start()
    try:
        node = admin.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})
        addresses = [{"type": "InternalIP", "address": "127.0.0.1"}]
        endpoint = {"kubeletEndpoint": {"Port": server.server_address[1]}}
        admin.replace({**node, "status": {"addresses": addresses, "daemonEndpoints": endpoint}}, subresource="status")
        yield name
        admin.delete("v1", "Node", name)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> Path:
    pair = new_authority("kubelet", datetime.now(UTC)).server("kubelet", ["127.0.0.1"], datetime.now(UTC))
    path = folder / "kubelet.pem"
    path.write_bytes(pair.certificate + pair.key)
    return path
