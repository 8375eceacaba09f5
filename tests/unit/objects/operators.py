"""What is made of the objects that `make operator-objects` records; a row is as in test_recorded."""

from typing import Final

from .verdicts import FAILED, GOING, GOOD, OPEN, PAUSED, SILENT, WAITS

__all__ = ["OPERATORS"]

OPERATORS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "cert-manager/certificate-deletion-held": (GOING, "Certificate held is being deleted since 2026-11-29T"),
    "cert-manager/certificate-denied": (FAILED, "will be retried: no policy approves this request"),
    "cert-manager/certificate-edited-right-after": (OPEN, "generation 2 that its controller has not looked at"),
    "cert-manager/certificate-edited-waits": (WAITS, "RequestChanged: Fields on existing CertificateRequest"),
    "cert-manager/certificate-issuance-failed": (FAILED, "will be retried: the issuer answered 403"),
    "cert-manager/certificate-issuer-missing": (WAITS, "DoesNotExist: Issuing certificate as Secret does"),
    "cert-manager/certificate-just-created": (SILENT, "has no conditions yet"),
    "cert-manager/certificate-ready": (GOOD, "Certificate ready is ready"),
    "cert-manager/certificate-ready-renewal-denied": (GOOD, "is ready"),
    "cert-manager/certificate-ready-renewal-waits": (GOOD, "is ready"),
    "cert-manager/certificate-waits-for-approval": (WAITS, "DoesNotExist: Issuing certificate as Secret does"),
    "cert-manager/issuer-deletion-held": (GOING, "Issuer self-signed is being deleted since 2026-11-29T"),
    "cert-manager/issuer-just-created": (SILENT, "has no conditions yet"),
    "cert-manager/issuer-ready": (GOOD, "Issuer ca is ready"),
    "cert-manager/issuer-secret-missing": (WAITS, "ErrGetKeyPair: Error getting keypair for CA issuer"),
    "crossplane/object-create-failed": (FAILED, "reports ReconcileError: create failed: cannot create object"),
    "crossplane/object-creating": (WAITS, "reports Creating"),
    "crossplane/object-deleting": (GOING, "Object waiting-for-external is being deleted since 2026-11-29T"),
    "crossplane/object-deletion-held": (GOING, "Object held is being deleted since 2026-11-29T"),
    "crossplane/object-edited-right-after": (OPEN, "generation 2 that its controller has not looked at"),
    "crossplane/object-just-created": (SILENT, "has no conditions yet"),
    "crossplane/object-paused-by-policy": (PAUSED, "is paused (condition Synced)"),
    "crossplane/object-paused-from-start": (PAUSED, "is paused (annotation crossplane.io/paused)"),
    "crossplane/object-paused-while-ready": (PAUSED, "is paused (annotation crossplane.io/paused)"),
    "crossplane/object-provider-config-missing": (FAILED, "connect failed: cannot get provider config"),
    "crossplane/object-ready": (GOOD, "is ready"),
    "crossplane/object-ready-update-failed": (FAILED, "observe failed: cannot get desired state"),
    "crossplane/object-resumed": (GOOD, "is ready"),
    "crossplane/object-resumed-right-after": (PAUSED, "is paused (condition Synced)"),
    "crossplane/object-unavailable": (WAITS, "reports Unavailable"),
}
