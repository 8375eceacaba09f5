"""Credential plugins: a command that prints an ExecCredential of client.authentication.k8s.io.

A plugin without a result is an error with its install hint, never a request without credentials. The plugin has no
terminal: hctl runs in pipes and the MCP server uses its standard streams, so a plugin that prompts a person fails.
"""

import base64
import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from .entries import Cluster, Plugin
from .errors import AccessError, one_line

__all__ = ["Credential", "run_plugin"]

_VERSIONS: Final = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
_MODES: Final = ("Never", "IfAvailable", "Always")
_RUN_TIMEOUT: Final = 30.0
_MAX_OUTPUT: Final = 2**20
_CHUNK: Final = 65536
_EXTENSION: Final = "client.authentication.k8s.io/exec"


class Credential(Struct, frozen=True, rename="camel"):
    """The credentials from a plugin: a token, a certificate with its key, or both.

    Attributes:
        token: Bearer token.
        client_certificate_data: PEM.
        client_key_data: PEM.
        expiration_timestamp: When the credentials expire and the plugin runs again.
    """

    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: datetime | None = None


class _Answer(Struct, rename="camel"):
    api_version: str
    kind: str
    status: dict[str, Any]


def run_plugin(plugin: Plugin, cluster: Cluster, *, seconds: float = _RUN_TIMEOUT) -> Credential:
    """Run a plugin to obtain credentials.

    Args:
        plugin: The command, from the kubeconfig.
        cluster: The cluster that is passed to the plugin, if the kubeconfig asks for it.
        seconds: The timeout.

    Raises:
        AccessError: There are no credentials; with the plugin's install hint.
    """
    try:
        _check(plugin)
        return _credential(plugin, _output(plugin, _environment(plugin, cluster), seconds))
    except AccessError as error:
        hint = one_line(plugin.install_hint, 600)
        name = one_line(plugin.command) or "exec"
        raise AccessError(f"credential plugin {name!r} {error}" + (f"; {hint}" if hint else "")) from error


def _check(plugin: Plugin) -> None:
    if not plugin.command:
        raise AccessError("has no command")
    if plugin.api_version not in _VERSIONS:
        expected = " or ".join(_VERSIONS)
        raise AccessError(f"has the apiVersion {one_line(plugin.api_version)!r}, expected {expected}")
    if not plugin.interactive_mode and plugin.api_version == _VERSIONS[0]:
        raise AccessError(f"has no interactiveMode, which {_VERSIONS[0]} requires: {', '.join(_MODES)}")
    if plugin.interactive_mode not in ("", *_MODES):
        mode = one_line(plugin.interactive_mode)
        raise AccessError(f"has the interactiveMode {mode!r}, expected {', '.join(_MODES)}")
    if plugin.interactive_mode == "Always":
        raise AccessError("needs a terminal for its prompt (interactiveMode Always), and gets none here")


def _environment(plugin: Plugin, cluster: Cluster) -> dict[str, str]:
    spec: dict[str, Any] = {"interactive": False}
    if plugin.provide_cluster_info:
        spec["cluster"] = _cluster_info(cluster)
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    given = {variable.name: variable.value for variable in plugin.env}
    return {**os.environ, **given, "KUBERNETES_EXEC_INFO": json.dumps(info)}


def _cluster_info(cluster: Cluster) -> dict[str, Any]:
    authority = cluster.certificate_authority_data
    if not authority and cluster.certificate_authority:
        try:
            authority = base64.b64encode(Path(cluster.certificate_authority).read_bytes()).decode()
        except OSError as error:
            raise AccessError(f"requires the certificate-authority, which cannot be read: {error.strerror}") from error
    told = {
        "server": cluster.server,
        "tls-server-name": cluster.tls_server_name,
        "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
        "certificate-authority-data": authority,
        "proxy-url": cluster.proxy_url,
        "disable-compression": cluster.disable_compression,
        "config": next((e.get("extension") for e in cluster.extensions if e.get("name") == _EXTENSION), None),
    }
    return {key: value for key, value in told.items() if value}


def _output(plugin: Plugin, environment: dict[str, str], seconds: float) -> bytes:
    found = shutil.which(plugin.command)
    if found is None or not Path(found).is_absolute():
        raise AccessError("is not installed: there is no such executable on the PATH")
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's kubeconfig names it, as for kubectl
            [plugin.command, *plugin.args],
            executable=found,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            # A session of its own: it has no terminal to prompt on, and its children can be ended with it.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or one_line(str(error))
        raise AccessError(f"cannot be started: {cause}") from error
    with process:
        try:
            output, said = _read_streams(process, time.monotonic() + seconds)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, TimeoutError):
                raise AccessError(f"did not end within {seconds:g} s; it may be waiting for input") from error
            raise
    if process.returncode:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        because = f": {one_line(lines[-1])}" if lines else ""
        how = f"code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        raise AccessError(f"failed with {how}{because}")
    return output


def _read_streams(process: "subprocess.Popen[bytes]", until: float) -> tuple[bytes, bytes]:
    """Read both streams until the process has ended; children that still run may hold them open."""
    heard: dict[Any, bytes] = {process.stdout: b"", process.stderr: b""}
    with selectors.DefaultSelector() as selector:
        for stream in heard:
            selector.register(stream, selectors.EVENT_READ)
        ended = False
        while selector.get_map():
            ready = selector.select(0.05)
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                heard[key.fileobj] += chunk
                if len(heard[process.stdout]) > _MAX_OUTPUT:
                    raise AccessError(f"printed more than {_MAX_OUTPUT} bytes")
                heard[process.stderr] = heard[process.stderr][-_CHUNK:]
            if ended and not ready:
                break
            ended = process.poll() is not None
            if time.monotonic() > until:
                raise TimeoutError
    try:
        process.wait(max(until - time.monotonic(), 0))
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    return heard[process.stdout], heard[process.stderr]


def _credential(plugin: Plugin, output: bytes) -> Credential:
    # No error quotes the output, because it may contain most of a token.
    try:
        answer = msgspec.json.decode(output, type=_Answer)
        told = {key: value for key, value in answer.status.items() if value is not None}
        found = msgspec.convert(told, Credential)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise AccessError(f"printed no ExecCredential: {one_line(str(error))}") from error
    if answer.kind != "ExecCredential" or answer.api_version != plugin.api_version:
        raise AccessError(f"printed no ExecCredential of {plugin.api_version}")
    if bool(found.client_certificate_data) != bool(found.client_key_data):
        raise AccessError("returned a certificate without its key, or a key without its certificate")
    if not found.token and not found.client_certificate_data:
        raise AccessError("returned neither a token nor a certificate")
    if found.expiration_timestamp is not None and found.expiration_timestamp.tzinfo is None:
        raise AccessError("returned an expirationTimestamp without a time zone")
    return found
