"""kro 0.9.4: instances, and ResourceGraphDefinitions. Recorded here.

After an edit an instance is Ready before the rollout that it started: Ready means what its readyWhen says. One whose
kind is of a group of your own says `ready: {preset: kro}`.
"""

from typing import Final

from platform_status_contract.sources.objects.standard import KindPreset

__all__ = ["KRO"]

KRO: Final = KindPreset(
    "kro",
    groups=("kro.run",),
    paused_by=(("kro.run/reconcile", "suspended"), ("kro.run/reconcile", "disabled")),
)
"""A failed apply and a wait for readiness have one reason, NotReady: before the first Ready both are pending.

`disabled` is what 0.9.0 called a suspended one; later versions take either word.
"""
