"""As a person sees it: in tmux, the screen captured; what is drawn at which width stands in tests/golden/hctl."""

import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from .world import PATIENCE, Place, command, environment

TMUX = shutil.which("tmux")

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(TMUX is None, reason="there is no tmux on this machine: apt-get install tmux"),
]

ROWS = 60


class Screen:
    """A terminal of some width, on a tmux server of its own."""

    def __init__(self, place: Place, columns: int, **further: str) -> None:
        self._socket = f"hctl-{secrets.token_hex(4)}"
        self._typed = 0
        terminal = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PS1": "$ ", **further}
        self._tmux(
            *("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(ROWS)),
            "env -i " + _quoted(environment(place.kubeconfig, **terminal)) + " sh",
        )
        self.until(lambda text: "$" in text, "a prompt")

    def type(self, *words: str) -> None:
        """Type a command, and let its exit code be shown at its end."""
        self._typed += 1
        line = " ".join(command(*words)) + f"; echo exit=$? of {self._typed}"
        self._tmux("send-keys", "-l", f"clear; {line}")
        self._tmux("send-keys", "Enter")

    def press(self, key: str) -> None:
        """Press a key, such as C-c."""
        self._tmux("send-keys", key)

    def text(self, *, colours: bool = False) -> str:
        """What stands on the screen."""
        return self._tmux("capture-pane", "-p", *(("-e",) if colours else ()))

    def until(self, holds: Callable[[str], bool], what: str) -> str:
        """Look at the screen until something holds."""
        end = time.monotonic() + PATIENCE
        text = ""
        while time.monotonic() < end:
            text = self.text()
            if holds(text):
                return text
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {PATIENCE} s; the screen:\n{text}")

    def ended(self) -> str:
        """The screen when the command is done."""
        last = re.compile(rf"^exit=\d+ of {self._typed}$", re.MULTILINE)
        return self.until(lambda text: last.search(text) is not None, "the command ends")

    def close(self) -> None:
        """End the tmux server, and with it whatever runs in it."""
        self._tmux("kill-server")

    def _tmux(self, *words: str) -> str:
        assert TMUX is not None
        done = subprocess.run(  # noqa: S603 - tmux
            [TMUX, "-L", self._socket, "-u", *words], capture_output=True, text=True, timeout=PATIENCE, check=True
        )
        return done.stdout


def _quoted(variables: dict[str, str]) -> str:
    return " ".join(f"'{key}={value}'" for key, value in variables.items())


@pytest.fixture
def screen(place: Place) -> Iterator[Screen]:
    """A terminal of 80 columns."""
    found = Screen(place, 80)
    yield found
    found.close()


def test_a_phase_on_the_screen(screen: Screen, place: Place) -> None:
    name = place.unique("media")
    place.put(name, "Degraded")
    screen.type("vcluster", "status", name)
    text = screen.ended()
    assert f"┌─ VCluster: {name} ──" in text
    assert re.search(r"│ Phase:      Degraded \S", text), text
    assert "│ Last Check: " in text
    assert "exit=1" in text


def test_the_watched_dashboard_is_redrawn_in_its_place_and_ends_cleanly(screen: Screen, place: Place) -> None:
    name = place.unique("media")
    place.put(name, "Progressing")
    screen.type("vcluster", "status", name, "--watch")
    screen.until(lambda text: "Phase:      Progressing …" in text, "the first picture")
    place.become(name, "Ready")
    text = screen.until(lambda text: "Phase:      Ready ✓" in text, "the second picture")
    assert text.count("┌─ VCluster") == 1
    assert "Progressing" not in text
    place.become(name, "Failed")
    text = screen.until(lambda text: "Phase:      Failed ✗" in text, "the third picture")
    assert text.count("┌─ VCluster") == 1
    screen.press("C-c")
    text = screen.ended()
    assert "exit=130" in text
    assert "Traceback" not in text
    assert "Phase:      Failed ✗" in text
    assert re.search(r"^\$\s*$", text, re.MULTILINE)


def test_the_watched_list_is_redrawn_in_its_place(screen: Screen, place: Place) -> None:
    name = place.unique("media")
    place.put(name, "Scheduled")
    screen.type("vcluster", "list", "-n", place.namespace, "-w")
    screen.until(lambda text: "Scheduled" in text, "the first picture")
    place.become(name, "Degraded")
    text = screen.until(lambda text: "Degraded" in text, "the second picture")
    assert text.count("NAMESPACE") == 1
    screen.press("C-c")
    assert "exit=130" in screen.ended()


@pytest.mark.parametrize("colours", [True, False])
def test_colour_only_where_it_is_wanted(place: Place, *, colours: bool) -> None:
    name = place.unique("media")
    place.put(name, "Ready")
    found = Screen(place, 80, **({} if colours else {"NO_COLOR": "1"}))
    try:
        found.type("vcluster", "status", name)
        found.ended()
        assert ("\x1b[1m\x1b[32m" in found.text(colours=True) or "32m" in found.text(colours=True)) is colours
    finally:
        found.close()


def test_a_terminal_of_40_columns_loses_nothing(place: Place) -> None:
    name = place.unique("media")
    place.put(name, "Degraded")
    found = Screen(place, 40)
    try:
        found.type("vcluster", "status", name)
        joined = re.sub(r"[\s│]", "", found.ended())
        assert f"https://{name}.integratn.tech:443" in joined
        assert "PodsNotReady" in joined
    finally:
        found.close()
