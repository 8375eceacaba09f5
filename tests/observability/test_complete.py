"""Every reason and alert has a runbook, every metric exists, nothing is stale; and each check is shown to fail."""

import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families as read_classic

from observability import checks, rulefiles, runbooks
from observability.__main__ import main, problems
from observability.metrics_page import CLOSED
from platform_status_contract.model.vocabulary import Reason
from platform_status_sidecar.metrics.families import FAMILIES
from platform_status_sidecar.metrics.samples import UNREADABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "runbooks"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "observability", tmp_path / "observability", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PAGES, tmp_path / "docs" / "runbooks")
    shutil.copy(ROOT / "docs" / "metrics.md", tmp_path / "docs")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_all_is_well_here() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_page_with_meaning_first_command_and_fix(reason: Reason) -> None:
    page = (PAGES / "reasons" / f"{reason}.md").read_text("utf-8")
    assert page.count("\n## ") >= 3
    for part in (
        f"# {reason}\n",
        "## What it means\n",
        "## First command\n\n```sh\n",
        "| you see | do |\n| --- | --- |\n| ",
    ):
        assert part in page


def test_what_is_generated_twice_is_the_same_and_says_nothing(checkout: Path) -> None:
    before = {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}
    assert main([], root=checkout) == 0
    assert {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("docs/runbooks/reasons/NoPods.md", "# NoPods", "# Edited", "docs/runbooks/reasons/NoPods.md is stale"),
        ("docs/metrics.md", "| `platform_vcluster_ready` | gauge", "| `mine` | gauge", "docs/metrics.md is stale"),
        ("docs/metrics.md", "| 409: the request", "| 408: the request", "docs/metrics.md is stale"),
        ("docs/metrics.md", "<!-- end of values -->", "", "docs/metrics.md has no place for values"),
        ("observability/dashboards/platform-status.json", "Platform status", "Mine", "platform-status.json is stale"),
        ("observability/manifests/prometheusrule.yaml", "15m", "16m", "prometheusrule.yaml is stale"),
        ("observability/runbooks/reasons.yaml", "\nNoPods:", "\nNoPodz:", "NoPods has no entry"),
        ("observability/runbooks/reasons.yaml", "\nNoPods:", "\nNoPodz:", "NoPodz does not exist"),
        (
            "observability/runbooks/alerts.yaml",
            "\nPlatformStatusStale:",
            "\nStale:",
            "PlatformStatusStale has no entry",
        ),
        (
            "observability/rules/2-vcluster.yaml",
            "platform_vcluster_ready[",
            "platform_vcluster_redy[",
            "platform_vcluster_redy",
        ),
        ("observability/rules/3-resource.yaml", '{contract_name=""}', '{contract="x"}', "has no label contract,"),
        ("observability/rules/1-recording.yaml", '{phase="Ready"}', '{pase="Ready"}', "has no label pase,"),
        ("observability/rules/2-vcluster.yaml", "alerts/VClusterNotReady.md", "alerts/Nothing.md", "is no page"),
        ("observability/rules/4-sidecar.yaml", "severity: critical", "severity: loud", "neither warning nor critical"),
        (
            "observability/rules/5-objectives.yaml",
            "platform_status_writes_total by",
            "platform_written by",
            "names platform_written,",
        ),
    ],
)
def test_what_drifts_is_found_and_named(checkout: Path, file: str, old: str, new: str, said: str) -> None:
    edit(checkout / file, old, new)
    found = problems(checkout)
    assert any(said in problem for problem in found), found
    assert main(["--check"], root=checkout) == 1


def test_the_page_of_metrics_has_each_closed_list_with_the_values_that_the_sidecar_sends() -> None:
    sent: dict[tuple[str, str], set[str]] = {}
    for family in read_classic((ROOT / "tests/golden/exposition/classic.txt").read_text("utf-8")):
        for sample in family.samples:
            for label in {"result", "cause", "reason"} & sample.labels.keys():
                sent.setdefault((sample.name, label), set()).add(sample.labels[label])
    del sent["platform_resource_reason", "reason"]
    assert sent.pop(("platform_status_source_unreadable", "reason")) == {reason.value for reason in UNREADABLE}
    assert sent == {place: {item.value for item in closed} for place, closed in CLOSED.items()}


def test_a_missing_page_and_one_too_many_are_found(checkout: Path) -> None:
    (checkout / "docs/runbooks/alerts/VClusterNotReady.md").unlink()
    (checkout / "docs/runbooks/alerts/Gone.md").write_text("# Gone\n", encoding="utf-8")
    found = "\n".join(problems(checkout))
    assert "docs/runbooks/alerts/VClusterNotReady.md is stale" in found
    assert "runbook_url" in found
    assert "docs/runbooks/alerts/Gone.md belongs to no alert" in found


def test_a_metric_that_the_sidecar_drops_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = tuple(family for family in FAMILIES if family.name != "platform_vcluster_ready")
    known = checks.known_metrics(fewer)
    monkeypatch.setattr(checks, "known_metrics", lambda *_: known)
    assert any("platform_vcluster_ready" in problem for problem in problems(ROOT))


def test_an_awaited_metric_that_has_come_must_leave_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "AWAITED", {"platform_to_come": frozenset({"name"})})
    arrived = msgspec.structs.replace(FAMILIES[0], name="platform_to_come", labels=("name",))
    assert checks.awaited_problems() == []
    (problem,) = checks.awaited_problems((*FAMILIES, arrived))
    assert "platform_to_come" in problem


def test_the_page_of_a_reason_without_a_command_is_refused() -> None:
    entry: dict[str, Any] = {"then": {"a": "b"}}
    book = {reason.value: {"first": "x", "then": {"a": "b"}} for reason in Reason} | {"Synced": entry}
    assert runbooks.problems(book, {}, {}) == ["runbooks/reasons.yaml: Synced has no `first`; add it"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('sum by (kind) (rate(a_total{kind="x",le=~"1|2"}[5m])) / b', {"a_total": {"kind", "le"}, "b": set()}),
        ("a:b:c unless on (kind, name) d{} == 1 and on () count(e) > 0", {"a:b:c": set(), "d": set(), "e": set()}),
        ('label_replace(x, "l", "$1", "s", "(.*) y{z}") offset 5m', {"x": set()}),
        ("histogram_quantile(0.99, sum by (le) (rate(h_bucket[$__rate_interval])))", {"h_bucket": set()}),
        ("a > 14.4 * 0.01 or vector(0)", {"a": set()}),
    ],
)
def test_the_metrics_of_an_expression_are_found(expression: str, expected: dict[str, set[str]]) -> None:
    assert {name: set(labels) for name, labels in checks.metrics_of(expression)} == expected


def test_the_rules_are_printed_with_another_base(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--print-rules", "--runbooks", "https://git.example.org/books"]) == 0
    text = capsys.readouterr().out
    assert "https://git.example.org/books/alerts/VClusterNotReady.md" in text
    assert rulefiles.RUNBOOKS not in text


def test_every_link_of_every_page_leads_somewhere() -> None:
    own = ("observability/README.md", "docs/operations.md", "docs/demo-observability.md")
    pages = [*PAGES.rglob("*.md"), *(ROOT / page for page in own)]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))]
    assert len(links) > len(pages)
    assert [(page.name, link) for page, link in links if "://" not in link and not (page.parent / link).exists()] == []
