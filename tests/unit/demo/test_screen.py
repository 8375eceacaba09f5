"""The demo on a terminal and without one."""

import io
import re

import pytest

from platform_status_demo.command import screen_on
from platform_status_demo.phases import sighting
from platform_status_demo.screen import Delay, Screen


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _clock(moments: list[float]) -> float:
    return moments.pop(0) if len(moments) > 1 else moments[0]


def test_without_a_terminal_a_phase_is_one_plain_line() -> None:
    moments = [100.0, 112.3]
    stream = io.StringIO()
    screen = Screen(stream, live=False, colour=False, clock=lambda: _clock(moments))
    screen.phase("Degraded", "PodsNotReady", "2/3 pods are ready", "0.08 s after: pod media-0 broke")
    expected = ' +12.3s  Degraded     PodsNotReady            "2/3 pods are ready"  (0.08 s after: pod media-0 broke)\n'
    assert stream.getvalue() == expected


def test_a_phase_without_a_reason_shows_a_dash() -> None:
    stream = io.StringIO()
    Screen(stream, live=False, colour=False).phase("Scheduled", "", "", "")
    assert re.search(r"Scheduled +- ", stream.getvalue())


def test_without_a_terminal_nothing_is_said_twice_and_nothing_is_drawn() -> None:
    stream = io.StringIO()
    screen = Screen(stream, live=False, colour=False)
    screen.open()
    screen.doing("starting")
    screen.close()
    assert stream.getvalue() == ""


def test_on_a_terminal_the_phase_line_is_drawn_anew_and_gone_at_the_end() -> None:
    stream = _Terminal()
    screen = Screen(stream, live=True, colour=True)
    screen.phase("Scheduled", "", "", "")
    screen.phase("Ready", "AllHealthy", "all is well", "")
    screen.doing("resting")
    line = re.sub(r"\033\[[0-9;?]*[a-zA-Z]", "", stream.getvalue().split("\r")[-1])
    assert line.endswith("Scheduled > Ready  resting")
    screen.close()
    assert stream.getvalue().endswith("\r\033[K")


@pytest.mark.parametrize(
    ("stream", "environ", "no_color", "drawn", "coloured"),
    [
        (_Terminal(), {"TERM": "xterm"}, False, True, True),
        (_Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False, True, False),
        (_Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, False, True, True),
        (_Terminal(), {"TERM": "xterm"}, True, True, False),
        (_Terminal(), {"TERM": "dumb"}, False, False, False),
        (_Terminal(), {}, False, False, False),
        (io.StringIO(), {"TERM": "xterm"}, False, False, False),
    ],
)
def test_drawing_needs_a_terminal_and_colour_needs_leave(
    stream: io.StringIO, environ: dict[str, str], *, no_color: bool, drawn: bool, coloured: bool
) -> None:
    screen = screen_on(stream, environ, no_color=no_color)
    screen.doing("something")
    screen.phase("Ready", "AllHealthy", "all is well", "")
    text = stream.getvalue()
    assert ("\r" in text) is drawn
    assert ("\033[1;32m" in text) is coloured


def test_the_summary_has_a_row_per_change() -> None:
    stream = io.StringIO()
    screen = Screen(stream, live=False, colour=False)
    screen.summary([Delay("pod broke", "Degraded", 0.084, ""), Delay("Secret appeared", "Ready", 4.2, "polled")])
    rows = [line.split() for line in stream.getvalue().splitlines() if line.strip()]
    assert rows[1] == ["pod", "broke", "Degraded", "0.08", "s"]
    assert rows[2] == ["Secret", "appeared", "Ready", "4.20", "s", "polled"]


def test_a_sighting_reads_phase_reason_and_message_and_takes_nothing_for_granted() -> None:
    ready = {"type": "Ready", "status": "True", "reason": "AllHealthy"}
    seen = sighting({"status": {"phase": "Ready", "message": "m", "conditions": [{"type": "Other"}, ready]}}, 7.0)
    assert (seen.at, seen.phase, seen.reason, seen.message) == (7.0, "Ready", "AllHealthy", "m")
    assert sighting({}, 1.0).phase == ""


def test_a_terminal_that_is_gone_stops_nothing() -> None:
    class Gone(_Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, f"Input/output error, not written: {text}")

    screen = Screen(Gone(), live=True, colour=True)
    screen.phase("Ready", "AllHealthy", "all is well", "")
    screen.close()
    assert not screen._drawn
