"""The Grafana dashboard as code: the fleet by phase, one request, the health of the sidecar.

Belongs here: panels and their queries. The checks compare each query with the sidecar's families, and the tests run it
on a real Prometheus.
"""

from __future__ import annotations

import json
from typing import Any, Final

from grafana_foundation_sdk.builders import bargauge, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

__all__ = ["expressions", "generate"]

_SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
_ONE: Final = '{kind="$kind",namespace="$namespace",name="$name"}'
_TRUTH: Final = "sum by (kind, le) (rate(platform_status_time_to_truth_seconds_bucket[$__rate_interval]))"
_SELF: Final = 'job="platform-status-reconciler"'

_Panel = stat.Panel | timeseries.Panel | table.Panel | bargauge.Panel

_FLEET: Final = (
    ("stat", "Requests", "", "count(max by (kind, namespace, name) (platform_resource_info))", "", 4),
    (
        "stat",
        "Ready now",
        "percentunit",
        "sum(platform:resource_ready:bool) / count(platform:resource_ready:bool)",
        "",
        4,
    ),
    (
        "stat",
        "Not Ready in 30 days (goal: 1 %)",
        "percentunit",
        "platform:resource_not_ready:ratio_30d",
        "{{kind}}",
        6,
    ),
    ("bars", "By phase", "", "sum by (phase) (platform:resource_phase:count) > 0", "{{phase}}", 10),
    (
        "time",
        "By phase, over time",
        "",
        "sum by (kind, phase) (platform:resource_phase:count) > 0",
        "{{kind}} {{phase}}",
        12,
    ),
    (
        "table",
        "Not Ready",
        "",
        'max by (kind, namespace, name, phase) (platform_resource_phase{phase!="Ready"} == 1)',
        "",
        12,
    ),
    (
        "table",
        "Alerts",
        "",
        'max by (alertname, severity, kind, namespace, name) (ALERTS{alertstate="firing"})',
        "",
        12,
    ),
    (
        "table",
        "Conditions that are not True",
        "",
        'sum by (kind, condition, status) (platform_resource_condition{status!="True"}) > 0',
        "",
        12,
    ),
)
_REQUEST: Final = (
    ("table", "$name: phase", "", f"max by (phase) (platform_resource_phase{_ONE} == 1)", "", 6),
    ("table", "$name: conditions", "", f"max by (condition, status) (platform_resource_condition{_ONE} == 1)", "", 10),
    ("stat", "$name: share of pods ready", "percentunit", f"platform:resource_pods_ready:ratio{_ONE}", "", 4),
    (
        "stat",
        "$name: healthy sub-apps",
        "",
        f"max by (name) (platform_resource_sub_apps_healthy{_ONE})",
        "{{name}}",
        4,
    ),
    ("time", "$name: Ready", "bool_yes_no", f"platform:resource_ready:bool{_ONE}", "Ready", 8),
    ("time", "$name: pods", "", f"max by (name) (platform_resource_pods{_ONE})", "that count", 8),
    ("time", "$name: pods ready", "", f"max by (name) (platform_resource_pods_ready{_ONE})", "ready", 8),
    (
        "time",
        "$name: Argo CD synced",
        "bool_yes_no",
        f"max by (name) (platform_resource_argocd_synced{_ONE})",
        "synced",
        12,
    ),
    (
        "time",
        "$name: Argo CD healthy",
        "bool_yes_no",
        f"max by (name) (platform_resource_argocd_healthy{_ONE})",
        "healthy",
        12,
    ),
)
_SIDECAR: Final = (
    ("stat", "Sidecars that answer", "", f"sum(up{{{_SELF}}})", "", 4),
    ("stat", "Age of the Lease", "s", "min by (lease) (platform_status_lease_age_seconds)", "{{lease}}", 6),
    (
        "table",
        "Sources that cannot be read",
        "",
        "max by (service, source, reason) (platform_status_source_unreadable == 1)",
        "",
        8,
    ),
    ("table", "Version", "", "count by (version) (platform_status_build_info)", "", 6),
    (
        "time",
        "Time to truth, p50",
        "s",
        f"histogram_quantile(0.5, {_TRUTH})",
        "{{kind}}",
        8,
    ),
    (
        "time",
        "Time to truth, p99 (goal: 0.25 s)",
        "s",
        f"histogram_quantile(0.99, {_TRUTH})",
        "{{kind}}",
        8,
    ),
    ("time", "Late by more than 10 s (objective: 1 %)", "percentunit", "platform:truth_late:ratio_1h", "{{kind}}", 8),
    (
        "time",
        "Status writes by result",
        "wps",
        "sum by (result) (rate(platform_status_writes_total[$__rate_interval]))",
        "{{result}}",
        8,
    ),
    (
        "time",
        "Writes not sent",
        "wps",
        "sum by (reason) (rate(platform_status_writes_suppressed_total[$__rate_interval]))",
        "{{reason}}",
        8,
    ),
    (
        "table",
        "Slowed down: written too often",
        "",
        "max by (kind, namespace, name) (platform_resource_write_storm)",
        "",
        8,
    ),
    (
        "time",
        "Watches opened again",
        "ops",
        "sum by (source, cause) (rate(platform_status_watch_restarts_total[$__rate_interval]))",
        "{{source}} {{cause}}",
        8,
    ),
    ("time", "Last event of a watch", "s", "min by (source) (platform_status_last_event_age_seconds)", "{{source}}", 8),
    (
        "time",
        "Reconciles that failed",
        "ops",
        "sum by (name) (rate(platform_status_reconcile_errors_total[$__rate_interval])) > 0 or vector(0)",
        "{{name}}",
        8,
    ),
)


def _panel(kind: str, title: str, unit: str, expression: str, legend: str, width: int) -> _Panel:
    query = prometheus.Dataquery().expr(expression).datasource(_SOURCE).ref_id("A")
    panel: _Panel
    if kind == "table":
        panel = table.Panel()
        query = query.instant().format(PromQueryFormat.TABLE)
    elif kind == "time":
        panel = timeseries.Panel()
        query = query.range().legend_format(legend)
    else:
        panel = stat.Panel() if kind == "stat" else bargauge.Panel()
        query = query.instant().legend_format(legend)
    panel = panel.title(title).datasource(_SOURCE).with_target(query).span(width).height(9)
    return panel.unit(unit) if unit else panel


def _variable(name: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(name)
        .datasource(_SOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    )


def generate() -> str:
    """Return the dashboard as JSON, with one newline at the end; the output is reproducible."""
    board = (
        dashboard.Dashboard("Platform status")
        .uid("platform-status")
        .tags(["platform-status", "kratix"])
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .with_variable(_variable("kind", "label_values(platform_resource_info, kind)"))
        .with_variable(_variable("namespace", 'label_values(platform_resource_info{kind="$kind"}, namespace)'))
        .with_variable(
            _variable("name", 'label_values(platform_resource_info{kind="$kind",namespace="$namespace"}, name)')
        )
    )
    for title, panels in (
        ("The fleet", _FLEET),
        ("One request: $kind $namespace/$name", _REQUEST),
        ("The sidecar", _SIDECAR),
    ):
        board = board.with_row(dashboard.Row(title))
        for panel in panels:
            board = board.with_panel(_panel(*panel))
    made: dict[str, Any] = json.loads(json.dumps(board.build(), cls=JSONEncoder))
    panels_only = [panel for panel in made["panels"] if panel["type"] != "row"]
    for number, panel in enumerate(panels_only, 1):
        panel["id"] = number
    return json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def expressions(text: str) -> dict[str, str]:
    """Return every query of a dashboard by the title of its panel.

    Args:
        text: The dashboard as JSON.

    Raises:
        ValueError: Two panels have the same title, or a panel has no query.
    """
    found: dict[str, str] = {}
    for panel in json.loads(text)["panels"]:
        if panel["type"] == "row":
            continue
        targets = panel.get("targets", [])
        if len(targets) != 1 or panel["title"] in found:
            raise ValueError(
                f"panel {panel['title']!r}: expected one query and a title of its own, found {len(targets)} queries"
            )
        found[panel["title"]] = targets[0]["expr"]
    return found
