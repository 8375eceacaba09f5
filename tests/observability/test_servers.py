"""A server of the Prometheus family: its address is what its log says, and a failure is told with its last words."""

import sys
from pathlib import Path

import pytest

from observability.servers import listening

SERVER = f"""#!{sys.executable}
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Answer.asked += 1
        self.send_response(200 if Answer.asked > 2 and self.path == "/-/ready" else 503)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
print(f'level=info msg="Listening on" address=127.0.0.1:{{server.server_port}}', *sys.argv[1:], flush=True)
server.serve_forever()
"""


def script(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def test_it_is_there_once_it_says_where_and_that_it_is_ready(tmp_path: Path) -> None:
    server, log = script(tmp_path / "server", SERVER), tmp_path / "log"
    with listening(server, ["--own"], log) as address:
        assert f"address={address} --own --web.listen-address=127.0.0.1:0" in log.read_text()


def test_one_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    server = script(tmp_path / "server", "#!/bin/sh\necho 'bad config' >&2\nexit 1\n")
    with (
        pytest.raises(RuntimeError, match="did not start; its last lines: bad config"),
        listening(server, [], tmp_path / "log"),
    ):
        pass
