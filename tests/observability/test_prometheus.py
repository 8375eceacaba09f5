"""A real Prometheus scrapes the golden exposition: each panel draws something, rules evaluate, alerts name whom."""

import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml

from observability import checks, dashboard, rulefiles
from observability.prometheus import Prometheus, running, serving

from .binaries import binary

ROOT = Path(__file__).resolve().parents[2]
EXPOSITION = ROOT / "tests" / "golden" / "exposition" / "classic.txt"
DASHBOARD = ROOT / "observability" / "dashboards" / "platform-status.json"
LIMIT_SECONDS = 60.0

OLDER = [
    *(f"platform_vcluster_{name}" for name in ("phase_info", "ready", "pods_ready", "pods_total")),
    *(f"platform_vcluster_{name}" for name in ("argocd_synced", "argocd_healthy", "subapps_healthy", "subapps_total")),
    *(
        f"platform_status_reconciler_{name}"
        for name in ("reconcile_duration_seconds", "errors_total", "reconciles_total")
    ),
]
"""Every metric of the Go implementation, as its public source registers them."""

QUERIES = dashboard.expressions(DASHBOARD.read_text("utf-8"))

VARIABLES = {"$kind": "VClusterOrchestratorV2", "$namespace": "team", "$name": "media", "$__rate_interval": "10s"}
"""Values for Grafana's variables."""

Alert = tuple[str, str]


def older() -> rulefiles.Group:
    """The rules of docs/upgrade.md, which record the metrics of the Go implementation."""
    blocks = re.findall(r"```yaml\n(groups:\n.*?)```", (ROOT / "docs" / "upgrade.md").read_text("utf-8"), re.DOTALL)
    (group,) = yaml.safe_load(blocks[0])["groups"]
    assert isinstance(group, dict)
    return group


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    groups = [*rulefiles.read_groups(ROOT / "observability" / "rules"), older()]
    for rule in rulefiles.alerts(groups).values():
        rule.pop("for", None)  # how long each waits is promtool's to prove
    with (
        serving(EXPOSITION.read_bytes()) as target,
        running(binary("prometheus"), target, groups, tmp_path_factory.mktemp("prometheus")) as started,
    ):
        yield started


def series(prometheus: Prometheus, expression: str) -> list[tuple[dict[str, str], str]]:
    """Ask until there is something: rates need two scrapes, and a rule the rules before it."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        found = prometheus.series(expression)
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)  # Prometheus tells nobody that it has scraped


@pytest.mark.parametrize("title", QUERIES)
def test_every_panel_has_something_to_draw(prometheus: Prometheus, title: str) -> None:
    query = re.sub(r"\$\w+", lambda found: VARIABLES[found[0]], QUERIES[title])
    assert series(prometheus, query), f"{query} returns nothing"


def test_the_fleet_is_counted_by_phase(prometheus: Prometheus) -> None:
    found = series(prometheus, QUERIES["By phase"])
    assert {labels["phase"]: value for labels, value in found} == {"Ready": "1", "Scheduled": "1", "Unknown": "1"}


def test_every_recording_rule_records_or_has_a_reason_not_to(prometheus: Prometheus) -> None:
    groups = rulefiles.read_groups(ROOT / "observability" / "rules")
    # in the golden exposition nobody is deleted or paused, and nobody who was Ready broke; promtool's stories have both
    nobody = {"platform:resource_excused:bool", "platform:resource_lost:count"}
    for name in rulefiles.records(groups).keys() - nobody:
        assert series(prometheus, name), f"{name} records nothing"


def of_histograms(names: Iterable[str]) -> set[str]:
    """The names of metrics by those of their samples."""
    return {re.sub("_(bucket|sum|count)$", "", name) for name in names}


def test_what_is_left_of_the_older_metrics_is_recorded_under_their_names(prometheus: Prometheus) -> None:
    names = rulefiles.records([older()])
    for name in names:
        assert series(prometheus, name), f"{name} records nothing"
    rows = [line.strip("| ").split(" | ") for line in (ROOT / "docs" / "upgrade.md").read_text("utf-8").splitlines()]
    table = {row[0].strip("`"): row[1].strip("`") for row in rows if row[0].startswith("`platform_") and len(row) > 1}
    assert table.keys() == set(OLDER)
    known = checks.known_metrics()
    assert set(table.values()) <= known.keys() | of_histograms(known)
    unlike = {"platform_status_reconciler_reconciles_total"}  # of passes, which there are no more
    assert of_histograms(names) == {name for name, new in table.items() if name != new} - unlike


def test_no_rule_fails(prometheus: Prometheus) -> None:
    series(prometheus, "ALERTS")
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    assert rules
    assert [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] == "err"] == []


def test_the_alerts_name_who_is_meant_and_nobody_else(prometheus: Prometheus) -> None:
    expected: set[Alert] = {
        ("VClusterNotReady", "lab"),
        ("PlatformResourceNotReady", "orders"),
        ("PlatformResourceNeverReconciled", "orders"),
        ("PlatformStatusWriteStorm", "lab"),
        ("PlatformSourceUnreadable", "pods"),
    }
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        firing = prometheus.get("alerts")["alerts"]
        named: set[Alert] = {
            (alert["labels"]["alertname"], alert["labels"].get("name", alert["labels"].get("source", "")))
            for alert in firing
        }
        if named == expected or time.monotonic() > deadline:
            break
        time.sleep(0.2)  # as above
    assert named == expected
    assert len(firing) == len(expected)
    (lab,) = [alert for alert in firing if alert["labels"]["alertname"] == "VClusterNotReady"]
    assert lab["annotations"]["summary"] == "VCluster team/lab not Ready for 15 minutes"
    assert "ArgoSynced (False)" in lab["annotations"]["description"]
    assert "WorksReady" not in lab["annotations"]["description"]
