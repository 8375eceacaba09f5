"""Golden cases of what a model may say: an answer, its facts, and replies that are let through or refused."""

from pathlib import Path
from typing import Final

import msgspec
import yaml

__all__ = ["CASES", "Case", "Fact", "Refused"]

FOLDER: Final = Path(__file__).parents[3] / "golden" / "assistant" / "grounding"


class Fact(msgspec.Struct, frozen=True):
    """As `ask` has them."""

    name: str
    value: object
    text: str


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reply, and a part of a reason against it."""

    reply: str
    because: str


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer."""

    answer: str
    verdict: str
    facts: list[Fact]
    accepted: list[str]
    rejected: list[Refused]


CASES: Final = {
    path.stem: msgspec.convert(yaml.safe_load(path.read_text("utf-8")), Case) for path in sorted(FOLDER.glob("*.yaml"))
}
