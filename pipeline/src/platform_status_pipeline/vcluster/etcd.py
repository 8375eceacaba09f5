"""Certificates from cert-manager for an etcd that the chart deploys, if the Helm values mount them.

vcluster creates the Secret NAME-certs itself, but only once its pod runs, so a control plane that mounts it would wait
for ever; a Job of the older pipeline created NAME-etcd-certs. cert-manager writes one Secret a certificate with fixed
keys, so a volume of either Secret becomes a projection of three Secrets, with the previous file names.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_status_contract.model.lookup import items, under
from platform_status_contract.model.policy import Defaults
from platform_status_pipeline.vcluster.names import Names

__all__ = ["MAX_MEMBERS", "certificates", "mounted", "projected"]

Document = dict[str, Any]

VOLUMES: Final = (
    ("controlPlane", "statefulSet", "persistence", "addVolumes"),
    ("controlPlane", "backingStore", "etcd", "deploy", "statefulSet", "persistence", "addVolumes"),
)
"""Helm values that hold further volumes: of the control plane, and of its etcd."""

_API: Final = "cert-manager.io/v1"
_CA_DURATION: Final = "87600h"
"""Ten years, because an etcd reads its CA certificate only when it starts."""

_MIN_MEMBERS: Final = 3
MAX_MEMBERS: Final = 9
"""A certificate names each member; and an etcd is slower with each."""

_FILES: Final = (
    ("ca", "tls.crt", "etcd-ca.crt"),
    ("server", "tls.crt", "etcd-server.crt"),
    ("server", "tls.key", "etcd-server.key"),
    ("peer", "tls.crt", "etcd-peer.crt"),
    ("peer", "tls.key", "etcd-peer.key"),
)
"""Certificate, key of its Secret, name of the file."""


def mounted(values: Mapping[str, Any], names: Names) -> tuple[tuple[str, ...], ...]:
    """Find the lists of volumes with a Secret that cert-manager has to create.

    Args:
        values: The merged Helm values, of any shape.
        names: The names of the request.

    Returns:
        Paths of Helm values.
    """
    made = (*_merged(names), *(f"{names.name}-etcd-{part}" for part in ("ca", "server", "peer")))
    return tuple(path for path in VOLUMES if any(_secret(volume) in made for volume in _volumes(values, path)))


def projected(values: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Mount the three Secrets of cert-manager in place of a Secret that does not exist.

    Returns:
        New values; the given ones if they mount none.
    """
    result = dict(values)
    for path in VOLUMES:
        if any(_secret(volume) in _merged(names) for volume in _volumes(values, path)):
            volumes = [_projection(volume, names) for volume in _volumes(values, path)]
            result = _with(result, path, volumes)
    return result


def certificates(values: Mapping[str, Any], names: Names, defaults: Defaults) -> list[Document]:
    """Write the issuers and certificates of an etcd, if they are needed."""
    deploy = under(values, "controlPlane", "backingStore", "etcd", "deploy")
    always = defaults.etcd_certificates == "Always" and under(deploy, "enabled") is True
    if not always and not mounted(values, names):
        return []
    members = under(deploy, "statefulSet", "highAvailability", "replicas")
    count = max(_MIN_MEMBERS, members) if isinstance(members, int) else _MIN_MEMBERS
    etcd, hosts = f"{names.name}-etcd", list(_hosts(names, count))
    leaf = {"commonName": etcd, "usages": ["server auth", "client auth"], "issuerRef": _issuer(f"{etcd}-ca")}
    authority = {"isCA": True, "duration": _CA_DURATION, "commonName": f"{etcd}-ca"}
    return [
        _document("Issuer", f"{etcd}-selfsigned", names, {"selfSigned": {}}),
        _certificate("ca", names, authority | {"issuerRef": _issuer(f"{etcd}-selfsigned")}),
        _document("Issuer", f"{etcd}-ca", names, {"ca": {"secretName": f"{etcd}-ca"}}),
        _certificate("server", names, leaf | {"dnsNames": [*hosts, "localhost"], "ipAddresses": ["127.0.0.1"]}),
        _certificate("peer", names, leaf | {"dnsNames": [*hosts, "localhost"]}),
    ]


def _hosts(names: Names, members: int) -> Iterator[str]:
    """Every DNS name of the members and Services of the etcd on the host cluster."""
    etcd, headless = f"{names.name}-etcd", f"{names.name}-etcd-headless"
    short = {etcd: etcd, headless: headless} | {f"{etcd}-{i}": f"{etcd}-{i}.{headless}" for i in range(members)}
    for alone, within in short.items():
        yield alone
        yield from (f"{within}.{names.target}{end}" for end in ("", ".svc", ".svc.cluster.local"))


def _certificate(part: str, names: Names, spec: Document) -> Document:
    name = f"{names.name}-etcd-{part}"
    key = {"algorithm": "RSA", "size": 2048, "rotationPolicy": "Never"}
    return _document("Certificate", name, names, {"secretName": name, "privateKey": key} | spec)


def _issuer(name: str) -> Document:
    return {"name": name, "kind": "Issuer", "group": "cert-manager.io"}


def _document(kind: str, name: str, names: Names, spec: Document) -> Document:
    metadata = {"name": name, "namespace": names.target, "labels": names.labels}
    return {"apiVersion": _API, "kind": kind, "metadata": metadata, "spec": spec}


def _merged(names: Names) -> tuple[str, str]:
    return f"{names.name}-etcd-certs", f"{names.name}-certs"


def _volumes(values: Mapping[str, Any], path: tuple[str, ...]) -> list[Any]:
    return items(under(values, *path))


def _secret(volume: object) -> object:
    """The Secret that a volume needs; None for one that may be missing."""
    return None if under(volume, "secret", "optional") is True else under(volume, "secret", "secretName")


def _projection(volume: Any, names: Names) -> Any:  # noqa: ANN401 - any JSON
    if _secret(volume) not in _merged(names):
        return volume
    wanted = under(volume, "secret", "items")
    sources: dict[str, list[Document]] = {}
    for part, key, file in _FILES:
        listed = wanted if isinstance(wanted, list) else [{"key": file, "path": file}]
        paths = [under(item, "path") for item in listed if under(item, "key") == file]
        if paths:
            sources.setdefault(part, []).extend({"key": key, "path": path} for path in paths)
    secrets = [{"secret": {"name": f"{names.name}-etcd-{part}", "items": files}} for part, files in sources.items()]
    mode = under(volume, "secret", "defaultMode")
    projection: Document = {"sources": secrets} | ({} if mode is None else {"defaultMode": mode})
    return {key: value for key, value in volume.items() if key != "secret"} | {"projected": projection}


def _with(values: Mapping[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    key, *rest = path
    return {**values, key: _with(values[key], tuple(rest), value) if rest else value}
