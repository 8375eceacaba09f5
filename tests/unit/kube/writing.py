"""Kubeconfigs of one context, and plugins that are scripts."""

import json
from pathlib import Path
from typing import Any

import yaml

__all__ = ["BETA", "EXEC", "V1", "brings", "plugin_of", "write"]

V1 = "client.authentication.k8s.io/v1"
BETA = "client.authentication.k8s.io/v1beta1"
EXEC = {"apiVersion": V1, "interactiveMode": "Never"}


def write(folder: Path, user: object, cluster: dict[str, Any] | None = None, *, name: str = "config") -> Path:
    """Write a kubeconfig; what is given goes beside or over a server that nobody listens at."""
    path = folder / name
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://192.0.2.1:1", **(cluster or {})}}],
        "users": [{"name": "admin", "user": user}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "admin"}}],
        "current-context": "here",
    }
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def plugin_of(folder: Path, script: str, **fields: object) -> dict[str, Any]:
    """A user whose credentials a shell script brings."""
    path = folder / "plugin"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return {"exec": {**EXEC, "command": str(path), "installHint": "Install it\nfrom the platform's wiki.", **fields}}


def brings(status: dict[str, object], version: str = V1) -> str:
    """A script that prints an ExecCredential."""
    credential = {"kind": "ExecCredential", "apiVersion": version, "status": status}
    return f"echo '{json.dumps(credential)}'"
