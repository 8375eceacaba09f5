"""What hctl draws, compared with what was read and found good; ``python -m tests.unit.hctl.golden`` writes it anew."""

import re

import pytest

from hctl.drawing.dashboard import dashboard
from tests.golden.sections import read_sections
from tests.unit.hctl.golden import CASES, FOLDER, WIDTHS, file_of, judged, picture, titled
from tests.unit.hctl.requests import NOW, PHASES, ago, request

_PICTURES = [(name, width) for name in CASES for width in WIDTHS]
_GOLDEN = {path.name: read_sections(path) for path in sorted(FOLDER.iterdir())}


@pytest.mark.parametrize(("name", "width"), _PICTURES, ids=[f"{name}.{width}" for name, width in _PICTURES])
def test_the_picture_is_as_it_was(name: str, width: int) -> None:
    assert picture(CASES[name](), width) == _GOLDEN[file_of(name)][titled(name, width)]


def test_every_golden_picture_belongs_to_a_case() -> None:
    found = {(file, title) for file, sections in _GOLDEN.items() for title in sections}
    assert found == {(file_of(name), titled(name, width)) for name, width in _PICTURES}


@pytest.mark.parametrize("screen", ["status", "diagnose", "tree", "list", "overview"])
def test_every_screen_is_drawn_in_every_phase(screen: str) -> None:
    drawn = "\n".join(_GOLDEN[f"{screen}.txt"].values())
    named = rf"(?m)^(?:│ Phase:      |V[\w ]+ \S+/media: |\S+ +\S+ +)({'|'.join(PHASES)})\b"
    assert set(re.findall(named, drawn)) == set(PHASES)


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", list(CASES))
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    drawn, _, commands = picture(CASES[name](), width).partition("\nNext:\n")
    for line in drawn.splitlines():
        assert len(line) <= width or "://" in line, line
    assert all(line.startswith("  ") for line in commands.splitlines()), "one line each, whatever the width"


@pytest.mark.parametrize("width", [40, 80])
def test_an_address_is_one_line_whatever_the_width_unless_the_picture_is_redrawn(width: int) -> None:
    address = "https://argocd.cluster.integratn.tech/applications/vcluster-media"
    assert f"{address}\n" in picture(CASES["status-degraded"](), width)
    redrawn = picture(dashboard(judged(request("Degraded")), NOW, redrawn=True), width)
    assert all(len(line) <= width for line in redrawn.splitlines())
    assert address in re.sub(r"[\s│]", "", redrawn), "nothing of it is lost"


@pytest.mark.parametrize("phase", PHASES)
def test_phase_message_and_first_culprit_stand_in_the_first_twelve_lines_of_80_columns(phase: str) -> None:
    found = request(phase)
    top = re.sub(r"[\s│]+", " ", " ".join(picture(dashboard(judged(found), NOW), 80).splitlines()[:12]))
    assert f"Phase: {phase}" in top
    assert found["status"]["message"] in top
    culprits = {"Degraded": "media-6d5f9c7b8-2kq7x", "Failed": "media-0", "Progressing": "media-1"}
    assert culprits.get(phase, "") in top


def test_a_stale_status_says_so_first_and_shows_no_sign_of_ready() -> None:
    for name in ("status-silent", "status-lease-forbidden", "status-lease-missing", "status-contradicted"):
        drawn = picture(CASES[name](), 200)
        assert drawn.startswith("! "), name
        assert "Ready ✓" not in drawn
        assert "not to be trusted" in drawn.splitlines()[0]


def test_what_is_on_its_way_is_no_failure_unless_it_is_known_to_be_bad() -> None:
    found = request("Progressing")
    assert "… False PodsReady" in picture(dashboard(judged(found), NOW), 80)
    found["status"]["health"]["since"]["bad.pods"] = ago(60)
    drawn = picture(dashboard(judged(found), NOW), 80)
    assert "✗ False PodsReady" in drawn
    assert "… False Ready" in drawn
    assert "✗ False PodsReady" in picture(dashboard(judged(request("Degraded")), NOW), 80)
