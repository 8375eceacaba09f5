"""Symbols with their words, and colours."""

from typing import Final

from rich.text import Text

from hctl.reading.judgement import Judged
from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.rules.assessment import Verdict

__all__ = ["CONDITIONS", "LABEL", "VERDICTS", "WARNING", "inert_text", "phase_style", "phase_text"]

LABEL: Final = "bold"
WARNING: Final = "bold yellow"
_PHASES: Final = {
    Phase.READY: ("✓", "bold green"),
    Phase.SCHEDULED: ("…", "cyan"),
    Phase.PROGRESSING: ("…", "bold blue"),
    Phase.DEGRADED: ("!", "bold yellow"),
    Phase.FAILED: ("✗", "bold red"),
    Phase.DELETING: ("-", "magenta"),
    Phase.UNKNOWN: ("?", "bold magenta"),
}
CONDITIONS: Final = {"True": ("✓", "green"), "False": ("✗", "red"), "Unknown": ("?", "magenta")}
VERDICTS: Final = {
    Verdict.GOOD: ("✓", "good", "green"),
    Verdict.PENDING: ("…", "pending", "blue"),
    Verdict.PAUSED: ("‖", "paused", "magenta"),
    Verdict.UNREADABLE: ("?", "unknown", "magenta"),
    Verdict.BAD: ("✗", "bad", "bold red"),
}


def phase_style(judged: Judged) -> str:
    """Colour of a phase; what is not to be trusted has none that promises anything."""
    if not judged.trusted:
        return WARNING
    return _PHASES[judged.view.phase][1] if judged.view.phase else "magenta"


def phase_text(judged: Judged) -> Text:
    """The phase with its symbol, or that it is not to be trusted."""
    view = judged.view
    word = (
        str(view.phase) if view.phase else f"none of the seven ({view.phase_found})" if view.phase_found else "none yet"
    )
    if not judged.trusted:
        return Text(f"{word}: not to be trusted", style=WARNING)
    symbol = _PHASES[view.phase][0] if view.phase else "?"
    return Text(f"{word} {symbol}", style=phase_style(judged))


def inert_text(text: str, style: str = "") -> Text:
    """A text of the cluster: folded, never cropped, never markup."""
    return Text(text, style=style, overflow="fold")
