"""Words of a cluster as they may stand among words of ours: names, reasons, phases, and quotations. Pure.

Whatever could pass for a sentence of ours stands in quotation marks that it cannot close.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from hctl.reading.views import RequestView
from hctl.texts import age_of, inert
from platform_status_contract.model.vocabulary import Phase, Reason

__all__ = [
    "Value",
    "called",
    "joined",
    "object_reference",
    "phase_words",
    "quoted",
    "reason_words",
    "shown",
    "shown_phase",
    "spelled",
    "title",
]

Value = str | int | bool | tuple[str, ...] | None

_PLAIN: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\Z")
_PLAIN_WORDS: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9. ]{0,40}\Z")
_SHOWN_NAME: Final = 120
_MOST_PHASES: Final = 7
_PHASES: Final = frozenset(str(phase) for phase in Phase)
_REASONS: Final = frozenset(str(reason) for reason in Reason)


def called(view: RequestView) -> str:
    """``vcluster media``; a name that could pass for words of ours stands in quotation marks."""
    kind = view.display_name if _PLAIN_WORDS.match(view.display_name) else view.kind
    kind = kind.lower() if _PLAIN_WORDS.match(kind) else "request"
    return f"{kind} {view.called if _PLAIN.match(view.called) else quoted(view.called, _SHOWN_NAME)}"


def quoted(text: str, limit: int = 400) -> str:
    """Put words of somebody else into quotation marks that they cannot close."""
    safe = inert(text, limit).replace("\\", "/").replace('"', "'")
    return f'"{safe}"'


def reason_words(reason: str) -> str:
    """A reason as it may stand among words of ours: one of the contract's, or in quotation marks."""
    return reason if reason in _REASONS else quoted(reason, 120)


def phase_words(phases: Sequence[str]) -> str:
    """Phases by somebody else, as they may stand among words of ours."""
    return joined([phase if phase in _PHASES else quoted(phase, 60) for phase in phases[:_MOST_PHASES]])


def title(name: str) -> str:
    """Name of an endpoint or of a credential, for people."""
    known = {"api": "API", "argocd": "Argo CD", "kubeconfigSecret": "kubeconfig Secret", "onePasswordItem": "1Password"}
    return known.get(name) or (name if _PLAIN_WORDS.match(name) and " " not in name else quoted(name, 80))


def shown(text: str) -> str:
    """A name or an address; one with spaces could pass for words of ours, so it stands in quotation marks."""
    return text if " " not in text and '"' not in text else quoted(text, 2048)


def shown_phase(view: RequestView, now: datetime) -> str:
    """The phase that stands there, and since when it has been standing; for what is not to be trusted."""
    found = str(view.phase) if view.phase else quoted(view.phase_found, 40) if view.phase_found else "none"
    written = f", written {age_of(view.last_reconciled, now)} ago" if view.last_reconciled else ""
    return f"phase {found}{written}"


def spelled(value: Value) -> str:
    """Spell a value for people."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, str) and (" " in value or not value):
        return quoted(value, 2000)
    return str(value)


def joined(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def object_reference(resource: str, name: str, namespace: str) -> str:
    """``plural.group/name in namespace``."""
    return f"{resource}/{name} in {namespace}" if namespace else f"{resource}/{name}"
