"""Credential plugins: what they are told, what they bring, and every way in which they bring nothing."""

import base64
import datetime as dt
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from localplane.certificates import new_authority
from platform_status_kube.entries import Cluster, Plugin
from platform_status_kube.errors import AccessError
from platform_status_kube.kubeconfig import access
from platform_status_kube.plugin import run_plugin

from .writing import BETA, EXEC, V1, brings, plugin_of, write

HINT = "Install it from the platform's wiki."


def refusal(folder: Path, user: dict[str, Any]) -> str:
    with pytest.raises(AccessError) as error:
        access(str(write(folder, user)))
    said = str(error.value)
    assert "user 'admin': credential plugin " in said
    assert said.isprintable()
    return said


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo 'not logged in' >&2; exit 7", "failed with code 7: not logged in"),
        ("printf 'one\\ntwo \\033[31m\\n\\n' >&2; exit 1", "failed with code 1: two [31m"),
        ("exit 1", "failed with code 1"),
        ("kill -9 $$", "failed with signal 9"),
        (brings({"token": "secret-token"}) + "; exit 1", "failed with code 1"),
        ("true", "printed no ExecCredential"),
        ("echo secret-token", "printed no ExecCredential"),
        ('echo \'{"token": "secret-token"}\'', "printed no ExecCredential"),
        ("echo '[]'", "printed no ExecCredential"),
        (brings({"token": "secret-token"}) + "; echo secret-token", "printed no ExecCredential"),
        (brings({"token": 7}), "printed no ExecCredential"),
        (brings({"token": "secret-token", "expirationTimestamp": "tomorrow"}), "printed no ExecCredential"),
        (brings({"token": "secret-token"}, BETA), f"printed no ExecCredential of {V1}"),
        (brings({}), "neither a token nor a certificate"),
        (brings({"token": "", "clientKeyData": None}), "neither a token nor a certificate"),
        (brings({"clientCertificateData": "secret-token"}), "a certificate without its key"),
        (brings({"token": "secret-token", "clientKeyData": "x"}), "a key without its certificate"),
        ("head -c 2000000 /dev/zero", "printed more than"),
        ("yes", "printed more than"),
    ],
)
def test_a_plugin_that_brings_nothing_is_one_line_with_its_hint(tmp_path: Path, script: str, why: str) -> None:
    said = refusal(tmp_path, plugin_of(tmp_path, script))
    assert why in said
    assert said.endswith(f"; {HINT}")
    assert "secret-token" not in said


def test_a_token_that_no_header_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="its token is empty, or has characters"):
        access(str(write(tmp_path, plugin_of(tmp_path, brings({"token": "a b\\u0001"})))))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"command": "no-such-plugin-anywhere"}, "'no-such-plugin-anywhere' is not installed"),
        ({"command": "/nowhere/plugin"}, "is not installed"),
        ({"command": ""}, "has no command"),
        ({"apiVersion": ""}, "has the apiVersion ''"),
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "/v1alpha1', expected"),
        ({"interactiveMode": ""}, "has no interactiveMode"),
        ({"interactiveMode": "Sometimes"}, "interactiveMode 'Sometimes'"),
        ({"interactiveMode": "Always"}, "needs a terminal"),
        ({"args": ["\x00"]}, "cannot be started"),
    ],
)
def test_a_plugin_that_cannot_run_is_one_line_with_its_hint(tmp_path: Path, fields: dict[str, Any], why: str) -> None:
    said = refusal(tmp_path, plugin_of(tmp_path, brings({"token": "x"}), **fields))
    assert why in said
    assert said.endswith(f"; {HINT}")


@pytest.mark.parametrize("mode", [0o600, 0o700])
def test_a_file_that_is_no_program_is_one_line(tmp_path: Path, mode: int) -> None:
    user = plugin_of(tmp_path, "")
    path = Path(user["exec"]["command"])
    path.write_text("\x7fELF")
    path.chmod(mode)
    assert HINT in refusal(tmp_path, user)


def test_a_plugin_that_takes_for_ever_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    script = tmp_path / "slow"
    script.write_text(f"#!/bin/sh\nsleep 300 &\necho $! > {tmp_path}/child\nread answer\nwait\n")
    script.chmod(0o700)
    began = time.monotonic()
    with pytest.raises(AccessError, match="did not end within"):
        run_plugin(Plugin(command=str(script), api_version=BETA, install_hint="wait"), Cluster(), seconds=2)
    assert time.monotonic() - began < 60
    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 10  # a busy machine ends what was killed a little later
    while (said := _state(child)) not in ("", "Z") and time.monotonic() < until:
        time.sleep(0.01)
    assert said in ("", "Z")


def _state(process: int) -> str:
    """The state of a process, empty if it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split(") ")[1][0]
    except OSError:
        return ""


def test_a_plugin_has_nobody_to_ask(tmp_path: Path) -> None:
    script = "read answer || answer=nobody; (exec 3</dev/tty) 2>/dev/null && answer=terminal; echo $answer >&2; exit 1"
    config = write(tmp_path, plugin_of(tmp_path, script, interactiveMode="IfAvailable"))
    code = f"from platform_status_kube.kubeconfig import access\naccess({str(config)!r})"
    # on a terminal, at which somebody would answer
    spawning = f"import pty, sys\npty.spawn([sys.executable, '-c', {code!r}])"
    ended = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", spawning], input="me\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert "failed with code 1: nobody" in ended.stdout


def test_what_a_plugin_leaves_running_does_not_hold_us_up(tmp_path: Path) -> None:
    began = time.monotonic()
    found = access(str(write(tmp_path, plugin_of(tmp_path, "sleep 25 &\n" + brings({"token": "abc"})))))
    assert found.authorization() == "Bearer abc"
    assert time.monotonic() - began < 20


def test_what_a_plugin_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INHERITED", "yes")
    authority = new_authority("test", dt.datetime.now(dt.UTC)).certificate
    (tmp_path / "ca.crt").write_bytes(authority)
    script = f'echo "$1 $MINE $INHERITED $KUBERNETES_EXEC_INFO" > {tmp_path}/told\n' + brings({"token": "abc"}, BETA)
    user = plugin_of(tmp_path, script, apiVersion=BETA, args=["get token"], provideClusterInfo=True)
    user["exec"] |= {"env": [{"name": "MINE", "value": "set"}], "interactiveMode": None}
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x"}}
    access(
        str(
            write(
                tmp_path, user, {"certificate-authority": "ca.crt", "tls-server-name": "n", "extensions": [extension]}
            )
        )
    )
    *words, info = (tmp_path / "told").read_text().split(" ", 4)
    assert words == ["get", "token", "set", "yes"]
    assert json.loads(info) == {
        "kind": "ExecCredential",
        "apiVersion": BETA,
        "spec": {
            "interactive": False,
            "cluster": {
                "server": "https://192.0.2.1:1",
                "tls-server-name": "n",
                "certificate-authority-data": base64.b64encode(authority).decode(),
                "config": {"audience": "x"},
            },
        },
    }


def test_a_command_with_a_folder_is_beside_the_kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = plugin_of(tmp_path, brings({"token": "beside"}))
    user["exec"]["command"] = "./plugin"
    config = write(tmp_path, user)
    monkeypatch.chdir("/")
    assert access(str(config)).authorization() == "Bearer beside"
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    user["exec"] = {**EXEC, "command": "plugin"}
    assert access(str(write(tmp_path, user))).authorization() == "Bearer beside"


def test_a_certificate_that_a_plugin_brought(tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    pair = new_authority("test", now).client("jane", (), now)
    status = {"clientCertificateData": pair.certificate.decode(), "clientKeyData": pair.key.decode()}
    (tmp_path / "credential").write_text(json.dumps({"kind": "ExecCredential", "apiVersion": V1, "status": status}))
    found = access(str(write(tmp_path, plugin_of(tmp_path, f"cat {tmp_path}/credential"))))
    assert found.certificate is not None
    assert Path(found.certificate[0]).read_bytes() == pair.certificate
    assert not found.expired


@pytest.mark.parametrize(("moment", "over"), [("2020-01-01T00:00:00Z", True), ("2100-01-01T00:00:00Z", False)])
def test_credentials_expire(tmp_path: Path, moment: str, *, over: bool) -> None:
    user = plugin_of(tmp_path, brings({"token": "abc", "expirationTimestamp": moment}))
    assert access(str(write(tmp_path, user))).expired is over
