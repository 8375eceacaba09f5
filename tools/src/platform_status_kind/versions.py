"""What is installed on the cluster, pinned in this one place."""

__all__ = ["CERT_MANAGER", "CERT_MANAGER_URL", "KRATIX", "KRATIX_URL", "STATE_STORE_URL"]

CERT_MANAGER = "v1.20.2"
KRATIX = "81efd4a110f21259f55047fb75e7cb2a34e09dfa"
"""A commit of Kratix of August 2026; it tags no releases that carry both manifests."""

_KRATIX = f"https://raw.githubusercontent.com/syntasso/kratix/{KRATIX}"
CERT_MANAGER_URL = f"https://github.com/cert-manager/cert-manager/releases/download/{CERT_MANAGER}/cert-manager.yaml"
KRATIX_URL = f"{_KRATIX}/distribution/kratix.yaml"
STATE_STORE_URL = f"{_KRATIX}/config/samples/seaweedfs-install.yaml"
