"""Kubeconfig files, for kubectl and for every client library."""

import base64
import os
from pathlib import Path

import yaml

from localplane.certificates import KeyPair

__all__ = ["kubeconfig", "write_private"]


def kubeconfig(server: str, authority: bytes, user: str, pair: KeyPair, namespace: str = "default") -> str:
    """Return a self-contained kubeconfig as YAML.

    Args:
        server: Such as ``https://127.0.0.1:40123``.
        authority: PEM certificate of the CA that signed the server's certificate.
        user: Name of the user entry.
        pair: The client's certificate and key.
        namespace: Default namespace of the context.
    """
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "local", "cluster": {"server": server, "certificate-authority-data": _inline(authority)}}
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": _inline(pair.certificate),
                    "client-key-data": _inline(pair.key),
                },
            }
        ],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": user, "namespace": namespace}}],
        "current-context": "local",
    }
    return yaml.safe_dump(content, sort_keys=False)


def write_private(path: Path, content: bytes) -> Path:
    """Write a file that is created with mode 0600.

    Args:
        path: The file; an existing one is replaced.
        content: The content.

    Returns:
        The path.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    fresh.rename(path)
    return path


def _inline(pem: bytes) -> str:
    return base64.b64encode(pem).decode()
