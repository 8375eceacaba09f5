"""Findings in files -> output for programs: JSON, GitHub workflow commands, SARIF."""

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

import msgspec

from hctl import __version__
from hctl.texts import inert
from hctl.validation.findings import RULES, STDIN, Finding, Report, Severity, Why

from .reports import API_VERSION, Json

__all__ = ["spell_findings", "validation_report"]


_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "%SRCROOT%"
_MAX_TEXT: Final = 4000


def sarif_log(report: Report) -> Json:
    """Return the SARIF log of one run."""
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
                "originalUriBaseIds": {_ROOT: {"description": {"text": "The working directory of hctl."}}},
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
    """Return the URI of a file, relative to the working directory, so that a service finds it in its checkout."""
    if file == STDIN:
        return {"uri": "stdin", "description": {"text": "Standard input."}}
    path = posixpath.normpath(PurePath(file).as_posix())
    uri = quote(path, safe="/", errors="surrogateescape")
    return {"uri": f"file://{uri}"} if path.startswith("/") else {"uri": uri, "uriBaseId": _ROOT}


def _plain(text: str) -> str:
    """Return a plain text message of SARIF: braces are doubled, and nothing in it becomes a link.

    A viewer renders ``[text](target)`` as a link. Brackets occur in every path, so they stay, and only the two
    characters in the middle are separated.
    """
    return inert(text, _MAX_TEXT).replace("](", "] (").replace("{", "{{").replace("}", "}}")


_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def spell_findings(report: Report, form: str) -> str:
    """Format a report for a program.

    Args:
        report: The findings.
        form: ``json``, ``github`` or ``sarif``.

    Returns:
        The text, with a line feed at its end; for ``github`` an empty text without findings.
    """
    if form == "github":
        return "".join(_commands(report))
    document = sarif_log(report) if form == "sarif" else validation_report(report)
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def validation_report(report: Report) -> Json:
    """Return the document with all findings, and their counts."""
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
    """Return the name of a file unchanged, except for characters that control a terminal."""
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
    """Yield one workflow command per finding, which GitHub's runner shows as an annotation.

    A line feed ends a command, and a comma or colon ends a property, so untrusted text has them escaped, `%` first.
    """
    for finding in report.findings:
        properties = {
            "file": posixpath.normpath(_file_name(finding.file)),  # the path in the repository, without ./
            "line": str(finding.line),
            "col": str(finding.column),
            "title": f"hctl {inert(finding.rule)}",
        }
        spelled = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
        message = inert(finding.message, _MAX_TEXT).translate(_DATA)
        yield f"::{finding.severity} {spelled}::{message}\n"
