"""Symbols with their words, and colours."""

from typing import Final

from rich.text import Text

from hctl.reading.judgement import Judged
from hctl.reading.views import ConditionView, RequestView
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import ConditionType, Phase
from platform_status_contract.rules.assessment import Verdict
from platform_status_contract.rules.timers import SourceName, bad_timer

__all__ = ["LABEL", "VERDICTS", "WARNING", "condition_mark", "inert_text", "phase_style", "phase_text"]

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
_CONDITIONS: Final = {"True": ("✓", "green"), "False": ("✗", "red"), "Unknown": ("?", "magenta")}
_SOURCES: Final = {
    ConditionType.WORKS_READY: SourceName.WORKS,
    ConditionType.ARGO_SYNCED: SourceName.ARGO_SYNC,
    ConditionType.ARGO_HEALTHY: SourceName.ARGO_HEALTH,
    ConditionType.PODS_READY: SourceName.PODS,
    ConditionType.KUBECONFIG_AVAILABLE: SourceName.SECRET,
    ConditionType.SUB_APPS_HEALTHY: SourceName.SUB_APPS,
}
VERDICTS: Final = {
    Verdict.GOOD: ("✓", "good", "green"),
    Verdict.PENDING: ("…", "pending", "blue"),
    Verdict.PAUSED: ("‖", "paused", "magenta"),
    Verdict.UNREADABLE: ("?", "unknown", "magenta"),
    Verdict.BAD: ("✗", "bad", "bold red"),
}


def condition_mark(view: RequestView, entry: ConditionView) -> tuple[str, str]:
    """Return symbol and style of a condition; one that is False while in progress, and not bad, is pending."""
    source = next((source for kind, source in _SOURCES.items() if kind == entry.type), None)
    contract = view.contract if isinstance(view.contract, Contract) else None
    entries = (contract and contract.objects) or ()
    secrets = (contract and contract.secrets) or ()
    named = [bad_timer(SourceName.OBJECTS, each.name) for each in entries if each.condition == entry.type]
    named += [bad_timer(SourceName.SECRET, each.role) for each in secrets if each.condition == entry.type]
    timer = bad_timer(source) if source is not None else "".join(named[:1])
    bad = timer in dict(view.timers)
    if entry.owned and entry.status == "False" and view.phase in (Phase.SCHEDULED, Phase.PROGRESSING) and not bad:
        symbol, _, style = VERDICTS[Verdict.PENDING]
        return symbol, style
    return _CONDITIONS[entry.status]


def phase_style(judged: Judged) -> str:
    """Return the colour of a phase; one that cannot be trusted has no positive colour."""
    if not judged.trusted:
        return WARNING
    return _PHASES[judged.view.phase][1] if judged.view.phase else "magenta"


def phase_text(judged: Judged) -> Text:
    """Return the phase with its symbol, or a note that it cannot be trusted."""
    view = judged.view
    word = (
        str(view.phase) if view.phase else f"none of the seven ({view.phase_found})" if view.phase_found else "none yet"
    )
    if not judged.trusted:
        return Text(f"{word}: not to be trusted", style=WARNING)
    symbol = _PHASES[view.phase][0] if view.phase else "?"
    return Text(f"{word} {symbol}", style=phase_style(judged))


def inert_text(text: str, style: str = "") -> Text:
    """Return a text from the cluster as a renderable that is folded, never cropped and never markup."""
    return Text(text, style=style, overflow="fold")
