r"""Names and label selectors as Kubernetes defines them, and texts that are safe to show.

Patterns end in ``\Z``: Python's ``$`` lets a line feed at the end through, which the ``$`` of JSON Schema does not.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

__all__ = [
    "INVISIBLE",
    "SAFE_TEXT",
    "DisplayText",
    "LabelName",
    "LabelValue",
    "MatchExpression",
    "Namespace",
    "ObjectName",
    "Selector",
]

_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z"
_SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z"
_QUALIFIED = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\Z"
_LABEL_VALUE = r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?\Z"

INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
"""The characters without a width, for a character class: joiners, variation selectors, fillers, tags."""

SAFE_TEXT = f"^[^\\x00-\\x1f\\x7f-\\x9f\u2028-\u202e{INVISIBLE}]+\\Z"
"""Text free of control, bidirectional and invisible characters: what a terminal shows is the text, and all of it."""

Namespace = Annotated[str, Meta(pattern=_LABEL, min_length=1, max_length=63)]
"""Name of a namespace: an RFC 1123 label."""

ObjectName = Annotated[str, Meta(pattern=_SUBDOMAIN, min_length=1, max_length=253)]
"""Name of a Kubernetes object: an RFC 1123 subdomain."""

LabelName = Annotated[str, Meta(pattern=_QUALIFIED, min_length=1, max_length=317)]
"""Key of a label or an annotation, with an optional prefix."""

LabelValue = Annotated[str, Meta(pattern=_LABEL_VALUE, max_length=63)]
"""Value of a label; may be empty."""

DisplayText = Annotated[str, Meta(min_length=1, max_length=63, pattern=SAFE_TEXT)]
"""A short text shown to people; see `SAFE_TEXT`."""


class MatchExpression(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One set-based requirement of a label selector, as Kubernetes defines it.

    Raises:
        ValueError: In or NotIn without values, Exists or DoesNotExist with some; msgspec makes it a ValidationError.
    """

    key: LabelName
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: Annotated[tuple[LabelValue, ...], Meta(max_length=64)] | None = None

    def __post_init__(self) -> None:
        if self.operator in ("In", "NotIn") and not self.values:
            raise ValueError(f"operator {self.operator} needs at least one of values")
        if self.operator in ("Exists", "DoesNotExist") and self.values:
            raise ValueError(f"operator {self.operator} takes no values")


class Selector(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """A Kubernetes label selector; all its requirements must hold."""

    match_labels: Annotated[dict[LabelName, LabelValue], Meta(max_length=64)] | None = None
    match_expressions: Annotated[tuple[MatchExpression, ...], Meta(max_length=64)] | None = None
