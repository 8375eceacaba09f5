"""Formats untrusted words from a cluster for our sentences. Pure.

Text that could be mistaken for our own is put into quotation marks that it cannot close.
"""

import re
from collections.abc import Sequence
from typing import Final

from hctl.public.facts import RequestView, inert
from platform_status_contract.model.vocabulary import Phase, Reason

__all__ = ["Value", "called", "joined", "object_reference", "quoted", "shown", "spelled", "word_of"]

Value = str | int | tuple[str, ...] | None

_NAME: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\Z")
_KIND: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9. ]{0,40}\Z")
_OURS: Final = frozenset(
    (*map(str, Phase), *map(str, Reason), "Synced", "OutOfSync", "Healthy", "Missing", "Suspended")
)


def called(view: RequestView) -> str:
    """Return ``vcluster media``; a name that could be mistaken for our words is quoted."""
    kind = view.display_name if _KIND.match(view.display_name) else view.kind
    kind = kind.lower() if _KIND.match(kind) else "request"
    return f"{kind} {view.called if _NAME.match(view.called) else quoted(view.called, 120)}"


def quoted(text: str, limit: int = 400) -> str:
    """Return untrusted text in quotation marks that it cannot close."""
    safe = inert(text, limit).replace("\\", "/").replace('"', "'")
    return f'"{safe}"'


def word_of(text: str) -> str:
    """Return a phase, a reason or a status of Argo CD unchanged; any other word is quoted."""
    return text if text in _OURS else quoted(text, 120)


def shown(text: str) -> str:
    """Return a name or a URL; one with spaces is quoted, because it could be mistaken for our words."""
    return text if " " not in text and '"' not in text else quoted(text, 2048)


def spelled(value: Value) -> str:
    """Return a value as text: a list is joined, a string is quoted if it could be mistaken for our words."""
    if value is None:
        return "unknown"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return quoted(value, 2000) if isinstance(value, str) and (" " in value or not value) else str(value)


def joined(parts: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def object_reference(resource: str, name: str, namespace: str) -> str:
    """Return ``plural.group/name in namespace``."""
    return f"{resource}/{name} in {namespace}" if namespace else f"{resource}/{name}"
