"""Certificates, and the kubeconfig that carries them."""

import base64
import datetime as dt
import ipaddress
import stat
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from localplane.certificates import KeyPair, new_authority, signing_keys
from localplane.kubeconfigs import kubeconfig, write_private

NOW = dt.datetime(2026, 2, 26, 10, 30, tzinfo=dt.UTC)


def test_user_and_groups_are_what_kubernetes_reads_them_from() -> None:
    pair = new_authority("a", NOW).client("jane", ["dev", "ops"], NOW)
    certificate = x509.load_pem_x509_certificate(pair.certificate)

    subject = certificate.subject
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["jane"]
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["dev", "ops"]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert load_pem_private_key(pair.key, None).public_key() == certificate.public_key()


def test_a_certificate_is_good_from_a_little_before_now_for_a_month() -> None:
    certificate = x509.load_pem_x509_certificate(new_authority("a", NOW).client("jane", [], NOW).certificate)

    assert certificate.not_valid_before_utc == NOW - dt.timedelta(minutes=5)
    assert certificate.not_valid_after_utc == NOW + dt.timedelta(days=30)


def test_a_server_certificate_names_its_hosts_and_addresses() -> None:
    pair = new_authority("a", NOW).server("x", ["localhost", "127.0.0.1"], NOW)
    certificate = x509.load_pem_x509_certificate(pair.certificate)

    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]


def test_what_one_authority_signed_another_does_not_vouch_for() -> None:
    one, other = new_authority("same name", NOW), new_authority("same name", NOW)
    signed = x509.load_pem_x509_certificate(one.client("jane", [], NOW).certificate)

    signed.verify_directly_issued_by(x509.load_pem_x509_certificate(one.certificate))
    with pytest.raises(Exception, match=r"^$"):
        signed.verify_directly_issued_by(x509.load_pem_x509_certificate(other.certificate))


@pytest.mark.parametrize(("user", "groups"), [("", []), ("u" * 65, []), ("u", [""]), ("u", ["g" * 65])])
def test_a_name_that_no_certificate_can_hold_is_refused(user: str, groups: list[str]) -> None:
    with pytest.raises(ValueError, match="a client certificate holds 1 to 64"):
        new_authority("a", NOW).client(user, groups, NOW)


def test_the_signing_keys_are_two_halves_of_one() -> None:
    private, public = signing_keys()

    assert public.startswith(b"-----BEGIN PUBLIC KEY-----")
    assert private.startswith(b"-----BEGIN PRIVATE KEY-----")


def test_a_kubeconfig_carries_everything_inside() -> None:
    text = kubeconfig("https://127.0.0.1:1", b"CA", "jane", KeyPair(b"CERT", b"KEY"), "team")
    content = yaml.safe_load(text)

    assert content["current-context"] == "local"
    assert content["contexts"][0]["context"] == {"cluster": "local", "user": "jane", "namespace": "team"}
    cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
    assert cluster["server"] == "https://127.0.0.1:1"
    assert base64.b64decode(cluster["certificate-authority-data"]) == b"CA"
    assert base64.b64decode(user["client-certificate-data"]) == b"CERT"
    assert base64.b64decode(user["client-key-data"]) == b"KEY"


def test_a_private_file_is_private_and_replaces_one_that_was_not(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("old")
    path.chmod(0o644)

    assert write_private(path, b"new") == path

    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
