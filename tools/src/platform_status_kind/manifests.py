"""What tells Kratix where to write: the bucket of `versions.STATE_STORE_URL`, and this cluster as its Destination."""

from typing import Any

__all__ = ["DESTINATION", "destination", "state_store"]

DESTINATION = "platform-cluster"
_API = "platform.kratix.io/v1alpha1"
_STORE = "default"


def state_store() -> dict[str, Any]:
    """Return the BucketStateStore; address and Secret are those that the store's own manifest makes."""
    return {
        "apiVersion": _API,
        "kind": "BucketStateStore",
        "metadata": {"name": _STORE},
        "spec": {
            "endpoint": "bucket.seaweedfs.svc.cluster.local",
            "insecure": True,
            "bucketName": "kratix",
            "authMethod": "accessKey",
            "secretRef": {"name": "bucket-credentials", "namespace": "default"},
        },
    }


def destination() -> dict[str, Any]:
    """Return the Destination that the Promise's selectors ask for (docs/kratix.md section 1)."""
    return {
        "apiVersion": _API,
        "kind": "Destination",
        "metadata": {"name": DESTINATION, "labels": {"environment": "platform"}},
        "spec": {
            "path": DESTINATION,
            "strictMatchLabels": True,
            "stateStoreRef": {"name": _STORE, "kind": "BucketStateStore"},
        },
    }
