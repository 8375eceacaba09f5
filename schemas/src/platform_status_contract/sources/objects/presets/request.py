"""Another golden-path request, with the status that this contract describes.

Kratix prunes observedGeneration inside of conditions, so `health.observedGeneration` says what Ready is about. Whether
the sidecar that writes it still lives cannot be seen in the object.
"""

from typing import Final

from platform_status_contract.sources.objects.standard import KindPreset

__all__ = ["REQUEST"]

REQUEST: Final = KindPreset(
    "request",
    observed="status.health.observedGeneration",
    is_request=True,
    unverified=("ready", "pending", "deleting", "silent"),
)
"""Its group is anybody's, so an entry says `ready: {preset: request}`."""
