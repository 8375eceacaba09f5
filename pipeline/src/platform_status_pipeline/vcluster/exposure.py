"""The address of the virtual cluster's API server: host name, IP address, port."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Final

from msgspec import Struct

from platform_status_contract.model.request import Exposure, Request
from platform_status_contract.template.problems import Problem, found

__all__ = ["BASE_DOMAIN_ANNOTATION", "Address", "address_of"]

BASE_DOMAIN_ANNOTATION: Final = "platform.integratn.tech/base-domain"
_BASE_DOMAIN: Final = "integratn.tech"
_VIP_OFFSET: Final = 200
_API_PORT: Final = 443
_MAX_HOSTNAME: Final = 253
_DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*")


class Address(Struct, frozen=True):
    """The address of the API server.

    Attributes:
        base_domain: Domain of the platform's clusters.
        hostname: Host name of the API server.
        port: Its port.
        vip: Its IPv4 address, None to leave the choice to the load balancer.
    """

    base_domain: str
    hostname: str
    port: int
    vip: str | None

    @property
    def url(self) -> str:
        """`status.endpoints.api`."""
        return f"https://{self.hostname}:{self.port}"


def address_of(request: Request) -> tuple[Address, tuple[Problem, ...]]:
    """Derive the address of a request.

    Args:
        request: The request.

    Returns:
        The address, to be used only if there are no problems, and the problems.
    """
    exposure = request.spec.exposure or Exposure()
    problems: list[Problem] = []
    base_domain = (request.metadata.annotations or {}).get(BASE_DOMAIN_ANNOTATION, _BASE_DOMAIN)
    hostname = exposure.hostname or f"{request.spec.name}.{base_domain}"
    if not _DOMAIN.fullmatch(base_domain) or len(base_domain) > _MAX_HOSTNAME:
        problems.append(
            Problem(
                f"metadata.annotations[{BASE_DOMAIN_ANNOTATION}]",
                f"found {found(base_domain)}, expected a domain in lower case",
                f"name one such as {_BASE_DOMAIN}, or remove the annotation",
            )
        )
    elif (exposure.hostname and not _DOMAIN.fullmatch(hostname)) or len(hostname) > _MAX_HOSTNAME:
        # An invalid name makes the host name invalid too; only the name is reported.
        problems.append(
            Problem(
                "spec.exposure.hostname",
                f"found {found(hostname)}, expected a host name in lower case of at most {_MAX_HOSTNAME} characters",
                "name a shorter one" if len(hostname) > _MAX_HOSTNAME else "mend it",
            )
        )
    vip = _vip(exposure, problems)
    port = _API_PORT if exposure.api_port is None else exposure.api_port
    return Address(base_domain, hostname, port, vip), tuple(problems)


def _vip(exposure: Exposure, problems: list[Problem]) -> str | None:
    network = _network(exposure.subnet, problems)
    if exposure.vip is None:
        if network is None:
            return None
        default = int(network.network_address) + _VIP_OFFSET
        if default > int(network.broadcast_address):
            problems.append(
                Problem(
                    "spec.exposure.subnet",
                    f"found {found(exposure.subnet)}, which is too small for the default address (network + 200)",
                    "name spec.exposure.vip",
                )
            )
            return None
        return str(IPv4Address(default))
    try:
        vip = IPv4Address(exposure.vip)
    except AddressValueError:
        problems.append(
            Problem(
                "spec.exposure.vip",
                f"found {found(exposure.vip)}, expected an IPv4 address",
                "write it as 10.0.4.210, without leading zeros",
            )
        )
        return None
    if network is not None and vip not in network:
        problems.append(
            Problem(
                "spec.exposure.vip",
                f"found {found(exposure.vip)}, expected an address inside spec.exposure.subnet {network}",
                f"choose one from {network[0]} to {network[-1]}, or mend the subnet",
            )
        )
    return str(vip)


def _network(subnet: str | None, problems: list[Problem]) -> IPv4Network | None:
    if subnet is None:
        return None
    try:
        return IPv4Network(subnet, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        problems.append(
            Problem(
                "spec.exposure.subnet",
                f"found {found(subnet)}, expected an IPv4 network",
                "write it as 10.0.4.0/24",
            )
        )
        return None
