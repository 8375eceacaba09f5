"""Every alert has its stories, and promtool finds them true."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from observability.rulefiles import alerts, manifest, read_groups, records

from .binaries import binary

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "observability" / "rules"
STORIES = Path(__file__).with_name("rules")
EVERY_ALERT_SHOWS = ("firing", "not firing", "flapping", "resolved", "restarted sidecar", "deleted request")
OF_THE_POD = {"pod", "instance", "container", "endpoint"}

GROUPS = read_groups(RULES)
ALERTS = alerts(GROUPS)


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([binary("promtool"), *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - named by whoever runs the tests


def stories(name: str) -> dict[str, Any]:
    return {story["name"]: story for story in yaml.safe_load((STORIES / f"{name}.yaml").read_text("utf-8"))["tests"]}


@pytest.mark.parametrize("file", sorted(STORIES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_stories_come_true(file: Path) -> None:
    done = promtool("test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_finds_nothing_wrong_with_the_rules() -> None:
    done = promtool("check", "rules", *sorted(RULES.glob("*.yaml")))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_has_every_story_and_each_looks_at_it(name: str) -> None:
    told = stories(name)
    assert {f"{name} {story}" for story in EVERY_ALERT_SHOWS} <= told.keys()
    for title, story in told.items():
        asked = [ask for ask in story["promql_expr_test"] if f'alertname="{name}"' in ask["expr"]]
        assert asked, f"{title} never asks for the alert"
        fires = [bool(ask["exp_samples"]) for ask in asked]
        if title == f"{name} firing":
            assert any(fires), title
            (noted,) = story["alert_rule_test"]
            assert noted["exp_alerts"], f"{title} does not show what the alert says"
        if title == f"{name} resolved":
            assert any(fires), title
            assert not fires[-1], title


def test_no_story_tells_of_an_alert_that_is_gone() -> None:
    assert {file.stem for file in STORIES.glob("*.yaml")} == {*ALERTS, "recording"}


def test_a_story_that_is_not_true_is_found(tmp_path: Path) -> None:
    text = (STORIES / "VClusterNotReady.yaml").read_text("utf-8").replace("../../../observability/rules", str(RULES))
    (tmp_path / "wrong.yaml").write_text(text.replace("eval_time: 14m", "eval_time: 16m"), encoding="utf-8")
    done = promtool("test", "rules", tmp_path / "wrong.yaml")
    assert done.returncode == 1
    assert "VClusterNotReady" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "lasting", "expression"),
    [
        ("VClusterNotReady", "15m", "platform_vcluster_ready"),
        ("VClusterPodsUnhealthy", "10m", "< 0.5"),
        ("PlatformReconcilerDown", "5m", 'absent(up{job="platform-status-reconciler"} == 1)'),
    ],
)
def test_the_alerts_of_the_plan_are_as_it_has_them(name: str, lasting: str, expression: str) -> None:
    rule = ALERTS[name]
    assert (rule["for"], rule["labels"]["severity"]) == (lasting, "warning")
    assert expression in rule["expr"]


@pytest.mark.parametrize("name", ALERTS)
def test_no_alert_carries_a_label_of_the_pod_that_told(name: str) -> None:
    for title, story in stories(name).items():
        for ask in story["promql_expr_test"]:
            for sample in ask["exp_samples"]:
                assert not [label for label in OF_THE_POD if f"{label}=" in sample["labels"]], title


def test_the_manifest_holds_every_rule_and_another_base_for_the_runbooks_if_asked() -> None:
    made = yaml.safe_load(manifest(GROUPS, "https://git.example.org/books/"))
    assert (made["apiVersion"], made["kind"]) == ("monitoring.coreos.com/v1", "PrometheusRule")
    groups = made["spec"]["groups"]
    assert alerts(groups).keys() == ALERTS.keys()
    assert records(groups) == records(GROUPS)
    urls = [rule["annotations"]["runbook_url"] for rule in alerts(groups).values()]
    assert urls == [f"https://git.example.org/books/alerts/{name}.md" for name in ALERTS]
    # what the operator's schema knows of a rule; anything else it refuses or drops
    assert {key for group in groups for key in group} <= {"name", "rules", "interval"}
    assert {key for group in groups for rule in group["rules"] for key in rule} <= {
        "alert", "record", "expr", "for", "labels", "annotations",
    }  # fmt: skip


def test_two_groups_of_one_name_are_refused(tmp_path: Path) -> None:
    for file in ("a.yaml", "b.yaml"):
        (tmp_path / file).write_text("groups: [{name: twice, rules: []}]", encoding="utf-8")
    with pytest.raises(ValueError, match="twice"):
        read_groups(tmp_path)
