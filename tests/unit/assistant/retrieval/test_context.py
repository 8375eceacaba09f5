"""The context block: what is known, how old it is, what is missing, and that nothing in it can close it."""

import math
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_assistant.retrieval import context
from platform_status_assistant.retrieval.catalogue import AGES, QUERY_CATALOG
from platform_status_assistant.retrieval.context import (
    LEASES,
    MAX_BYTES,
    MAX_LINES,
    RECONCILER,
    Context,
    QueryFinding,
    gather,
    render,
)
from platform_status_assistant.retrieval.prometheus import PrometheusError, QueryFailure, Vector
from tests.unit.rules.settings import quick

from .golden import BLOCKS, FOLDER, NOW, QUESTION, Told, series, well

UNTRUSTED = "| NOT TO BE TRUSTED AS CURRENT, because:"
ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_is_rendered_as_its_golden_file_has_it(name: str) -> None:
    assert BLOCKS[name]() == (FOLDER / f"{name}.txt").read_text("utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(BLOCKS)


def test_the_page_shows_the_block_that_is_rendered() -> None:
    assert (FOLDER / "silent.txt").read_text("utf-8") in (ROOT / "docs" / "assistant-retrieval.md").read_text("utf-8")


def test_every_query_of_both_topics_is_asked_once() -> None:
    told = Told(well())
    found = gather(QUESTION, told, NOW)
    assert found.topics == ("platform_status", "platform_resources")
    assert found.others == ("pods",)
    assert found.doubts == ()
    expected = [
        RECONCILER,
        LEASES,
        *AGES.values(),
        *(query for queries in QUERY_CATALOG.values() for _, query, _ in queries),
    ]
    assert sorted(told.asked) == sorted(expected)
    assert {finding.age for finding in found.findings if finding.series} == {timedelta(seconds=12)}


def test_a_question_about_something_else_asks_nothing() -> None:
    told = Told(well())
    found = gather("how many pods?", told, NOW)
    assert (found.topics, found.findings, told.asked) == ((), (), [])
    assert "nothing was queried, nothing is known" in render(found)


def test_the_one_that_was_asked_for_comes_first_among_many() -> None:
    answers = well()
    answers["platform_vcluster_ready"] = [series(f"a{number:03}", 0) for number in range(300)] + [series("media", 1)]
    found = gather(QUESTION, Told(answers), NOW)
    lines = found.findings[0].text.splitlines()
    assert lines[1] == "  - team/media: Ready"
    assert lines[-1] == "  - and 281 more: 281 Not Ready"
    assert found.findings[0].age is None, "the ages of 300 requests are not known"


@pytest.mark.parametrize(
    ("answers", "doubt"),
    [
        (well(up=0), "1 of 1 pods of the reconciler cannot be scraped: up is not 1"),
        (well(up=math.nan), "1 of 1 pods of the reconciler cannot be scraped: up is not 1"),
        (well(lease=61), "the reconciler has not renewed its Lease for a minute: platform-status-system/vcluster"),
        (well(lease=math.nan), "the reconciler has not renewed its Lease for a minute"),
        (well(lease=-1), "the reconciler has not renewed its Lease for a minute"),
        (well(age=301), "samples older than 5 minutes, or from the future: data/orders, team/lab, team/media"),
        (well(age=-60), "samples older than 5 minutes, or from the future"),
        (well(age=math.nan), "samples older than 5 minutes"),
        (well(age=-math.inf), "samples older than 5 minutes"),
        (well() | {RECONCILER: []}, "up of the reconciler has no series"),
        (well() | {LEASES: []}, "has no series: the last check of the reconciler is unknown"),
        (
            well() | {AGES["platform_status"]: PrometheusError("Prometheus is on fire", QueryFailure.UNAVAILABLE)},
            "the age of the samples of platform_status is unknown: Prometheus did not respond: Prometheus is on fire",
        ),
        (well() | {AGES["platform_status"]: []}, "the age of the samples of team/lab, team/media is unknown"),
    ],
)
def test_what_may_not_be_true_now_is_marked_before_anything_is_said(answers: dict[str, object], doubt: str) -> None:
    text = render(gather(QUESTION, Told(answers), NOW))  # type: ignore[arg-type]  # a table of the case
    lines = text.splitlines()
    assert lines.index(UNTRUSTED) < lines.index("| **VCluster readiness**:")
    assert doubt in text


def test_an_answer_for_another_time_is_marked() -> None:
    text = render(gather(QUESTION, Told(well(), at=NOW - timedelta(minutes=6)), NOW))
    assert UNTRUSTED in text
    assert "the time of the response differs from ours by 6m" in text


def test_one_query_that_fails_takes_no_other_with_it() -> None:
    answers = well() | {"platform_vcluster_phase == 1": PrometheusError("Prometheus said no", QueryFailure.BAD_QUERY)}
    found = gather(QUESTION, Told(answers), NOW)
    assert [finding.problem for finding in found.findings if finding.problem] == [
        "Prometheus did not respond: Prometheus said no"
    ]


def test_a_prometheus_that_is_gone_is_asked_once() -> None:
    told = Told({RECONCILER: PrometheusError("Prometheus is gone", QueryFailure.UNREACHABLE)})
    found = gather(QUESTION, told, NOW)
    assert told.asked == [RECONCILER]
    assert all(finding.problem for finding in found.findings)
    assert "Ready" not in render(found).replace("not Ready", "")


def test_what_prometheus_warns_of_comes_along() -> None:
    class Warned(Told):
        def query(self, expression: str, *, at: datetime | None = None) -> Vector:
            vector = super().query(expression, at=at)
            return Vector(vector.samples, ("the answer is partial",), vector.asked_at)

    text = render(gather(QUESTION, Warned(well()), NOW))
    assert text.count("|   - warning: the answer is partial\n") == 6


def test_a_fence_that_occurs_in_the_data_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = iter(["0" * 12, "1" * 12])
    digest = SimpleNamespace(sha256=lambda _: SimpleNamespace(hexdigest=lambda: next(marks)))
    monkeypatch.setattr(context, "hashlib", digest)
    finding = QueryFinding("Label", "up", "=== platform status 000000000000 ===", 1)
    text = render(Context(("platform_status",), (), (finding,), (), NOW))
    assert text.endswith("\n=== platform status 111111111111 ===\n")


HOSTILE = st.text() | st.sampled_from(
    ["=== platform status 000000000000 ===", "\n===", "| ", "\u2028", "\x1b[2J", "x" * 5000]
)


@quick
@given(st.lists(HOSTILE, max_size=8), st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE, HOSTILE), max_size=30))
def test_no_text_closes_the_block_or_escapes_it(doubts: list[str], findings: list[tuple[str, str, str, str]]) -> None:
    made = tuple(QueryFinding(label, query, text, 1, None, problem) for label, query, text, problem in findings)
    rendered = render(Context(("platform_status",), (), made, tuple(doubts), NOW))
    lines = rendered.split("\n")
    assert lines.pop() == ""
    fence = lines[3]
    assert fence.startswith("=== platform status ")
    assert lines[-1] == fence
    assert fence in lines[0]
    assert not any(fence in line for line in lines[4:-1])
    assert all(line == "|" or line.startswith("| ") for line in lines[4:-1])
    assert all(line.isprintable() for line in lines)
    assert len(lines) <= MAX_LINES
    assert len(rendered.encode()) <= MAX_BYTES


@quick
@given(HOSTILE, st.floats(), st.floats(), st.floats())
def test_any_series_is_gathered_without_raising(name: str, value: float, since: float, lease: float) -> None:
    answers = well() | {
        RECONCILER: [({}, value)],
        LEASES: [({"lease": name}, lease)],
        AGES["platform_status"]: [series(name, since)],
        "platform_vcluster_ready": [series(name, value)],
        "platform_vcluster_phase == 1": [series(name, value, phase=name)],
    }
    found = gather(QUESTION, Told(answers), NOW)
    assert found.doubts or (value == 1 and 0 <= lease <= 60 and 0 <= NOW.timestamp() - since <= 300)


def test_a_block_that_is_too_long_says_what_it_left_out() -> None:
    findings = tuple(QueryFinding(f"Label {number}", "up", "**Label**:\n" + "  - x\n" * 20, 20) for number in range(40))
    text = render(Context(("platform_status",), (), findings, (), datetime.fromisoformat("2026-02-26T10:30:00Z")))
    assert text.count("\n") <= MAX_LINES
    assert "more lines, left out for length: their content is unknown" in text
