"""Serves Git and Helm repositories over HTTP to Flux: `python git_server.py PORT FOLDER`; imports no package.

Git's own `http-backend` implements the protocol; this module adds the web server. Only fetching is allowed. Of a folder
that is no bare repository only the chart indexes are served.
"""

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

__all__: list[str] = []

_ADDRESS = "127.0.0.1"
_INDEX = "/index.yaml"
_GIT_TIMEOUT = 60
_HEADERS = {
    "CONTENT_TYPE": "Content-Type",
    "HTTP_CONTENT_ENCODING": "Content-Encoding",
    "GIT_PROTOCOL": "Git-Protocol",
}


class _Handler(BaseHTTPRequestHandler):
    folder = ""

    def do_GET(self) -> None:
        if self.path.endswith(_INDEX):
            self._show(Path(self.folder, self.path.lstrip("/")))
        else:
            self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        told = {name: self.headers.get(header, "") for name, header in _HEADERS.items()}
        told |= {"REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query}
        told |= {"GIT_PROJECT_ROOT": self.folder, "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_ADDR": _ADDRESS}
        environ = {**os.environ, **told, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        git = ["git", "http-backend"]
        answer = subprocess.run(git, input=body, env=environ, stdout=subprocess.PIPE, check=False, timeout=_GIT_TIMEOUT)  # noqa: S603 - no shell
        head, _, content = answer.stdout.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line]
        status = next((value for name, value in headers if name == "Status"), "200" if headers else "500")
        self.send_response(int(status.split()[0]))
        for name, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self._send(content)

    def _show(self, file: Path) -> None:
        found = file.is_file()
        self.send_response(200 if found else 404)
        self._send(file.read_bytes() if found else b"")

    def _send(self, content: bytes) -> None:
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    _Handler.folder = sys.argv[2]
    ThreadingHTTPServer((_ADDRESS, int(sys.argv[1])), _Handler).serve_forever()
