"""Argo CD 3.6.1: ApplicationSet. Recorded here; an Application has rules of its own, see `argo.judge_application`.

Its conditions carry no generation: they may be about what stood there before an edit.
"""

from typing import Final

from platform_status_contract.sources.objects.standard import KindPreset, Mark

__all__ = ["APPLICATION_SET"]

APPLICATION_SET: Final = KindPreset(
    "argocd-applicationset",
    groups=("argoproj.io",),
    kinds=("ApplicationSet",),
    ready=("ResourcesUpToDate",),
    failures=(Mark("ErrorOccurred", "True", outranks=True),),
    rolling="RolloutProgressing",
    applied="has made its Applications; nothing looks at their health",
    made="status.resources",
)
"""Observe its Applications too, as sub-applications: up to date means written.

One that may make none at all says `ready: {condition: ResourcesUpToDate}`.
"""
