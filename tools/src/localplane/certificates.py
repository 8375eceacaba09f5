"""Certificates of one control plane: its own CA, server certificates, client certificates.

They are created at each start, stored in its temporary folder, and valid for a month unless a shorter time is
requested.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["Authority", "KeyPair", "new_authority", "signing_keys"]

_VALID_FOR = dt.timedelta(days=30)
_CLOCK_SKEW = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class KeyPair:
    """A certificate and its private key, both as PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs certificates; only the servers of this control plane trust it."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @property
    def certificate(self) -> bytes:
        """The CA certificate as PEM."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def server(self, name: str, hosts: Sequence[str], now: dt.datetime) -> KeyPair:
        """Sign a certificate for a server.

        Args:
            name: Common name; no client reads it.
            hosts: Host names and IP addresses that clients may connect to.
            now: The present, with its time zone.
        """
        alternatives = x509.SubjectAlternativeName([_alternative(host) for host in hosts])
        # etcd connects to itself with its serving certificate, so it needs both usages.
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        return self._sign(_subject(name, ()), usages, now, alternatives)

    def client(
        self, user: str, groups: Sequence[str], now: dt.datetime, valid_for: dt.timedelta = _VALID_FOR
    ) -> KeyPair:
        """Sign a client certificate for a user with groups.

        Args:
            user: The user, such as ``system:serviceaccount:NAMESPACE:NAME``; at most 64 characters in X.509.
            groups: The groups, such as ``system:masters``.
            now: The present, with its time zone.
            valid_for: Its validity from now; X.509 has whole seconds.

        Raises:
            ValueError: The user or a group is empty, or longer than X.509 allows.
        """
        for name in (user, *groups):
            if not 1 <= len(name) <= 64:  # noqa: PLR2004 - ub-common-name and ub-organization-name of RFC 5280
                raise ValueError(
                    f"user or group {name!r}: {len(name)} characters, but a client certificate holds 1 to 64"
                )
        return self._sign(_subject(user, groups), [ExtendedKeyUsageOID.CLIENT_AUTH], now, None, valid_for)

    def _sign(
        self,
        subject: x509.Name,
        usages: Sequence[x509.ObjectIdentifier],
        now: dt.datetime,
        alternatives: x509.SubjectAlternativeName | None,
        valid_for: dt.timedelta = _VALID_FOR,
    ) -> KeyPair:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(subject, self._certificate.subject, key, now, valid_for)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return KeyPair(certificate.public_bytes(serialization.Encoding.PEM), _pem(key))


def new_authority(name: str, now: dt.datetime) -> Authority:
    """Create a CA with a new key.

    Args:
        name: Common name, to distinguish CAs in TLS errors.
        now: The present, with its time zone.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(name, ())
    certificate = (
        _builder(subject, subject, key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


def signing_keys() -> tuple[bytes, bytes]:
    """Create the signing key for ServiceAccount tokens: the private and the public half, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return _pem(key), public


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: dt.datetime,
    valid_for: dt.timedelta = _VALID_FOR,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + valid_for)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _subject(name: str, groups: Sequence[str]) -> x509.Name:
    # The API server reads the organizations of a client certificate as groups.
    organizations = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*organizations, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
