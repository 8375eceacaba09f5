"""Runbook pages: the schema's text for a reason, or the rule of an alert, with the hand-written part.

Belongs here: the layout of a page, and the checks for complete pages. The texts are in observability/runbooks/.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.validation.schemas import STATUS, load_schema

__all__ = ["alert_page", "index_page", "pages", "problems", "reason_page"]

_HEAD: Final = "<!-- Generated from observability/; change that, then run: make observability -->\n"
_PLACEHOLDERS: Final = (
    "`KIND`, `NAME` and `NAMESPACE` are those of the request. `ARGOCD`, `APPLICATION`, `WORKLOADS`, `SECRET` and "
    "`SECRETNAMESPACE` are in its `.status.contract`. The message of the condition names `POD`, `SUBAPP` or `WORK`."
)
_GOOD: Final = "good"

Book = dict[str, dict[str, Any]]


def _words() -> dict[str, dict[str, Any]]:
    return {word["const"]: word for word in load_schema(STATUS)["$defs"]["reason"]["oneOf"]}


def problems(reasons: Book, alerts: Book, rules: dict[str, dict[str, Any]]) -> list[str]:
    """Return what is missing: the entry for a reason or an alert, the subject of an entry, the parts of an entry.

    Args:
        reasons: Hand-written part by reason.
        alerts: Hand-written part by alert.
        rules: The alerting rules by name.

    Returns:
        One sentence each, with file, entry and fix; empty if nothing is missing.
    """
    found = []
    for file, book, expected, needed in (
        ("reasons.yaml", reasons, {reason.value for reason in Reason}, ("first", "then")),
        ("alerts.yaml", alerts, set(rules), ("meaning", "first", "then")),
    ):
        found += [f"runbooks/{file}: {name} has no entry; write one" for name in sorted(expected - set(book))]
        found += [f"runbooks/{file}: {name} does not exist; remove it" for name in sorted(set(book) - expected)]
        for name, entry in book.items():
            found += [f"runbooks/{file}: {name} has no `{part}`; add it" for part in needed if not entry.get(part)]
    return found


def reason_page(name: str, entry: dict[str, Any]) -> str:
    """Return the page of one reason.

    Args:
        name: The reason.
        entry: Its hand-written part.
    """
    word = _words()[name]
    verdict = word.get("x-verdict", "")
    lines = [_HEAD, f"# {name}", ""]
    lines += [
        f"On {', '.join(f'`{kind}`' for kind in word['x-conditions'])}{f'; verdict: {verdict}' if verdict else ''}."
    ]
    lines += ["", "## What it means", "", word["description"], ""]
    if verdict != _GOOD:
        lines += [f"In short: {word['x-remedy']}", ""]
    return "\n".join([*lines, *_steps(entry), "", _PLACEHOLDERS, "", _back("contract/v1.md", "Every reason"), ""])


def alert_page(name: str, entry: dict[str, Any], rule: dict[str, Any]) -> str:
    """Return the page of one alert.

    Args:
        name: The alert.
        entry: Its hand-written part.
        rule: Its rule, as in the rule file.
    """
    severity, lasting = rule["labels"]["severity"], rule.get("for", "0s")
    lines = [_HEAD, f"# {name}", "", f"Severity {severity}; fires after {lasting} of", ""]
    lines += ["```promql", rule["expr"].strip(), "```", "", "## What it means", "", entry["meaning"], ""]
    labels = "`KIND`, `NAME`, `NAMESPACE` and `SERVICE` are the labels of the alert."
    return "\n".join([*lines, *_steps(entry), "", labels, "", _back("operations.md", "Operating the sidecar"), ""])


def _steps(entry: dict[str, Any]) -> list[str]:
    lines = ["## First command", "", "```sh", entry["first"].strip(), "```", "", "## What you see, and the fix", ""]
    lines += ["| you see | do |", "| --- | --- |"]
    lines += [f"| {_cell(seen)} | {_cell(fix)} |" for seen, fix in entry["then"].items()]
    if over := entry.get("over"):
        lines += ["", "## Fixed when", "", over]
    return lines


def _cell(text: str) -> str:
    return text.strip().replace("|", "\\|").replace("\n", " ")


def _back(page: str, title: str) -> str:
    return f"[{title}](../../{page}) · [all runbooks](../README.md)"


def index_page(reasons: Book, rules: dict[str, dict[str, Any]]) -> str:
    """Return the list of all pages."""
    words = _words()
    lines = [_HEAD, "# Runbooks", "", "## Alerts", "", "| alert | severity | after |", "| --- | --- | --- |"]
    lines += [
        f"| [{name}](alerts/{name}.md) | {rule['labels']['severity']} | {rule.get('for', '0s')} |"
        for name, rule in rules.items()
    ]
    lines += ["", "## Reasons", "", "| reason | meaning |", "| --- | --- |"]
    lines += [f"| [{name}](reasons/{name}.md) | {_cell(words[name]['description'])} |" for name in reasons]
    return "\n".join([*lines, ""])


def pages(folder: Path, rules: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return every page by its path below docs/runbooks.

    Args:
        folder: The folder of reasons.yaml and alerts.yaml.
        rules: The alerting rules by name.

    Raises:
        ValueError: A runbook is missing or has no subject; the message lists all problems.
    """
    reasons: Book = yaml.safe_load((folder / "reasons.yaml").read_text("utf-8"))
    alerts: Book = yaml.safe_load((folder / "alerts.yaml").read_text("utf-8"))
    if wrong := problems(reasons, alerts, rules):
        raise ValueError("\n".join(wrong))
    made = {"README.md": index_page(reasons, rules)}
    made |= {f"reasons/{name}.md": reason_page(name, entry) for name, entry in reasons.items()}
    return made | {f"alerts/{name}.md": alert_page(name, alerts[name], rule) for name, rule in rules.items()}
