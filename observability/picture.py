"""Draws what each panel of the dashboard shows: no Grafana, but its layout, its queries and what Prometheus answers.

`python -m observability.picture` runs a Prometheus on the golden exposition and writes docs/dashboard.svg.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from . import dashboard, rulefiles
from .binaries import find
from .prometheus import Prometheus, running, serving

__all__ = ["Series", "answers", "draw", "main", "resolved"]

Series = tuple[dict[str, str], str]
"""Labels and value, as Prometheus answers."""

_ROOT: Final = Path(__file__).resolve().parent.parent
_VARIABLES: Final = {
    "$kind": "VClusterOrchestratorV2",
    "$namespace": "team",
    "$name": "media",
    "$__rate_interval": "10s",
}
_COLUMN, _LINE, _LETTERS_PER_COLUMN = 56, 22, 7.4
_LIMIT_SECONDS: Final = 60.0
_UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e\xa0-\u02ff\u0370-\u1fff\u2010-\u2027\u3000-\ud7ff]")


def resolved(text: str, variables: Mapping[str, str] = _VARIABLES) -> str:
    """Put values in the place of Grafana's variables."""
    return re.sub(r"\$\w+", lambda found: variables.get(found[0], found[0]), text)


def answers(
    prometheus: Prometheus, board: str, variables: Mapping[str, str] = _VARIABLES, *, seconds: float = _LIMIT_SECONDS
) -> dict[str, list[Series]]:
    """Return what each panel's query returns, by title.

    Args:
        prometheus: One that scrapes.
        board: The dashboard as JSON.
        variables: Values of Grafana's variables; those that are left out have the value of the golden exposition.
        seconds: How long to ask again what is empty, because rules and rates need some scrapes; 0 asks once.
    """
    found: dict[str, list[Series]] = {}
    deadline = time.monotonic() + seconds
    for title, expression in dashboard.expressions(board).items():
        query = resolved(expression, {**_VARIABLES, **variables})
        found[title] = prometheus.series(query)
        while not found[title] and time.monotonic() < deadline:
            time.sleep(0.2)  # Prometheus tells nobody that it has scraped
            found[title] = prometheus.series(query)
    return found


def _settle(prometheus: Prometheus) -> None:
    """Wait for the first scrape, and until no alert speaks of the moment before it."""
    deadline = time.monotonic() + _LIMIT_SECONDS
    wanted = 'ALERTS{alertname="PlatformResourceNotReady"} unless on () ALERTS{alertname="PlatformReconcilerDown"}'
    while not prometheus.series(wanted) and time.monotonic() < deadline:
        time.sleep(0.2)  # Prometheus tells nobody that it has evaluated


def draw(board: str, found: Mapping[str, Sequence[Series]], variables: Mapping[str, str] = _VARIABLES) -> str:
    """Return the picture as SVG; text of others cannot leave its element.

    Args:
        board: The dashboard as JSON.
        found: Series by title of the panel.
        variables: As for `answers`; they stand in titles.
    """
    panels = json.loads(board)["panels"]
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) * _LINE + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * _COLUMN} {height}" font-family="sans-serif">',
        f'<rect width="{24 * _COLUMN}" height="{height}" fill="#f4f5f5"/>',
    ]
    for panel in panels:
        parts += _panel(panel, resolved(panel["title"], {**_VARIABLES, **variables}), found.get(panel["title"], ()))
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: dict[str, Any], title: str, series: Sequence[Series]) -> list[str]:
    at = panel["gridPos"]
    x, y = at["x"] * _COLUMN, at["y"] * _LINE
    width, height = at["w"] * _COLUMN - 8, at["h"] * _LINE - 8
    if panel["type"] == "row":
        return [_text(x + 8, y + 17, title, 16, "bold")]
    letters = int(at["w"] * _LETTERS_PER_COLUMN)
    parts = [f'<rect x="{x + 4}" y="{y + 4}" width="{width}" height="{height}" rx="3" fill="#fff" stroke="#d8d9da"/>']
    parts.append(_text(x + 14, y + 24, _cut(title, letters), 13, "bold"))
    if not series:
        return [*parts, _text(x + 14, y + 48, "no series", 13)]
    if panel["type"] == "stat" and len(series) == 1:
        return [
            *parts,
            _text(x + 14, y + 84, _number(series[0][1], panel), 40),
            *_legend(x, y + 112, series[0], letters),
        ]
    most = max([abs(_value(value)) for _, value in series] + [1e-9])
    room = at["h"] - 2
    shown = series if len(series) <= room else series[: room - 1]
    for row, (labels, value) in enumerate(shown):
        line = y + 46 + row * (_LINE - 3)
        number = "" if panel["type"] == "table" and value == "1" else _number(value, panel)
        if panel["type"] != "table":
            bar = abs(_value(value)) / most * (width - 24)
            parts.append(f'<rect x="{x + 12}" y="{line - 13}" width="{bar:.1f}" height="17" fill="#c8e1ff"/>')
        text = "  ".join(part for part in (_name(labels), number) if part)
        parts.append(_text(x + 14, line, _cut(text, letters), 13))
    if len(shown) < len(series):
        parts.append(_text(x + 14, y + 46 + (room - 1) * (_LINE - 3), f"and {len(series) - len(shown)} more", 13))
    return parts


def _legend(x: int, y: int, one: Series, letters: int) -> list[str]:
    text = _name(one[0])
    return [_text(x + 14, y, _cut(text, letters), 11)] if text else []


def _name(labels: Mapping[str, str]) -> str:
    return " ".join(labels[key] for key in sorted(labels) if key != "__name__")


def _value(text: str) -> float:
    value = float(text)
    return value if abs(value) < float("inf") else 0.0  # NaN: no events, so nothing to draw


def _number(text: str, panel: dict[str, Any]) -> str:
    value, unit = float(text), panel["fieldConfig"]["defaults"].get("unit", "")
    if value != value:  # noqa: PLR0124 - what NaN is
        return "no events"
    if unit == "percentunit":
        return f"{value:.3g}" if value > 1 else f"{value * 100:.3g} %"
    if unit == "bool_yes_no":
        return "yes" if value else "no"
    return f"{value:.4g}{ {'s': ' s', 'wps': '/s', 'ops': '/s'}.get(unit, '') }"


def _cut(text: str, letters: int) -> str:
    clean = _UNPRINTABLE.sub("?", text)
    return clean if len(clean) <= letters else clean[: letters - 1] + "…"


def _text(x: int, y: int, text: str, size: int, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="#24292e">{escape(text)}</text>'


def main(argv: Sequence[str] | None = None) -> int:
    """Draw docs/dashboard.svg.

    Args:
        argv: Arguments without the program's name; None: those of this run of Python.

    Returns:
        0, or 1 if there is no prometheus.
    """
    parser = argparse.ArgumentParser(
        prog="python -m observability.picture",
        description=__doc__,
        epilog="example: python -m observability.picture --out picture.svg; exit codes: 0, or 1 without prometheus",
    )
    parser.add_argument(
        "--out", type=Path, default=_ROOT / "docs" / "dashboard.svg", help="where to (docs/dashboard.svg)"
    )
    options = parser.parse_args(argv)
    binary = find("prometheus")
    if binary is None:
        sys.stderr.write("prometheus is missing; run: make observability-binaries\n")
        return 1
    groups = rulefiles.read_groups(_ROOT / "observability" / "rules")
    for rule in rulefiles.alerts(groups).values():
        rule.pop("for", None)  # a picture does not wait for 15 minutes
    page = (_ROOT / "tests" / "golden" / "exposition" / "classic.txt").read_bytes()
    board = dashboard.generate()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(page) as target,
        running(binary, target, groups, Path(folder)) as prometheus,
    ):
        _settle(prometheus)
        options.out.write_text(draw(board, answers(prometheus, board)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
