"""Every metric: its name, type, labels and unit; the table of docs/metrics.md is generated from it.

`platform_vcluster_*` and `platform_status_reconcile_errors_total` are the plan's names and labels; there ``name`` is
metadata.name. `platform_resource_*` is for every kind. `platform_status_*` is about the sidecar itself.
"""

from enum import Enum
from typing import Final

from msgspec import Struct

from platform_status_contract.model.vocabulary import Phase
from platform_status_sidecar.counts import Suppression, WriteResult

from . import samples
from .samples import Samples

__all__ = ["FAMILIES", "Family", "MetricKind"]


class MetricKind(Enum):
    """Type of a metric; the text calls an info a gauge."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"


class Family(Struct, frozen=True):
    """One metric.

    Attributes:
        name: Without the suffix that its type adds.
        kind: Its type.
        labels: Names of its labels, in order; `le` aside.
        help: One sentence: plain ASCII, no quotes and no backslash, so neither format needs escapes.
        samples: Computes its samples from a scrape.
        unit: Its unit, which is also the end of its name.
        is_stable: Whether name, labels and meaning are kept until the next major version.
    """

    name: str
    kind: MetricKind
    labels: tuple[str, ...]
    help: str
    samples: Samples
    unit: str = ""
    is_stable: bool = True

    @property
    def suffix(self) -> str:
        """The suffix that the type adds to the name of a sample."""
        return {MetricKind.COUNTER: "_total", MetricKind.INFO: "_info"}.get(self.kind, "")


_G, _C, _H, _I = MetricKind.GAUGE, MetricKind.COUNTER, MetricKind.HISTOGRAM, MetricKind.INFO
_PLAN: Final = ("name", "namespace")
_WHO: Final = ("kind", "name", "namespace")

FAMILIES: Final[tuple[Family, ...]] = (
    Family(
        "platform_vcluster_phase",
        _G,
        (*_PLAN, "phase"),
        "Phase of the vcluster: 1 for the phase it is in, else 0",
        samples.vcluster_phase,
    ),
    Family(
        "platform_vcluster_ready",
        _G,
        _PLAN,
        "Whether the vcluster is in phase Ready: 1 or 0",
        samples.each_vcluster(lambda outcome: outcome.phase is Phase.READY),
    ),
    Family(
        "platform_vcluster_pods_ready",
        _G,
        _PLAN,
        "Ready pods of the vcluster",
        samples.each_vcluster(lambda outcome: outcome.pods_ready),
    ),
    Family(
        "platform_vcluster_pods_total",
        _G,
        _PLAN,
        "Pods of the vcluster that count",
        samples.each_vcluster(lambda outcome: outcome.pods_total),
    ),
    Family(
        "platform_vcluster_reconcile_duration_seconds",
        _H,
        ("name",),
        "Duration of one reconcile of the vcluster",
        samples.duration,
        unit="seconds",
    ),
    Family("platform_status_reconcile_errors", _C, ("name",), "Reconciles of the request that failed", samples.errors),
    Family(
        "platform_resource",
        _I,
        (*_WHO, "display_name", "contract_name"),
        "What the contract calls the request",
        samples.info,
    ),
    Family(
        "platform_resource_phase",
        _G,
        (*_WHO, "phase"),
        "Phase of the request: 1 for the phase it is in, else 0",
        samples.phase,
    ),
    Family(
        "platform_resource_condition",
        _G,
        (*_WHO, "condition", "status"),
        "Status of a condition that the sidecar owns: 1 for the status it has, else 0",
        samples.condition,
    ),
    Family(
        "platform_resource_reason",
        _G,
        (*_WHO, "reason"),
        "Reason of the condition Ready: 1 for the reason it has; the others have no series",
        samples.reason,
    ),
    Family(
        "platform_resource_pods_ready",
        _G,
        _WHO,
        "Ready pods of the request",
        samples.each(lambda outcome: outcome.pods_ready),
    ),
    Family(
        "platform_resource_pods",
        _G,
        _WHO,
        "Pods of the request that count",
        samples.each(lambda outcome: outcome.pods_total),
    ),
    Family(
        "platform_resource_argocd_synced",
        _G,
        _WHO,
        "Whether Argo CD calls the Application Synced: 1 or 0, absent where it does not know",
        samples.each(lambda outcome: outcome.argocd_synced),
    ),
    Family(
        "platform_resource_argocd_healthy",
        _G,
        _WHO,
        "Whether Argo CD calls the Application Healthy: 1 or 0, absent where it does not know",
        samples.each(lambda outcome: outcome.argocd_healthy),
    ),
    Family(
        "platform_resource_sub_apps_healthy",
        _G,
        _WHO,
        "Healthy sub-applications of the request",
        samples.each(lambda outcome: outcome.sub_apps_healthy),
    ),
    Family(
        "platform_resource_sub_apps",
        _G,
        _WHO,
        "Sub-applications of the request",
        samples.each(lambda outcome: outcome.sub_apps_total),
    ),
    Family(
        "platform_resource_objects_ready",
        _G,
        _WHO,
        "Ready objects among those that the request's contract names or selects",
        samples.each(lambda outcome: outcome.objects_ready),
    ),
    Family(
        "platform_resource_objects",
        _G,
        _WHO,
        "Objects that the request's contract names or selects",
        samples.each(lambda outcome: outcome.objects_total),
    ),
    Family(
        "platform_resource_write_storm",
        _G,
        _WHO,
        "1 while the request is written at most once a minute, because it was written too often; else absent",
        samples.storm,
        is_stable=False,
    ),
    Family(
        "platform_status_time_to_truth_seconds",
        _H,
        ("kind",),
        "From the arrival of an event to the status that says it",
        samples.truth,
        unit="seconds",
    ),
    Family(
        "platform_status_writes",
        _C,
        ("kind", "result"),
        "Status writes that were sent, by what became of them",
        samples.by_kind(lambda scrape: scrape.counts.writes, "result", WriteResult),
    ),
    Family(
        "platform_status_writes_suppressed",
        _C,
        ("kind", "reason"),
        "Status writes that were not sent, by why",
        samples.by_kind(lambda scrape: scrape.counts.suppressed, "reason", Suppression),
    ),
    Family(
        "platform_status_pruned_writes",
        _C,
        ("kind",),
        "Status writes of which the server dropped or changed a part",
        samples.kind_alone(lambda scrape: scrape.counts.pruned),
    ),
    Family(
        "platform_status_write_storms",
        _C,
        ("kind",),
        "How often a request began to be backed off, because it was written too often",
        samples.kind_alone(lambda scrape: scrape.counts.storms),
        is_stable=False,
    ),
    Family(
        "platform_status_write_holds_run_out",
        _C,
        ("kind",),
        "Status writes that went beside a start of Kratix, because they had been held as long as they may be",
        samples.kind_alone(lambda scrape: scrape.counts.holds_run_out),
    ),
    Family(
        "platform_status_watch_restarts",
        _C,
        ("source", "cause"),
        "Watches that were opened again, by why",
        samples.restarts,
    ),
    Family(
        "platform_status_last_event_age_seconds",
        _G,
        ("source",),
        "Time since the last event or bookmark of a watch",
        samples.event_age,
        unit="seconds",
    ),
    Family(
        "platform_status_source_unreadable",
        _G,
        ("source", "reason"),
        "Whether a kind that some contract needs cannot be read: 1 for the reason, else 0",
        samples.unreadable,
    ),
    Family(
        "platform_status_lease_age_seconds",
        _G,
        ("lease",),
        "Time since the Lease was renewed; absent before the first time",
        samples.lease_age,
        unit="seconds",
    ),
    Family(
        "platform_status_events",
        _C,
        ("result",),
        "Kubernetes Events, by what became of them",
        samples.events,
        is_stable=False,
    ),
    Family(
        "platform_status_notifications",
        _C,
        ("result",),
        "Notifications of the platform's receiver, by what became of them",
        samples.notifications,
        is_stable=False,
    ),
    Family("platform_status_build", _I, ("version",), "Which sidecar this is", samples.build),
)
