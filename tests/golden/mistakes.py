"""The corpus of mistakes: a file as somebody wrote it, and in a table what `hctl validate` must say of it.

``KIND/MISTAKE.yaml`` is the file, byte by byte. In ``KIND.yaml`` stands under MISTAKE why anybody would make it, where
each finding stands, and what the API server says of the same file:

- ``server``: ``accepts`` or ``refuses``; absent for templates, which no server ever sees, and for
  policies and what the strict one refuses, of which admission has tests of its own.
- ``kubectl``: what kubectl makes of it, where that differs: it turns a file into JSON before any server sees it.
- ``stricter``: where we refuse what the server accepts, the reason why.
- ``findings``: line, column, rule and path of each, in order; ``severity`` where it is no error. None for a good file.
"""

from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

__all__ = ["FOLDER", "KINDS", "Expected", "Mistake", "Place", "mistakes"]

FOLDER: Final = Path(__file__).parent / "validation"
KINDS: Final = ("request", "template", "status", "promise", "policy")
Verdict = Literal["accepts", "refuses"]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """Where a finding stands, and which it is."""

    line: int
    column: int
    rule: str
    path: str
    severity: str = "error"


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the table says of a file."""

    why: str
    findings: tuple[Place, ...]
    server: Verdict | None = None
    kubectl: Verdict | None = None
    stricter: str = ""


class Mistake(msgspec.Struct, frozen=True):
    """A file of the corpus."""

    path: Path
    expected: Expected

    @property
    def kind(self) -> str:
        """Its folder."""
        return self.path.parent.name

    @property
    def name(self) -> str:
        """Folder and name, for people."""
        return f"{self.kind}/{self.path.stem}"

    @property
    def passes(self) -> bool:
        """Whether nothing in it is an error."""
        return all(place.severity != "error" for place in self.expected.findings)


def mistakes(*kinds: str) -> tuple[Mistake, ...]:
    """Read the corpus, or the tables named; a field that nobody knows is an error."""
    return tuple(
        Mistake(FOLDER / kind / f"{name}.yaml", expected)
        for kind in kinds or KINDS
        for name, expected in sorted(_expected(FOLDER / f"{kind}.yaml").items())
    )


def _expected(path: Path) -> dict[str, Expected]:
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), dict[str, Expected])
