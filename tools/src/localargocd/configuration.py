"""The configuration of Argo CD: objects, environment and command lines. Pure."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from localgitops.network import ADDRESS

__all__ = [
    "APPLICATION_SET_CONTROLLER",
    "APPLICATION_SET_PORT",
    "COMMIT_SERVER",
    "COMMIT_SERVER_LEFTOVERS",
    "COMMIT_SERVER_PORT",
    "CONTROLLER",
    "CONTROLLER_PORT",
    "NAMESPACE",
    "REDIS_PORT",
    "REPO_SERVER",
    "REPO_SERVER_PORT",
    "VERIFY_WRAPPER",
    "application_set_command",
    "commit_server_command",
    "controller_command",
    "environment",
    "objects",
    "project",
    "redis_command",
    "repo_server_command",
]

NAMESPACE = "argocd"
CONTROLLER, REPO_SERVER, COMMIT_SERVER = "argocd-application-controller", "argocd-repo-server", "argocd-commit-server"
APPLICATION_SET_CONTROLLER = "argocd-applicationset-controller"
"""The names under which the binary is started."""

REDIS_PORT, REPO_SERVER_PORT, CONTROLLER_PORT, COMMIT_SERVER_PORT = 6379, 8081, 8082, 8086
APPLICATION_SET_PORT = 8088
_REPO_METRICS_PORT, _COMMIT_METRICS_PORT, _APPLICATION_SET_METRICS_PORT, _WEBHOOK_PORT = 8084, 8087, 8089, 7000

COMMIT_SERVER_LEFTOVERS = (Path("/tmp/commit-server-ask-pass.sock"), Path("/tmp/_commit-service"))  # noqa: S108 - upstream's
"""Paths outside its folder that the commit server creates and that cannot be configured: a socket, an empty folder."""

VERIFY_WRAPPER = "git-verify-wrapper.sh"
"""The script that the repo server runs to verify the signature of a commit; ours reports that there is none."""

_EMPTY_CONFIG_MAPS = (
    "argocd-cm",
    "argocd-cmd-params-cm",
    "argocd-gpg-keys-cm",
    "argocd-rbac-cm",
    "argocd-ssh-known-hosts-cm",
    "argocd-tls-certs-cm",
)
_REDIS = (f"--redis={ADDRESS}:{REDIS_PORT}",)
_LOGS = ("--logformat=text", "--loglevel=info")
_LABELS = {"app.kubernetes.io/part-of": "argocd"}


def objects() -> list[dict[str, Any]]:
    """Return the objects of the installation manifests other than CRDs, RBAC and servers.

    Includes the AppProject ``default``, which argocd-server would create.
    """
    config = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _metadata(name), "data": {}}
        for name in _EMPTY_CONFIG_MAPS
    ]
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata("argocd-secret"),
        "stringData": {"server.secretkey": secrets.token_urlsafe(32)},
    }
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    return [namespace, *config, secret, project("default")]


def project(name: str, **spec: object) -> dict[str, Any]:
    """Return an AppProject that allows everything except as given.

    Args:
        name: Its name.
        spec: Fields of its spec, which replace those that allow everything.
    """
    everything = {
        "sourceRepos": ["*"],
        "sourceNamespaces": ["*"],
        "destinations": [{"namespace": "*", "server": "*"}],
        "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {**everything, **spec},
    }


def environment(folder: Path, environ: Mapping[str, str], kubeconfig: Path) -> dict[str, str]:
    """Return the environment of a server, in which all paths are in its folder.

    Args:
        folder: The folder.
        environ: PATH and similar variables, without proxies.
        kubeconfig: Its kubeconfig.
    """
    ours = {
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_ASK_PASS_SOCK": str(folder / "ask-pass.sock"),
        "ARGOCD_GNUPGHOME": str(folder / "gnupg"),
        "ARGOCD_GPG_DATA_PATH": str(folder / "gpg"),
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_PLUGINSOCKFILEPATH": str(folder / "plugins"),
        "ARGOCD_SSH_DATA_PATH": str(folder / "ssh"),
        "ARGOCD_TLS_DATA_PATH": str(folder / "tls"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(folder),
        "KUBECONFIG": str(kubeconfig),
        "TMPDIR": str(folder / "tmp"),
        "PATH": f"{folder / 'bin'}:{environ.get('PATH', '')}",
    }
    return {**environ, **ours}


def redis_command(binary: str, folder: Path) -> list[str]:
    """Return the command line of Redis: on loopback, without persistence."""
    port = str(REDIS_PORT)
    return [binary, "--bind", ADDRESS, "--port", port, "--save", "", "--appendonly", "no", "--dir", str(folder)]


def repo_server_command(folder: Path) -> list[str]:
    """Return the command line of the repo server."""
    return [
        str(folder / "bin" / REPO_SERVER),
        f"--address={ADDRESS}",
        f"--port={REPO_SERVER_PORT}",
        f"--metrics-address={ADDRESS}",
        f"--metrics-port={_REPO_METRICS_PORT}",
        "--disable-tls",
        "--client-ca-path=",  # it has a default, which is refused without TLS
        "--revision-cache-expiration=1s",  # else a deleted repository stays cached for minutes
        *_REDIS,
        *_LOGS,
    ]


def commit_server_command(folder: Path) -> list[str]:
    """Return the command line of the commit server, which pushes the output of a source hydrator."""
    return [
        str(folder / "bin" / COMMIT_SERVER),
        f"--address={ADDRESS}",
        f"--port={COMMIT_SERVER_PORT}",
        f"--metrics-address={ADDRESS}",
        f"--metrics-port={_COMMIT_METRICS_PORT}",
        *_LOGS,
    ]


def controller_command(folder: Path, flags: Sequence[str]) -> list[str]:
    """Return the command line of the application controller.

    Args:
        folder: The folder of its binary.
        flags: Additional flags; of a repeated flag the last one counts.
    """
    return [
        str(folder / "bin" / CONTROLLER),
        f"--namespace={NAMESPACE}",
        "--application-namespaces=*",
        f"--metrics-port={CONTROLLER_PORT}",
        f"--repo-server={ADDRESS}:{REPO_SERVER_PORT}",
        "--repo-server-plaintext",
        f"--commit-server={ADDRESS}:{COMMIT_SERVER_PORT}",
        "--hydrator-enabled",
        *_REDIS,
        *_LOGS,
        *flags,
    ]


def application_set_command(folder: Path) -> list[str]:
    """Return the command line of the controller of ApplicationSets."""
    return [
        str(folder / "bin" / APPLICATION_SET_CONTROLLER),
        f"--namespace={NAMESPACE}",
        f"--probe-addr={ADDRESS}:{APPLICATION_SET_PORT}",
        f"--metrics-addr={ADDRESS}:{_APPLICATION_SET_METRICS_PORT}",
        f"--webhook-addr={ADDRESS}:{_WEBHOOK_PORT}",
        f"--argocd-repo-server={ADDRESS}:{REPO_SERVER_PORT}",
        "--repo-server-plaintext",
        "--enable-progressive-syncs",
        *_LOGS,
    ]


def _metadata(name: str) -> dict[str, Any]:
    return {"name": name, "namespace": NAMESPACE, "labels": _LABELS}
