"""The kubeconfig, as kubectl reads it; nothing is sent anywhere here."""

import base64
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hctl.cluster.connection import connect, kubeconfig_path
from hctl.errors import HctlError


def _write(folder: Path, user: dict[str, Any], name: str = "config", context: str = "here", **further: object) -> Path:
    path = folder / name
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1/"}}],
        "users": [{"name": f"u-{context}", "user": user}],
        "contexts": [{"name": context, "context": {"cluster": "c", "user": f"u-{context}", **further}}],
        "current-context": context,
    }
    path.write_text(yaml.safe_dump(content))
    return path


def test_a_token_and_the_namespace_of_the_context(tmp_path: Path) -> None:
    connection = connect(str(_write(tmp_path, {"token": "abc"}, namespace="team-a")))
    assert connection.host == "https://127.0.0.1:1"
    assert connection.authorization() == "Bearer abc"
    assert (connection.context, connection.namespace) == ("here", "team-a")


def test_whoever_imports_the_package_later_gets_all_of_it(tmp_path: Path) -> None:
    """A module that was imported below an empty package would be no attribute of the real one."""
    config = _write(tmp_path, {"token": "abc"})
    code = (
        "import sys\nfrom hctl.cluster.connection import connect\n"
        f"connect({str(config)!r})\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'kubernetes'], sys.modules.keys()\n"
        "import kubernetes.client\n"
        f"connect({str(config)!r})\n"
        "print(kubernetes.client.rest.RESTClientObject.__name__)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own
    assert ended.stdout == "RESTClientObject\n", ended.stderr


def test_without_a_namespace_it_is_default(tmp_path: Path) -> None:
    connection = connect(str(_write(tmp_path, {"username": "jane", "password": "secret"})))
    assert connection.namespace == "default"
    assert connection.authorization() == "Basic " + base64.b64encode(b"jane:secret").decode()


def test_a_plugin_that_brings_the_token(tmp_path: Path) -> None:
    credential = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "xyz"}}
    plugin = tmp_path / "plugin"
    plugin.write_text(f"#!/bin/sh\necho '{json.dumps(credential)}'\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    user = {"exec": {"apiVersion": credential["apiVersion"], "command": str(plugin), "interactiveMode": "Never"}}
    assert connect(str(_write(tmp_path, user))).authorization() == "Bearer xyz"


def test_oidc_which_needs_the_whole_package(tmp_path: Path) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 4102444800}).encode()).decode().rstrip("=")
    token = f"e30.{claims}.c2ln"
    provider = {
        "name": "oidc",
        "config": {"id-token": token, "client-id": "x", "idp-issuer-url": "https://idp.example"},
    }
    connection = connect(str(_write(tmp_path, {"auth-provider": provider})))
    assert connection.authorization() == f"Bearer {token}"


def test_several_files_are_one_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _write(tmp_path, {"token": "one"}, "first", "one")
    second = _write(tmp_path, {"token": "two"}, "second", "two")
    monkeypatch.setenv("KUBECONFIG", f"{first}{os.pathsep}{second}")
    assert connect().authorization() == "Bearer one"
    assert connect(context="two").authorization() == "Bearer two"
    assert kubeconfig_path("given") == "given"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cannot be used"),
        ("[1, 2]", "cannot be used"),
        ("{ this: is: not", "cannot be used"),
        ("{}", "names no current context"),
        ("current-context: x\ncontexts: 7", "cannot be used"),
        ("current-context: x\ncontexts: [{name: x, context: {cluster: gone}}]\nclusters: []", "cannot be used"),
    ],
)
def test_a_file_that_is_none_is_one_line_that_names_it(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(HctlError) as error:
        connect(str(path))
    assert said in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_context_is_named(tmp_path: Path) -> None:
    with pytest.raises(HctlError, match="no context 'there'"):
        connect(str(_write(tmp_path, {"token": "abc"})), "there")


def test_a_certificate_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(HctlError, match=r"gone\.pem"):
        connect(str(_write(tmp_path, {"client-certificate": "gone.pem", "client-key": "gone.key"})))
