"""The pictures of the documentation show what hctl shows today: not byte by byte, ages differ, but word by word."""

import html
import re
from pathlib import Path

import pytest

from .pictures import FOLDER, PICTURES, make_pictures

SHOWN = {
    "status-ready": (
        "Phase:",
        "Ready ✓",
        "3/3 Ready",
        "https://media.integratn.tech:443",
        "Conditions: 7 of 7 True",
    ),
    "status-degraded": ("Phase:", "Degraded !", "2/3 Ready", "✗ False", "PodsReady", "media-1"),
    "diagnose-degraded": (
        "Cause:",
        "Pods (bad)",
        "Warning events:",
        "CrashLoopBackOff, exit code 1, 7 restarts",
        "Next:",
        "kubectl",
    ),
}


def _text(path: Path) -> str:
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", html.unescape("".join(drawn)).replace("\xa0", " "))


def _words(path: Path) -> set[str]:
    """The words without digits: an age is none of them."""
    return {word for word in re.findall(r"\S+", _text(path)) if not re.search(r"\d", word)}


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_shows_what_it_is_there_for_and_fetches_nothing(name: str) -> None:
    path = FOLDER / f"{name}.svg"
    text = _text(path)
    for words in SHOWN[name]:
        assert words in text
    assert not re.search(r"url\((?!#)|<image|<script|@import|@font-face", path.read_text(encoding="utf-8"))


@pytest.mark.cluster
def test_a_new_run_draws_the_same_words(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    for name in PICTURES:
        found, kept = _words(tmp_path / f"{name}.svg"), _words(FOLDER / f"{name}.svg")
        assert found == kept, f"{name}: run `make pictures`"
