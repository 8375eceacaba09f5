"""cert-manager: Certificate, Issuer, ClusterIssuer. From its API's documentation; nothing was recorded here.

Issuing turns False with reason Failed when an issuance failed; it is tried again after an hour and more. A certificate
that is still valid stays Ready meanwhile.
"""

from typing import Final

from platform_status_contract.sources.objects.standard import KindPreset, Mark

__all__ = ["CERT_MANAGER"]

CERT_MANAGER: Final = KindPreset(
    "cert-manager",
    groups=("cert-manager.io",),
    kinds=("Certificate", "Issuer", "ClusterIssuer"),
    failures=(Mark("Issuing", "False", ("Failed",)),),
    unverified=("ready", "pending", "failed", "deleting", "silent"),
)
