"""Findings in files -> a log in SARIF 2.1.0 (OASIS), which code scanning services and editors read."""

import posixpath
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from hctl import __version__
from hctl.texts import inert
from hctl.validation.findings import RULES, STDIN, Finding, Report

__all__ = ["sarif_log"]

Json = dict[str, Any]

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "%SRCROOT%"
_MAX_TEXT: Final = 4000


def sarif_log(report: Report) -> Json:
    """One run of hctl."""
    rules = tuple(RULES)
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "hctl",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"description": {"text": "Where hctl was run."}}},
                "results": [_result(finding, rules) for finding in report.findings],
            }
        ],
    }


def _rule(rule: str) -> Json:
    meaning = {"text": _plain(RULES[rule])}
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("-")),
        "shortDescription": meaning,
        "fullDescription": meaning,
        "help": meaning,
    }


def _result(finding: Finding, rules: Sequence[str]) -> Json:
    location: Json = {
        "physicalLocation": {
            "artifactLocation": _artifact(finding.file),
            "region": {"startLine": finding.line, "startColumn": finding.column},
        }
    }
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": inert(finding.path, _MAX_TEXT), "kind": "member"}]
    return {
        "ruleId": finding.rule,
        **({"ruleIndex": rules.index(finding.rule)} if finding.rule in rules else {}),
        "level": str(finding.severity),
        "message": {"text": _plain(finding.message)},
        "locations": [location],
        "properties": {
            "document": finding.document,
            "found": inert(finding.found, _MAX_TEXT),
            "expected": inert(finding.expected, _MAX_TEXT),
            "suggestion": inert(finding.suggestion, _MAX_TEXT),
        },
    }


def _artifact(file: str) -> Json:
    """Name a file by a URI: relative to where hctl was run, so that a service finds it in its own checkout."""
    if file == STDIN:
        return {"uri": "stdin", "description": {"text": "Standard input."}}
    path = posixpath.normpath(PurePath(file).as_posix())
    uri = quote(path, safe="/", errors="surrogateescape")
    return {"uri": f"file://{uri}"} if path.startswith("/") else {"uri": uri, "uriBaseId": _ROOT}


def _plain(text: str) -> str:
    """Spell a text as a plain text message of SARIF: braces stand twice, and nothing in it becomes a link.

    A reader makes a link of ``[text](target)``. Brackets stay as they are, they are in every path of ours; only the
    two signs in the middle are parted.
    """
    return inert(text, _MAX_TEXT).replace("](", "] (").replace("{", "{{").replace("}", "}}")
