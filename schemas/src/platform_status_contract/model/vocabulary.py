"""The closed vocabularies of v1: phases, condition types, reasons, and who owns which key (design.md 2 and 5)."""

from enum import StrEnum
from typing import Final

__all__ = [
    "KRATIX_CONDITIONS",
    "PIPELINE_KEYS",
    "SIDECAR_KEYS",
    "ConditionStatus",
    "ConditionType",
    "Phase",
    "Reason",
]


class Phase(StrEnum):
    """The phase of a request, derived from the conditions only in `rules.project`."""

    SCHEDULED = "Scheduled"
    PROGRESSING = "Progressing"
    READY = "Ready"
    DEGRADED = "Degraded"
    FAILED = "Failed"
    DELETING = "Deleting"
    UNKNOWN = "Unknown"


class ConditionStatus(StrEnum):
    """The three statuses of a Kubernetes condition."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class ConditionType(StrEnum):
    """The condition types that the sidecar owns; every other type has another writer."""

    READY = "Ready"
    ARGO_SYNCED = "ArgoSynced"
    ARGO_HEALTHY = "ArgoHealthy"
    PODS_READY = "PodsReady"
    KUBECONFIG_AVAILABLE = "KubeconfigAvailable"
    SUB_APPS_HEALTHY = "SubAppsHealthy"
    WORKS_READY = "WorksReady"


class Reason(StrEnum):
    """Every reason of our conditions, closed in v1; docs/contract/v1.md has the meaning and remedy of each."""

    ALL_HEALTHY = "AllHealthy"
    TOLERATING = "Tolerating"
    DELETING = "Deleting"
    NO_CONTRACT = "NoContract"
    INVALID_CONTRACT = "InvalidContract"
    WAITING_FOR_WORKFLOW = "WaitingForWorkflow"
    WORKFLOW_SUSPENDED = "WorkflowSuspended"
    WORKFLOW_FAILED = "WorkflowFailed"
    WAITING_FOR_WORKS = "WaitingForWorks"
    WORKS_PENDING = "WorksPending"
    WORKS_WRITTEN = "WorksWritten"
    WORKS_FAILING = "WorksFailing"
    WORKS_MISPLACED = "WorksMisplaced"
    SYNCED = "Synced"
    OUT_OF_SYNC = "OutOfSync"
    SYNC_FAILED = "SyncFailed"
    SYNC_UNKNOWN = "SyncUnknown"
    ARGOCD_SILENT = "ArgoCDSilent"
    APPLICATION_MISSING = "ApplicationMissing"
    APPLICATION_HEALTHY = "ApplicationHealthy"
    APPLICATION_PROGRESSING = "ApplicationProgressing"
    APPLICATION_DEGRADED = "ApplicationDegraded"
    APPLICATION_FAILED = "ApplicationFailed"
    ALL_PODS_RUNNING = "AllPodsRunning"
    PODS_NOT_READY = "PodsNotReady"
    PODS_RESTARTING = "PodsRestarting"
    NO_PODS = "NoPods"
    CONTROLLER_MISSING = "ControllerMissing"
    WORKLOADS_DOWN = "WorkloadsDown"
    SECRET_EXISTS = "SecretExists"  # noqa: S105 - a reason, not a password
    SECRET_MISSING = "SecretMissing"  # noqa: S105 - a reason, not a password
    AWAITING_PERMISSION = "AwaitingPermission"
    ALL_SUB_APPS_HEALTHY = "AllSubAppsHealthy"
    NO_SUB_APPS = "NoSubApps"
    SUB_APPS_MISSING = "SubAppsMissing"
    SUB_APPS_PROGRESSING = "SubAppsProgressing"
    SUB_APPS_UNHEALTHY = "SubAppsUnhealthy"
    OBJECTS_READY = "ObjectsReady"
    OBJECT_MISSING = "ObjectMissing"
    OBJECT_SILENT = "ObjectSilent"
    OBJECT_PROGRESSING = "ObjectProgressing"
    OBJECT_NOT_READY = "ObjectNotReady"
    OBJECT_FAILED = "ObjectFailed"
    NO_RESOURCES = "NoResources"
    NOT_OURS = "NotOurs"
    BEING_DELETED = "BeingDeleted"
    PAUSED = "Paused"
    SPEC_CHANGED = "SpecChanged"
    PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded"
    SOURCE_UNREADABLE = "SourceUnreadable"
    FORBIDDEN = "Forbidden"
    KIND_MISSING = "KindMissing"
    KIND_TOO_LARGE = "KindTooLarge"


OWNER_ANNOTATION: Final = "status.integratn.tech/owner"
"""Annotation with the request that an object was written for, as ``namespace/name``; its pipeline writes it."""

PIPELINE_KEYS: Final = ("contract", "endpoints", "credentials", "problems")
"""Top-level keys of ``.status`` that only the pipeline writes."""

SIDECAR_KEYS: Final = ("phase", "message", "lastReconciled", "destinations", "health")
"""Top-level keys of ``.status`` that the sidecar writes (``message`` only while no workflow runs)."""

KRATIX_CONDITIONS: Final = (
    "ConfigureWorkflowCompleted",
    "DeleteWorkflowCompleted",
    "WorksSucceeded",
    "Reconciled",
    "PromiseAvailable",
)
"""Condition types that Kratix writes (kratix.md section 3); never dropped, changed or reordered on purpose."""
