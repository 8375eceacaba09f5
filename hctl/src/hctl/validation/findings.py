"""What a person, or a program of a CI, is told about files: findings, and the report of them all."""

from enum import StrEnum

from msgspec import Struct

from .rules import RULES

__all__ = ["RULES", "STDIN", "Finding", "LeftAlone", "Report", "Severity", "Why"]

STDIN = "<stdin>"
"""What standard input is called in a finding."""


class Severity(StrEnum):
    """Whether a finding fails the run; a warning does so with ``--strict`` only."""

    ERROR = "error"
    WARNING = "warning"


class Finding(Struct, frozen=True):
    """One thing that is wrong. Every text in it is inert: one line, nothing unprintable.

    Attributes:
        file: The file as it was given; ``<stdin>`` for standard input.
        line: Line of the offending key or value, from 1.
        column: Its column, from 1.
        document: Index of the document in the file's stream, from 0.
        path: Such as ``spec.exposure.vip``; empty for the document itself.
        rule: An id of `RULES`.
        severity: How bad.
        found: What stands there.
        expected: What should stand there.
        suggestion: Such as ``did you mean targetNamespace?``; empty if there is none.
    """

    file: str
    line: int
    column: int
    document: int
    path: str
    rule: str
    severity: Severity
    found: str
    expected: str
    suggestion: str = ""

    @property
    def message(self) -> str:
        """The finding as one sentence, without file and rule."""
        where = f"{self.path}: " if self.path else ""
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{where}found {self.found}, expected {self.expected}{hint}"


class Why(StrEnum):
    """Why a file of a folder is left alone, as ``-o json`` counts it."""

    CHART = "chartTemplates"
    EXCLUDED = "excluded"
    LINK = "links"
    SPECIAL = "special"


class LeftAlone(Struct, frozen=True):
    """A file or folder that is not read.

    Attributes:
        file: As it would have been shown.
        why: Why not.
    """

    file: str
    why: Why


class Report(Struct, frozen=True):
    """What became of all files.

    Attributes:
        findings: By file as given, then by place.
        files: How many files were read.
        documents: How many documents were validated.
        passed_over: How many documents are of kinds that are none of ours.
        left: What was not read.
    """

    findings: tuple[Finding, ...]
    files: int
    documents: int
    passed_over: int
    left: tuple[LeftAlone, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
