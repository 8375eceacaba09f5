"""Findings in files -> what programs read: JSON, GitHub's workflow commands, SARIF."""

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

import msgspec

from hctl import __version__
from hctl.texts import inert
from hctl.validation.findings import RULES, STDIN, Finding, Report, Severity, Why

from .reports import API_VERSION

__all__ = ["spell_findings", "validation_report"]

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


_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def spell_findings(report: Report, form: str) -> str:
    """Spell a report for a program.

    Args:
        report: What was found.
        form: ``json``, ``github`` or ``sarif``.

    Returns:
        The text, with a line feed at its end; for ``github`` nothing at all if nothing was found.
    """
    if form == "github":
        return "".join(_commands(report))
    document = sarif_log(report) if form == "sarif" else validation_report(report)
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def validation_report(report: Report) -> Json:
    """All findings, and how many of what there were."""
    counts = Counter(finding.severity for finding in report.findings)
    left = Counter(item.why for item in report.left)
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidationReport",
        "failed": report.failed,
        "findings": [_body(finding) for finding in report.findings],
        "summary": {
            "files": report.files,
            "documents": report.documents,
            "passedOver": report.passed_over,
            "leftAlone": {str(why): left[why] for why in Why},
            "errors": counts[Severity.ERROR],
            "warnings": counts[Severity.WARNING],
        },
    }


def _file_name(file: str) -> str:
    """Spell the name of a file: as it is, double spaces and all, unless a terminal would obey it."""
    return file if file.isprintable() else inert(file, _MAX_TEXT)


def _body(finding: Finding) -> Json:
    return {
        "file": _file_name(finding.file),
        "line": finding.line,
        "column": finding.column,
        "document": finding.document,
        "path": inert(finding.path, _MAX_TEXT),
        "rule": inert(finding.rule),
        "severity": str(finding.severity),
        "found": inert(finding.found, _MAX_TEXT),
        "expected": inert(finding.expected, _MAX_TEXT),
        "suggestion": inert(finding.suggestion, _MAX_TEXT),
        "message": inert(finding.message, _MAX_TEXT),
    }


def _commands(report: Report) -> Iterator[str]:
    """One workflow command a finding: GitHub's runner makes an annotation of it, and of nothing that it quotes.

    A command ends with its line, and a property with a comma or colon: so all of these are escaped, `%` first.
    """
    for finding in report.findings:
        properties = {
            "file": posixpath.normpath(_file_name(finding.file)),  # as the repository knows it, without ./
            "line": str(finding.line),
            "col": str(finding.column),
            "title": f"hctl {inert(finding.rule)}",
        }
        spelled = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
        message = inert(finding.message, _MAX_TEXT).translate(_DATA)
        yield f"::{finding.severity} {spelled}::{message}\n"
