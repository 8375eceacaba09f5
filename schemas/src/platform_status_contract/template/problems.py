"""A problem of a request or a template, as one line: the field, what was found, what was expected, the fix."""

import json
import re

from msgspec import Struct

__all__ = ["Problem", "found"]

_MAX_LINE = 1024
_MAX_FOUND = 120
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Problem(Struct, frozen=True):
    """One problem.

    Attributes:
        field: Its path, for example ``spec.exposure.vip``.
        cause: What is wrong, without a full stop.
        fix: How to fix it; empty if the cause implies it.
    """

    field: str
    cause: str
    fix: str = ""

    @property
    def line(self) -> str:
        """The problem as one line of at most 1024 characters, without control characters."""
        text = f"{self.field}: {self.cause}" + (f"; {self.fix}" if self.fix else "")
        text = _BREAKS.sub(" ", text).encode("utf-8", "replace").decode()
        return text if len(text) <= _MAX_LINE else text[: _MAX_LINE - 1] + "…"


def found(value: object) -> str:
    """Format a value of the request for a problem: as JSON, cut to 120 characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_FOUND else text[: _MAX_FOUND - 1] + "…"
