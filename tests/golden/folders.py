"""What the golden cases must cover: the tables of design.md section 5, written down a second time on purpose."""

from typing import Final

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.timers import SourceName

__all__ = ["ROW_REASONS", "SOURCE_FOLDERS", "VERDICTS"]

SOURCE_FOLDERS: Final = {
    "works": SourceName.WORKS,
    "argo_sync": SourceName.ARGO_SYNC,
    "argo_health": SourceName.ARGO_HEALTH,
    "workloads": SourceName.PODS,
    "secrets": SourceName.SECRET,
    "sub_apps": SourceName.SUB_APPS,
    "objects": SourceName.OBJECTS,
}

_ALWAYS = {"good", "pending", "bad", "unreadable"}

VERDICTS: Final = {
    "works": _ALWAYS,
    "argo_sync": _ALWAYS,
    "argo_health": _ALWAYS | {"paused"},
    "workloads": _ALWAYS | {"paused"},
    "secrets": _ALWAYS,
    "sub_apps": _ALWAYS | {"paused"},
    "objects": _ALWAYS | {"paused"},
}
"""Per source the verdicts that it can have."""

ROW_REASONS: Final = {
    "1": {Reason.DELETING},
    "2a": {Reason.WORKFLOW_FAILED},
    "2b": {Reason.WAITING_FOR_WORKFLOW, Reason.WORKFLOW_SUSPENDED},
    "2c": {Reason.NO_CONTRACT, Reason.INVALID_CONTRACT, Reason.WORKFLOW_FAILED, Reason.WAITING_FOR_WORKFLOW},
    "3": {Reason.ALL_HEALTHY},
    "4": {Reason.TOLERATING},
    "5": {Reason.WORKLOADS_DOWN, Reason.APPLICATION_FAILED, Reason.SYNC_FAILED},
    "6": {Reason.OUT_OF_SYNC, Reason.PAUSED, Reason.WORKFLOW_FAILED},
    "7": {Reason.PROGRESS_DEADLINE_EXCEEDED},
    "8": {Reason.SOURCE_UNREADABLE},
    "9": {Reason.SPEC_CHANGED, Reason.WORKFLOW_SUSPENDED, Reason.WORKS_PENDING},
    "10": {Reason.WAITING_FOR_WORKS},
}
"""Per row of the phase table the reasons that it names; in rows 6 and 9 one source's reason stands for all."""
