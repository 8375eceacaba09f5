"""A problem of a request, told in one line: the field, what was found, what was expected, how to mend it."""

import json
import re

from msgspec import Struct

__all__ = ["MAX_PROBLEMS", "Problem", "found", "lines"]

MAX_PROBLEMS = 64
"""The status schema allows no more; the last line then counts the rest."""

_MAX_LINE = 1024
_MAX_FOUND = 120
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Problem(Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        field: Where, for example ``spec.exposure.vip``.
        cause: What is wrong there, without a full stop.
        fix: What to do about it, empty if the cause says it.
    """

    field: str
    cause: str
    fix: str = ""

    @property
    def line(self) -> str:
        """The problem as one line of at most 1024 characters, free of control characters."""
        text = f"{self.field}: {self.cause}" + (f"; {self.fix}" if self.fix else "")
        text = _BREAKS.sub(" ", text).encode("utf-8", "replace").decode()
        return text if len(text) <= _MAX_LINE else text[: _MAX_LINE - 1] + "…"


def found(value: object) -> str:
    """Show a value of the request in a problem: as JSON, cut to 120 characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_FOUND else text[: _MAX_FOUND - 1] + "…"


def lines(problems: tuple[Problem, ...]) -> list[str]:
    """Write problems as `.status.problems` takes them.

    Args:
        problems: Any number of problems.

    Returns:
        At most 64 lines; if there are more problems the last line says how many.
    """
    every = [problem.line for problem in problems]
    if len(every) <= MAX_PROBLEMS:
        return every
    kept = every[: MAX_PROBLEMS - 1]
    return [*kept, f"and {len(every) - len(kept)} more problems"]
