"""External Secrets Operator: ExternalSecret, stores, PushSecret. From its documentation; nothing was recorded here.

Ready False means that the last try failed: SecretSyncedError, or a store that cannot be reached.
"""

from typing import Final

from platform_status_contract.sources.objects.standard import KindPreset

__all__ = ["EXTERNAL_SECRETS"]

EXTERNAL_SECRETS: Final = KindPreset(
    "external-secrets",
    groups=("external-secrets.io",),
    young=("SecretSyncedError", "InvalidStoreRef"),
    fails=True,
    unverified=("ready", "pending", "failed", "deleting", "silent"),
)
