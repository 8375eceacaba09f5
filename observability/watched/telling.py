"""How a notification is shown: each text of an alert made inert, its runbook as a page of this checkout. Pure."""

from observability.receiver import Alert
from observability.rulefiles import RUNBOOKS
from platform_status_contract.rules.texts import clean

__all__ = ["details", "headline", "page"]

_LONGEST = 1000
_UNSAID = frozenset({"alertname"})


def headline(alert: Alert, receiver: str) -> str:
    """Say which alert reached whom."""
    return f"{clean(alert.name)} reached {clean(receiver)}"


def page(alert: Alert) -> str:
    """Return where its runbook is in a checkout; empty if it names none of ours."""
    url = clean(alert.annotations.get("runbook_url"), _LONGEST)
    path = url.removeprefix(RUNBOOKS)
    return f"docs/runbooks/{path}" if path != url and ".." not in path else ""


def details(alert: Alert) -> dict[str, str]:
    """Return what a person reads, by what it is; what the alert does not say is left out."""
    labels = [f"{clean(key)}={clean(value)}" for key, value in sorted(alert.labels.items()) if key not in _UNSAID]
    found = {"labels": " ".join(labels), "summary": clean(alert.annotations.get("summary"), _LONGEST)}
    # the annotations of an all-clear are those of the last alert: what to do about it is no longer to be done
    found |= (
        {}
        if alert.status == "resolved"
        else {
            "description": clean(alert.annotations.get("description"), _LONGEST),
            "runbook": clean(alert.annotations.get("runbook_url"), _LONGEST),
            "page": page(alert),
        }
    )
    return {key: value for key, value in found.items() if value}
