"""Chooses the proxy: that of the kubeconfig, else that of the environment, by the rules of Go and kubectl."""

import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from .credentials import basic
from .errors import AccessError, one_line

__all__ = ["chosen_proxy", "proxy_headers"]


def chosen_proxy(server: str, named: str) -> str:
    """Return the URL of the proxy, empty for none.

    Args:
        server: Base URL of the API server.
        named: The cluster's proxy-url; NO_PROXY does not apply to it.

    Raises:
        AccessError: The proxy's scheme is not supported; connecting without it would ignore the setting.
    """
    parts = urlsplit(server)
    if named:
        return _usable(named, "proxy-url")
    found = getproxies().get(parts.scheme, "")
    if not found or _goes_direct(parts.hostname or "", parts.netloc.rpartition("@")[2]):
        return ""
    return _usable(found if "://" in found else f"http://{found}", f"{parts.scheme.upper()}_PROXY")


def proxy_headers(proxy: str) -> dict[str, str] | None:
    """Return the Proxy-Authorization header for a proxy whose URL has a password."""
    parts = urlsplit(proxy)
    if not parts.username and not parts.password:
        return None
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return {"proxy-authorization": basic(pair)}


def _usable(proxy: str, where: str) -> str:
    try:
        parts = urlsplit(proxy)
        host, scheme, _ = parts.hostname, parts.scheme.lower(), parts.port
    except ValueError:
        host, scheme = None, ""
    if scheme in ("https", "socks5", "socks5h", "socks4", "socks4a"):
        raise AccessError(f"{where} names a {scheme} proxy ({host}), which is not supported; name an http:// one")
    if scheme != "http" or not host or not proxy.isprintable():
        # The URL may hold a password, so it is not quoted.
        raise AccessError(f"{where} has the scheme {one_line(scheme)!r}, expected http://HOST:PORT")
    return proxy


def _goes_direct(host: str, host_and_port: str) -> bool:
    """Whether no proxy applies: for loopback, and for the domains, addresses and CIDR blocks in NO_PROXY."""
    if host == "localhost" or proxy_bypass(host_and_port):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or any(address in block for block in _blocks(getproxies().get("no", "")))


def _blocks(no_proxy: str) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for part in no_proxy.split(","):
        with suppress(ValueError):
            yield ipaddress.ip_network(part.strip(), strict=False)
