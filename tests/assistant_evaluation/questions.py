"""The questions, as they stand in `questions/*.yaml`: their form, and reading them."""

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

__all__ = ["FOLDER", "INTENTS", "WORLDS", "Expected", "Question", "read", "read_file"]

FOLDER: Final = Path(__file__).parent / "questions"

Intent = Literal[
    "working",
    "why",
    "since",
    "checked",
    "where",
    "login",
    "broken",
    "changed",
    "phase",
    "pods",
    "subapps",
    "argocd",
    "other",
]
World = Literal[
    "normal",
    "no-prometheus",
    "prometheus-down",
    "contradiction",
    "one-namespace",
    "forbidden",
    "forbidden-but-prometheus",
    "unreachable",
    "unreachable-but-prometheus",
]
Verdict = Literal["yes", "no", "unknown", "none"]
Source = Literal["status", "lease", "prometheus", "object", "event"]
Tag = Literal[
    "injection",
    "follow-up",
    "negative",
    "out-of-scope",
    "polite",
    "sloppy",
    "typo",
    "unknown-name",
    "with-kind",
    "with-namespace",
]

INTENTS: Final = frozenset(Intent.__args__)  # type: ignore[attr-defined]
WORLDS: Final = frozenset(World.__args__)  # type: ignore[attr-defined]
TAGS: Final = frozenset(Tag.__args__)  # type: ignore[attr-defined]


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What the answer must be. What is left out is not looked at.

    Attributes:
        intent: One, or several that would all be right.
        verdict: Whether it works; likewise.
        request: ``namespace/name`` by metadata.name, or several that would do; empty is none in particular.
        candidates: The requests to choose from.
        facts: Name -> value. A list asks that the fact's list holds at least these; ``~...`` is a regular expression.
        lacks: Name -> what the fact's list must not hold.
        cites: Types of sources that must be among the facts.
        never_cites: Types that must not.
        says: Regular expressions, found in the text whatever their case.
        never_says: Likewise, not found there.
        notes: Likewise, found in notes, text or the reason for abstaining.
        abstained: Whether it must admit that it does not know.
        exit: Exit code, or several.
    """

    intent: Intent | list[Intent]
    verdict: Verdict | list[Verdict] | None = None
    request: str | list[str] | None = None
    candidates: list[str] = []
    facts: dict[str, Any] = {}
    lacks: dict[str, list[str]] = {}
    cites: list[Source] = []
    never_cites: list[Source] = []
    says: list[str] = []
    never_says: list[str] = []
    notes: list[str] = []
    abstained: bool | None = None
    exit: int | list[int] | None = None

    @property
    def requests(self) -> list[str]:
        """The requests that the answer may be about."""
        named = self.request if isinstance(self.request, list) else [self.request]
        return [key for key in named if key]


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """One question.

    Attributes:
        id: Unique; what stands before the first dash is the theme.
        question: As a person put it.
        expect: What the answer must be.
        world: From where it is asked.
        namespace: Given with -n.
        tags: What about its wording is worth counting.
    """

    id: Annotated[str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)+$")]
    question: Annotated[str, Meta(min_length=1)]
    expect: Expected
    world: World = "normal"
    namespace: str = ""
    tags: list[Tag] = []


def read_file(path: Path) -> list[Question]:
    """Read one file.

    Raises:
        ValueError: It is not of this form; the message names file and field.
    """
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=list[Question])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def read(folder: Path = FOLDER) -> list[Question]:
    """Read all of them, by file and in their order."""
    return [question for path in sorted(folder.glob("*.yaml")) for question in read_file(path)]
