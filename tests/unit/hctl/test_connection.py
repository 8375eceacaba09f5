"""Which kubeconfig counts for hctl, and that its errors are one line; nothing is sent anywhere here."""

import os
from pathlib import Path

import pytest
import yaml

from hctl.cluster.connection import connect, kubeconfig_path
from hctl.errors import HctlError
from hctl.session import Session


def written(folder: Path, context: str = "here", **further: str) -> Path:
    path = folder / context
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1/"}}],
        "users": [{"name": f"u-{context}", "user": {"token": f"token-{context}"}}],
        "contexts": [{"name": context, "context": {"cluster": "c", "user": f"u-{context}", **further}}],
        "current-context": context,
    }
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.parametrize(("further", "namespace"), [({"namespace": "team-a"}, "team-a"), ({}, "default")])
def test_the_namespace_is_that_of_the_context(tmp_path: Path, further: dict[str, str], namespace: str) -> None:
    session = Session(("", "", str(written(tmp_path, **further))))
    assert session.transport.connection.access.server == "https://127.0.0.1:1"
    assert session.scope().fallback == namespace


def test_several_files_are_one_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", f"{written(tmp_path, 'one')}{os.pathsep}{written(tmp_path, 'two')}")
    assert connect().access.authorization() == "Bearer token-one"
    assert connect(context="two").access.authorization() == "Bearer token-two"
    assert kubeconfig_path("given") == "given"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cannot be used"),
        ("{ this: is: not", "cannot be used"),
        ("{}", "sets no current context"),
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


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HctlError, match="no context 'there'"):
        connect(str(written(tmp_path)), "there")
    with pytest.raises(HctlError, match=r"/nowhere does not exist; set another one with --kubeconfig"):
        connect("/nowhere")
