"""The command line of ``platform-status-mcp``, and what it refuses."""

import argparse
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from hctl.public.facts import Target, UsageError, inert

__all__ = ["Options", "read_arguments"]

_EPILOG: Final = """\
examples:
  platform-status-mcp                                   over standard input and output, for an assistant on this machine
  platform-status-mcp --context prod --namespace media  one cluster, one namespace
  platform-status-mcp --transport http                  on http://127.0.0.1:8765/mcp, this machine only
  platform-status-mcp --transport http --listen 0.0.0.0:8765 --allowed-host status.example.org \\
    --token-file /etc/mcp/token --behind-tls-proxy      in a cluster, behind an Ingress that ends TLS

exit codes: 0 ended in order, 2 wrong usage, 3 it cannot listen there
"""
_PORTS: Final = 65535


class Options(Struct, frozen=True):
    """What to serve, and how.

    Attributes:
        target: Which cluster, and where in it.
        http: Whether over HTTP; else over standard input and output.
        host: Address to listen on.
        port: Its port; 0 for any that is free.
        token_file: Holds the bearer token; None asks for none.
        certificate: PEM file; None for no TLS.
        key: PEM file of its key.
        allowed_hosts: Further values of the Host header that are ours.
    """

    target: Target
    http: bool
    host: str
    port: int
    token_file: Path | None
    certificate: Path | None
    key: Path | None
    allowed_hosts: tuple[str, ...]


def read_arguments(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line.

    Args:
        arguments: Without the program's name; None for this process's own.

    Raises:
        UsageError: What is asked for would not be safe, or contradicts itself.
        SystemExit: By argparse.
    """
    said = _parser().parse_args(arguments)
    host, port = _address(said.listen)
    if bool(said.tls_cert) != bool(said.tls_key):
        raise UsageError("--tls-cert and --tls-key belong together; give both or neither")
    if said.transport == "stdio" and (said.token_file or said.tls_cert or said.behind_tls_proxy or said.allowed_host):
        raise UsageError("--token-file, --tls-*, --behind-tls-proxy and --allowed-host are for --transport http")
    if said.transport == "http" and not _is_loopback(host):
        if not said.token_file:
            raise UsageError(
                f"--listen {host}:{port} is beyond this machine and nobody would be asked who they are; "
                "give --token-file FILE, or listen on 127.0.0.1"
            )
        if not said.tls_cert and not said.behind_tls_proxy:
            raise UsageError(
                f"--listen {host}:{port} would carry the token in the clear; give --tls-cert and --tls-key, "
                "or --behind-tls-proxy if somebody else ends TLS before it"
            )
    return Options(
        Target(said.context, said.namespace, said.kubeconfig),
        said.transport == "http",
        host,
        port,
        said.token_file,
        said.tls_cert,
        said.tls_key,
        tuple(said.allowed_host),
    )


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) <= _PORTS):  # noqa: PLR2004 - digits of a port
        raise UsageError(f"--listen {inert(text, 100)!r}: expected HOST:PORT, such as 127.0.0.1:8765 or [::1]:8765")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _is_loopback(host: str) -> bool:
    """Only what certainly is this machine: a name may be anything's."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="platform-status-mcp",
        description="Serve the status of golden-path resources to assistants by the Model Context Protocol; read-only.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--transport", choices=("stdio", "http"), default="stdio", help="stdio (default) or http")
    parser.add_argument("--listen", default="127.0.0.1:8765", metavar="HOST:PORT", help="for http (127.0.0.1:8765)")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="whoever asks must bear the token in it")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate, PEM")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM")
    parser.add_argument("--behind-tls-proxy", action="store_true", help="somebody else ends TLS before it")
    parser.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name that it is reached by, as in the Host header; repeatable",
    )
    parser.add_argument("--context", default="", metavar="NAME", help="context of the kubeconfig")
    parser.add_argument("--namespace", "-n", default="", metavar="NAME", help="look into this namespace only")
    parser.add_argument("--kubeconfig", default="", metavar="FILE", help="the kubeconfig; in a pod its ServiceAccount")
    return parser
