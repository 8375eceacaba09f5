"""A document, or a value inside one, which creates findings with their place; and the documents in a Promise. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from hctl.texts import inert
from platform_status_contract.model.lookup import mapping
from platform_status_contract.policy.read import VARIABLE
from platform_status_contract.validation import SchemaProblem
from platform_status_contract.validation.explain import UNKNOWN_KEY
from platform_status_contract.validation.problems import Path, describe, format_path

from .events import Place
from .findings import Finding, Severity
from .streams import Document, Flaw, read_stream

__all__ = ["Located", "embedded_templates", "template_variables"]

_MAX_TEXT: Final = 400
_RULES_OF: Final = {
    UNKNOWN_KEY: "typo",
    "a contract that observes nothing": "no-source",
    "several of one type": "condition-twice",
}
"""Found value in a schema problem -> id of its rule, if that is not `schema`."""

_OF_KEYS: Final = (UNKNOWN_KEY, "nothing", "a contract that observes nothing")
_TEMPLATES: Final = {"STATUS_CONTRACT": "StatusContract", "MANIFESTS": "Manifests", VARIABLE: "PlatformPolicy"}
"""Variable of a container -> the document in it."""


class Located(Struct, frozen=True):
    """A value inside a document of a file.

    Attributes:
        file: The file.
        document: The document.
        value: The value.
        at: Its path in the document.
        outer: The string that contains the document, for a template in a variable of a Promise; else None.
    """

    file: str
    document: Document
    value: object
    at: Path = ()
    outer: "Located | None" = None

    def inside(self, *keys: str | int) -> "Located":
        """Return the value at a path below this one; None if there is none."""
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
        """Return the items of a list; empty for any other value."""
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
        """Return a finding.

        Args:
            keys: Path below this value.
            rule: An id of `RULES`.
            found: The found value.
            expected: The expected value.
            suggestion: The fix.
            severity: Its severity.
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
        """Return a finding about the value at a path, or about its absence; see `find`."""
        value = self.inside(*keys).value
        found = describe(value) if value is not None else "nothing"
        return self.find(keys, rule, found, expected, severity=severity, at_key=at_key)

    def _placed(self, place: Place, path: Path, rule: str, severity: Severity, texts: tuple[str, str, str]) -> Finding:
        told = format_path(path) if path else ""
        index = self.document.index
        if self.outer is not None:
            outer = self.outer
            begin, indent = outer.document.place_of(outer.at), outer.document.blocks.get(outer.at)
            # Only in a literal block do the lines of the file match the lines of the text.
            place = begin if indent is None else Place(begin.line + place.line, indent + place.column)
            told = f"{format_path(outer.at)}{': ' if told else ''}{told}"
            index = outer.document.index
        cleaned = (inert(text, _MAX_TEXT) for text in texts)
        return Finding(self.file, *place, index, inert(told, _MAX_TEXT), rule, severity, *cleaned)

    def told(self, problems: Iterable[SchemaProblem], rule: str = "schema") -> list[Finding]:
        """Return the problems of a schema check as findings."""
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
        """Return syntax flaws of the document as findings."""
        return [
            self._placed(flaw.place, flaw.path, flaw.rule, Severity.ERROR, (flaw.found, flaw.expected, flaw.suggestion))
            for flaw in flaws
        ]


def template_variables(root: Located) -> Iterator[tuple[Located, str, tuple[Document, ...], Flaw | None]]:
    """Parse the variables with a template of a Promise's containers.

    Yields:
        The value of each, the kind of the template, and what `read_stream` returns for it.
    """
    workflows = root.inside("spec", "workflows", "resource")
    for pipeline in (item for action in ("configure", "delete") for item in workflows.inside(action).items()):
        for container in pipeline.inside("spec", "containers").items():
            for variable in container.inside("env").items():
                name, value = mapping(variable.value).get("name"), variable.inside("value")
                if isinstance(name, str) and name in _TEMPLATES and isinstance(value.value, str):
                    # Kubernetes replaces `$$` by `$`.
                    seen = value.value.replace("$$", "$").encode("utf-8", "replace")
                    yield value, _TEMPLATES[name], *read_stream(seen, is_json=False)


def embedded_templates(root: Located) -> Iterator[tuple[Located, str]]:
    """Yield the templates in variables of a Promise's containers, each with its kind."""
    for value, what, documents, flaw in template_variables(root):
        if flaw is None and len(documents) == 1:
            yield Located(root.file, documents[0], documents[0].value, (), value), what
