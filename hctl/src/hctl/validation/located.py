"""A document, or an object inside one, and the findings about it, placed. Pure."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from hctl.texts import inert
from platform_status_contract.validation import SchemaProblem
from platform_status_contract.validation.explain import UNKNOWN_KEY
from platform_status_contract.validation.problems import Path, describe, format_path

from .events import Place
from .findings import Finding, Severity
from .streams import Document, Flaw

__all__ = ["Located"]

_MAX_TEXT: Final = 400
_RULES_OF: Final = {
    UNKNOWN_KEY: "typo",
    "a contract that observes nothing": "no-source",
    "several of one type": "condition-twice",
}
"""What a schema finds -> the rule that it is about, where that is one of its own."""


_OF_KEYS: Final = (UNKNOWN_KEY, "nothing", "a contract that observes nothing")


class Located(Struct, frozen=True):
    """A value inside a document of a file.

    Attributes:
        file: The file.
        document: The document.
        value: The value.
        at: Where it stands in the document.
        outer: The text that holds the document, if it is not one of the file: a template in a variable of a Promise.
    """

    file: str
    document: Document
    value: object
    at: Path = ()
    outer: "Located | None" = None

    def inside(self, *keys: str | int) -> "Located":
        """What stands below; None if nothing does."""
        value = self.value
        for key in keys:
            if isinstance(value, dict) and isinstance(key, str):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                value = None
        return Located(self.file, self.document, value, (*self.at, *keys), self.outer)

    def items(self) -> list["Located"]:
        """Every item of a list; none of anything else."""
        return [self.inside(index) for index in range(len(self.value) if isinstance(self.value, list) else 0)]

    def find(
        self,
        keys: Path,
        rule: str,
        found: str,
        expected: str,
        suggestion: str = "",
        *,
        severity: Severity = Severity.ERROR,
        at_key: bool = False,
    ) -> Finding:
        """Make a finding.

        Args:
            keys: Path below this value.
            rule: An id of `RULES`.
            found: What stands there.
            expected: What should.
            suggestion: What would mend it.
            severity: How bad.
            at_key: Whether the key is wrong, not the value.
        """
        path = (*self.at, *keys)
        place = self.document.key_of(path) if at_key else self.document.place_of(path)
        return self._placed(place, path, rule, severity, (found, expected, suggestion))

    def wants(
        self,
        keys: Path,
        rule: str,
        expected: str,
        *,
        severity: Severity = Severity.ERROR,
        at_key: bool = False,
    ) -> Finding:
        """Make a finding of what stands somewhere, or of nothing that does; see `find`."""
        value = self.inside(*keys).value
        found = describe(value) if value is not None else "nothing"
        return self.find(keys, rule, found, expected, severity=severity, at_key=at_key)

    def _placed(self, place: Place, path: Path, rule: str, severity: Severity, texts: tuple[str, str, str]) -> Finding:
        told = format_path(path) if path else ""
        index = self.document.index
        if self.outer is not None:
            outer = self.outer
            begin, indent = outer.document.place_of(outer.at), outer.document.blocks.get(outer.at)
            # Only a literal block has the lines of its text.
            place = begin if indent is None else Place(begin.line + place.line, indent + place.column)
            told = f"{format_path(outer.at)}{': ' if told else ''}{told}"
            index = outer.document.index
        cleaned = (inert(text, _MAX_TEXT) for text in texts)
        return Finding(self.file, *place, index, inert(told, _MAX_TEXT), rule, severity, *cleaned)

    def told(self, problems: Iterable[SchemaProblem], rule: str = "schema") -> list[Finding]:
        """Place what a schema says."""
        return [
            self.find(
                problem.keys,
                _RULES_OF.get(problem.found, rule),
                problem.found,
                problem.expected,
                problem.hint,
                at_key=problem.found in _OF_KEYS or problem.found.startswith("the key "),
            )
            for problem in problems
        ]

    def flawed(self, flaws: Iterable[Flaw]) -> list[Finding]:
        """Place what is wrong with how a document is written."""
        return [
            self._placed(flaw.place, flaw.path, flaw.rule, Severity.ERROR, (flaw.found, flaw.expected, flaw.suggestion))
            for flaw in flaws
        ]
