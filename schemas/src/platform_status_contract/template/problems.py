"""A problem of a request or a template, told in one line: the field, what was found, what was expected, the fix."""

import json
import re

from msgspec import Struct

__all__ = ["Problem", "found"]

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
