"""Where the kubernetes package honours a kubeconfig, kube/ means the same by it; ADR 0029 says where it does not."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kubernetes.client import Configuration
from kubernetes.config.kube_config import load_kube_config

from localplane.certificates import new_authority
from platform_status_kube.kubeconfig import access

from .writing import brings, plugin_of, write

_AUTHORITY = new_authority("beside", datetime.now(UTC)).certificate


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "token": ({"token": "abc"}, {}),
    "authority": ({"token": "abc"}, {"certificate-authority-data": _encoded(_AUTHORITY)}),
    "unverified": ({"token": "abc"}, {"insecure-skip-tls-verify": True}),
    "another-name": ({"token": "abc"}, {"tls-server-name": "api.example.org"}),
    "basic": ({"username": "jane", "password": "x y"}, {}),
}


@pytest.mark.parametrize("name", [*CASES, "plugin"])
def test_both_read_the_same(name: str, tmp_path: Path) -> None:
    user, cluster = CASES.get(name) or (plugin_of(tmp_path, brings({"token": "abc"})), {})
    path = str(write(tmp_path, user, cluster))
    theirs = Configuration()
    load_kube_config(path, client_configuration=theirs)  # type: ignore[no-untyped-call]  # the package has no types
    ours = access(path)
    assert ours.server == theirs.host
    assert ours.authorization() == (theirs.api_key.get("BearerToken") or theirs.get_basic_auth_token())
    assert ours.verify is theirs.verify_ssl
    assert (ours.tls_server_name or None) == theirs.tls_server_name
    if theirs.ssl_ca_cert:
        assert ours.authority is not None
        assert Path(ours.authority).read_bytes() == Path(theirs.ssl_ca_cert).read_bytes()
