"""cert-manager: a CA of its own, certificates of it, and what approvers and issuers of others say."""

from collections.abc import Callable
from typing import Final

from localplane.client import Object
from tests.cluster.truth.objects import ago

from .stage import Kind, Stage, says

__all__ = ["play"]

_VERSION: Final = "cert-manager.io/v1"
CERTIFICATE: Final[Kind] = (_VERSION, "Certificate")
REQUEST: Final[Kind] = (_VERSION, "CertificateRequest")
ISSUER: Final[Kind] = (_VERSION, "Issuer")


def play(stage: Stage) -> None:
    """Record Issuers, then Certificates."""
    _issuers(stage)
    _waiting(stage)
    _failing(stage)
    _ready(stage)


def _issuers(stage: Stage) -> None:
    stage.make(ISSUER, "self-signed", {"selfSigned": {}})
    stage.make(ISSUER, "ca", {"ca": {"secretName": "root"}})
    stage.keep("issuer-secret-missing", ISSUER, "ca", says("Ready", "False"))
    _certificate(stage, "root", "self-signed", isCA=True, commonName="root")
    _approve(stage, "root")
    stage.keep("issuer-ready", ISSUER, "ca", says("Ready", "True"))


def _waiting(stage: Stage) -> None:
    with stage.without_operator():
        _certificate(stage, "just-created", "ca")
        stage.keep("certificate-just-created", CERTIFICATE, "just-created")
        stage.make(ISSUER, "just-created", {"selfSigned": {}})
        stage.keep("issuer-just-created", ISSUER, "just-created")
    _certificate(stage, "unapproved", "ca")
    stage.keep("certificate-waits-for-approval", CERTIFICATE, "unapproved", _both("False", "True"))
    _certificate(stage, "issuer-missing", "nobody")
    _approve(stage, "issuer-missing")
    _request(stage, "issuer-missing", says("Ready", "False", "Pending"))
    stage.keep("certificate-issuer-missing", CERTIFICATE, "issuer-missing", _both("False", "True"))


def _failing(stage: Stage) -> None:
    _certificate(stage, "denied", "ca")
    _decide(stage, "denied", "Denied", "policy.example.org", "no policy approves this request")
    stage.keep("certificate-denied", CERTIFICATE, "denied", _both("False", "False"))
    _certificate(stage, "failed", "vault", group="issuers.example.org")
    _approve(stage, "failed")
    refused = {"type": "Ready", "status": "False", "reason": "Failed", "message": "the issuer answered 403"}
    stage.say(REQUEST, _request(stage, "failed"), refused | {"lastTransitionTime": ago(0)}, failureTime=ago(0))
    stage.keep("certificate-issuance-failed", CERTIFICATE, "failed", _both("False", "False"))


def _ready(stage: Stage) -> None:
    for name in ("ready", "renewed", "edited", "held"):
        _certificate(stage, name, "ca")
        _approve(stage, name)
        stage.await_(CERTIFICATE, name, says("Ready", "True"), "it is ready")
    stage.keep("certificate-ready", CERTIFICATE, "ready")
    renew = {"type": "Issuing", "status": "True", "reason": "ManuallyTriggered", "lastTransitionTime": ago(0)}
    stage.say(CERTIFICATE, "renewed", renew | {"message": "Certificate re-issuance manually triggered"})
    stage.keep("certificate-ready-renewal-waits", CERTIFICATE, "renewed", _both("True", "True"))
    _decide(stage, "renewed", "Denied", "policy.example.org", "no policy approves this request", revision=2)
    stage.keep("certificate-ready-renewal-denied", CERTIFICATE, "renewed", _both("True", "False"))
    with stage.without_operator():
        stage.edit(CERTIFICATE, "edited", {"spec": {"dnsNames": ["other.example.org"]}})
        stage.keep("certificate-edited-right-after", CERTIFICATE, "edited")
    stage.keep("certificate-edited-waits", CERTIFICATE, "edited", _both("False", "True"))
    stage.keep_deleting("certificate-deletion-held", CERTIFICATE, "held")
    stage.keep_deleting("issuer-deletion-held", ISSUER, "self-signed")


def _certificate(stage: Stage, name: str, issuer: str, group: str = "cert-manager.io", **spec: object) -> None:
    reference = {"name": issuer, "kind": "Issuer", "group": group}
    stage.make(
        CERTIFICATE, name, {"secretName": name, "dnsNames": [f"{name}.example.org"], "issuerRef": reference, **spec}
    )


def _both(ready: str, issuing: str) -> Callable[[Object], bool]:
    return lambda found: says("Ready", ready)(found) and says("Issuing", issuing)(found)


def _request(stage: Stage, certificate: str, holds: Callable[[Object], object] = bool, revision: int = 1) -> str:
    """Wait for what a Certificate has requested, and return its name."""
    name = f"{certificate}-{revision}"
    stage.await_(REQUEST, name, holds, "it is requested")
    return name


def _approve(stage: Stage, certificate: str) -> None:
    _decide(stage, certificate, "Approved", "policy.example.org", "a policy approves this request")


def _decide(stage: Stage, certificate: str, kind: str, reason: str, message: str, revision: int = 1) -> None:
    """Say what an approver says."""
    told = {"type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": ago(0)}
    stage.say(REQUEST, _request(stage, certificate, revision=revision), told)
