"""Crossplane: managed resources, claims and composites. From its API's documentation; nothing was recorded here.

Ready tells whether the external resource is usable, Synced whether Crossplane could write it. Synced False is a failure
although Ready stays True: what runs is not what the spec asks for.
"""

from typing import Final

from platform_status_contract.sources.objects.standard import KindPreset, Mark

__all__ = ["PACKAGE", "RESOURCE"]

_NOT_RECORDED: Final = ("ready", "pending", "failed", "paused", "deleting", "silent")

RESOURCE: Final = KindPreset(
    "crossplane",
    groups=(".upbound.io", ".crossplane.io"),
    failures=(Mark("Synced", "False", outranks=True),),
    waiting=("Creating",),
    paused_by=(("crossplane.io/paused", "true"),),
    unverified=_NOT_RECORDED,
)
"""A composite or a claim of a group of your own says `ready: {preset: crossplane}`."""

PACKAGE: Final = KindPreset(
    "crossplane-package",
    groups=("pkg.crossplane.io",),
    kinds=("Provider", "Configuration", "Function"),
    ready=("Healthy",),
    failures=(Mark("Installed", "False", outranks=True),),
    unverified=("ready", "pending", "failed", "deleting", "silent"),
)
