"""The values that a bound allows: texts with one ``*`` and placeholders, quantities, and their descriptions."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from platform_status_contract.model.policy import Bound

__all__ = [
    "HOLE",
    "PLACEHOLDERS",
    "QUANTITY",
    "TEMPLATES",
    "UNSAFE",
    "VISIBLE",
    "as_amount",
    "expected",
    "filled",
    "fits",
    "is_template",
]

PLACEHOLDERS: Final = ("name", "namespace", "request")
"""spec.name, metadata.namespace and metadata.name of the request."""

TEMPLATES: Final = ("{{", "${")
"""Start of an expression that is evaluated later: by Helm, Argo CD or the External Secrets Operator; by Flux."""

UNSAFE: Final = ("..", "%", "\\")
"""Not allowed in a text that ``*`` matches: with these, the prefix of a path does not determine its target."""

VISIBLE: Final = "^[!-~]*$"
"""Characters allowed in a text that ``*`` matches: no look-alikes of a dot; equal in Python's `re` and in RE2."""

QUANTITY: Final = r"^[0-9]{1,15}(\.[0-9]{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"
"""A quantity, in the syntax of the CRD; equal in Python's `re` and in RE2."""

_VISIBLE: Final = re.compile("[!-~]*")
_QUANTITY: Final = re.compile(QUANTITY.removesuffix("$") + r"\Z")
HOLE: Final = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
_UNITS: Final = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY: Final = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_MAX_SHOWN: Final = 6


def filled(text: str, names: Mapping[str, str]) -> str:
    """Replace the placeholders in a text of a policy."""
    return HOLE.sub(lambda hole: names[hole[1]], text)


def fits(pattern: str, text: str, names: Mapping[str, str]) -> bool:
    """Whether a pattern of a policy allows a text.

    Args:
        pattern: A text with at most one ``*``, and placeholders.
        text: The text of the request.
        names: Placeholder -> its value.
    """
    before, star, after = pattern.partition("*")
    before, after = filled(before, names), filled(after, names)
    if not star:
        return text == before
    is_between = len(text) >= len(before) + len(after) and text.startswith(before) and text.endswith(after)
    return is_between and _VISIBLE.fullmatch(text) is not None and not any(part in text for part in UNSAFE)


def is_template(text: str) -> bool:
    """Whether a text contains the start of an expression."""
    return any(begin in text for begin in TEMPLATES)


def as_amount(value: object) -> Decimal | None:
    """Parse a quantity; None if it is malformed or negative."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = _QUANTITY.match(str(value))
    if found is None:
        return None
    unit = found[2] or ""
    number = Decimal(str(value).removesuffix(unit))
    return number / 1000 if unit == "m" else number * (_BINARY.get(unit) or _UNITS[unit])


def expected(bound: Bound) -> str:
    """Describe what a bound allows. Placeholders are not replaced, so a problem quotes the policy literally."""
    if bound.allowed == ("*",):
        return f"visible ASCII without {', '.join((*TEMPLATES, *UNSAFE))}"
    if bound.allowed is not None:
        shown = [str(value).lower() if isinstance(value, bool) else str(value) for value in bound.allowed[:_MAX_SHOWN]]
        more = len(bound.allowed) - len(shown)
        return (" or ".join(shown) + (f" or one of {more} more" if more > 0 else "")) or "that it is not set"
    match bound.type:
        case "integer":
            ends = [("from", bound.minimum), ("to", bound.maximum)]
            return " ".join(["a whole number", *(f"{word} {end}" for word, end in ends if end is not None)])
        case "quantity":
            return "a quantity" if bound.maximum is None else f"a quantity of at most {bound.maximum}"
        case "boolean":
            return "true or false"
    plain = "" if bound.templates else f" without {' or '.join(TEMPLATES)}"
    return f"a text of at most {bound.max_length} characters{plain}"
