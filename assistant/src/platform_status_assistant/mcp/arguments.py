"""The command line of ``platform-status-mcp``; rejects unsafe combinations of options."""

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
    --token-file /etc/mcp/token --behind-tls-proxy      in a cluster, behind an Ingress that terminates TLS

exit codes: 0 ended normally, 2 wrong usage, 3 it cannot listen on the address
"""
_PORTS: Final = 65535


class Options(Struct, frozen=True):
    """The options of the server.

    Attributes:
        target: The cluster and namespace.
        http: Whether to serve over HTTP; else over standard input and output.
        host: Address to listen on.
        port: Port to listen on; 0 for any free one.
        token_file: File with the bearer token of clients; None for no authentication.
        certificate: PEM file with the certificate; None for no TLS.
        key: PEM file with its key.
        allowed_hosts: Further accepted values of the Host header.
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
    """Parse the command line.

    Args:
        arguments: Without the program's name; None for this process's own.

    Raises:
        UsageError: The options are unsafe, or contradict each other.
        SystemExit: Raised by argparse.
    """
    said = _parser().parse_args(arguments)
    host, port = _address(said.listen)
    if bool(said.tls_cert) != bool(said.tls_key):
        raise UsageError("--tls-cert and --tls-key require each other; give both or neither")
    if said.transport == "stdio" and (said.token_file or said.tls_cert or said.behind_tls_proxy or said.allowed_host):
        raise UsageError("--token-file, --tls-*, --behind-tls-proxy and --allowed-host require --transport http")
    if said.transport == "http" and not _is_loopback(host):
        if not said.token_file:
            raise UsageError(
                f"--listen {host}:{port} is reachable from other machines, without authentication; "
                "give --token-file FILE, or listen on 127.0.0.1"
            )
        if not said.tls_cert and not said.behind_tls_proxy:
            raise UsageError(
                f"--listen {host}:{port} would send the token unencrypted; give --tls-cert and --tls-key, "
                "or --behind-tls-proxy if a proxy terminates TLS"
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
    """Whether an address is a loopback address or ``localhost``; any other name may resolve to anything."""
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
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="file with the bearer token of clients")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate, PEM")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM")
    parser.add_argument("--behind-tls-proxy", action="store_true", help="a proxy terminates TLS in front of the server")
    parser.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further accepted Host header; repeatable",
    )
    parser.add_argument("--context", default="", metavar="NAME", help="context of the kubeconfig")
    parser.add_argument("--namespace", "-n", default="", metavar="NAME", help="read only this namespace")
    parser.add_argument("--kubeconfig", default="", metavar="FILE", help="the kubeconfig; in a pod its ServiceAccount")
    return parser
