"""How an alert is shown, and what an answer of hctl has to be."""

import io

import pytest

from observability.receiver import Alert
from observability.rulefiles import RUNBOOKS
from observability.watched.asking import NO, YES, Answer, Expected, check
from observability.watched.scenes import details, headline, page
from platform_status_demo.command import StoryError
from platform_status_demo.screen import Screen


def alert(status: str = "firing", **annotations: str) -> Alert:
    labels = {"alertname": "VClusterNotReady", "severity": "warning", "name": "media"}
    return Alert(status, labels, annotations, "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "f")


def test_an_alert_is_shown_with_labels_summary_description_runbook_and_page() -> None:
    url = f"{RUNBOOKS}alerts/VClusterNotReady.md"
    told = alert(summary="s", description="d", runbook_url=url)
    assert headline(told, "platform-team") == "VClusterNotReady reached platform-team"
    assert details(told) == {
        "labels": "name=media severity=warning",
        "summary": "s",
        "description": "d",
        "runbook": url,
        "page": "docs/runbooks/alerts/VClusterNotReady.md",
    }


def test_an_all_clear_does_not_say_what_to_do() -> None:
    assert list(details(alert("resolved", summary="s", description="d"))) == ["labels", "summary"]


def test_what_an_alert_does_not_say_is_left_out() -> None:
    assert list(details(alert())) == ["labels"]


@pytest.mark.parametrize("url", ["", "https://example.org/x.md", f"{RUNBOOKS}../../etc/passwd"])
def test_a_runbook_that_is_none_of_ours_has_no_page_here(url: str) -> None:
    assert page(alert(runbook_url=url)) == ""


def test_texts_of_others_cannot_repaint_the_terminal() -> None:
    told = alert(summary="\033[31mred\nline", description="\u202eback")
    assert "\033" not in str(details(told).values())
    assert details(told)["summary"] == "[31mred line"
    assert "\u202e" not in details(told)["description"]
    assert "\033" not in headline(told, "\033]0;title\a")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer("hctl", 0, ("Yes, media is Ready.",), ""), YES),
        (Answer("hctl", 0, ("Yes: media is Ready.", "more"), ""), YES),
        (Answer("hctl", 1, ("No. It is Degraded.",), ""), NO),
    ],
)
def test_an_answer_that_is_right_passes(answer: Answer, expected: Expected) -> None:
    check(answer, expected)


@pytest.mark.parametrize(
    ("answer", "expected", "said"),
    [
        (Answer("hctl", 1, ("No. It is Degraded.",), ""), YES, "'No. It is Degraded.' with exit code 1"),
        (Answer("hctl", 1, ("Yes.",), ""), YES, "with exit code 1"),
        (Answer("hctl", 0, ("Yesterday it was.",), ""), YES, "Yesterday"),
        (Answer("hctl", 0, ("No.",), ""), NO, "with exit code 0"),
        (Answer("hctl", 2, (), "Error: No such command 'ask'."), YES, "No such command 'ask'"),
        (Answer("hctl", 0, (), ""), YES, "found 'nothing'"),
        (Answer("hctl", 0, ("",), ""), YES, "found 'nothing'"),
    ],
)
def test_an_answer_that_is_wrong_says_what_was_expected_and_what_was_said(
    answer: Answer, expected: Expected, said: str
) -> None:
    with pytest.raises(StoryError) as raised:
        check(answer, expected)
    assert f"begins with {expected.word} and exit code {expected.code}" in str(raised.value)
    assert said in str(raised.value)


def test_on_a_terminal_long_texts_are_broken_below_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "64")
    stream = io.StringIO()
    Screen(stream, live=True, colour=False, clock=lambda: 0.0).alert("firing", "A", {"summary": "word " * 12})
    lines = stream.getvalue().split("\r")[0].splitlines()
    six = "word word word word word word"
    assert lines[1:] == [f"{' ' * 22}summary  {six}", f"{' ' * 31}{six}"]


def test_alert_and_answer_are_lines_without_a_terminal() -> None:
    stream = io.StringIO()
    screen = Screen(stream, live=False, colour=False, clock=lambda: 0.0)
    screen.alert("firing", "A reached team", {"labels": "a=b", "summary": "s"})
    screen.answer("hctl ask", ["No.", "Because."])
    assert stream.getvalue() == (
        "  +0.0s  FIRING       A reached team\n"
        "                      labels   a=b\n"
        "                      summary  s\n"
        "  +0.0s            $  hctl ask\n"
        "                      No.\n"
        "                      Because.\n"
    )


def test_an_alert_with_a_status_nobody_knows_is_shown_all_the_same() -> None:
    stream = io.StringIO()
    Screen(stream, live=False, colour=True).alert("odd", "A", {})
    assert "ODD" in stream.getvalue()
