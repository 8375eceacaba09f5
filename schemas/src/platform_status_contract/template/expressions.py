"""Finding ``${...}`` in a string. Braces in CEL's string literals, comments and map literals do not end an expression.

``$${`` is an escape for the two characters ``${``; a lone ``$`` is literal.
"""

from msgspec import Struct

__all__ = ["Expression", "Piece", "UnbalancedError", "split"]

_QUOTES = "\"'"


class Expression(Struct, frozen=True):
    """The CEL source between ``${`` and its ``}``."""

    source: str


Piece = str | Expression
"""Literal text, or an expression."""


class UnbalancedError(ValueError):
    """The braces or quotes of a template string do not match."""


def split(text: str) -> tuple[Piece, ...]:
    """Split a template string into literal text and expressions.

    Args:
        text: For example ``https://${spec.name}.example.com``.

    Returns:
        The pieces in order; no piece is empty, and no two adjacent pieces are text.

    Raises:
        UnbalancedError: An expression is empty, or has no end.
    """
    pieces: list[Piece] = []
    literal: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith("$${", at):
            literal.append("${")
            at += 3
        elif text.startswith("${", at):
            end = _end(text, at + 2)
            source = text[at + 2 : end].strip()
            if not source:
                raise UnbalancedError(f"the expression at character {at + 1} is empty; write $${{ for a plain ${{")
            if literal:
                pieces.append("".join(literal))
                literal = []
            pieces.append(Expression(source))
            at = end + 1
        else:
            literal.append(text[at])
            at += 1
    if literal:
        pieces.append("".join(literal))
    return tuple(pieces)


def _end(text: str, start: int) -> int:
    """Return the index of the ``}`` that ends the expression which begins at `start`."""
    depth, at = 0, start
    while at < len(text):
        character = text[at]
        if character in _QUOTES:
            at = _end_of_string(text, at, raw=_is_raw(text, start, at))
            continue
        if text.startswith("//", at):
            newline = text.find("\n", at)
            at = len(text) if newline < 0 else newline
        elif character == "}" and depth == 0:
            return at
        elif character in "{}":
            depth += 1 if character == "{" else -1
        at += 1
    raise UnbalancedError(f"the expression at character {start - 1} has no closing brace")


def _is_raw(text: str, start: int, quote: int) -> bool:
    """Whether the string literal at `quote` has the prefix r, alone or with b."""
    begin = quote
    while begin > start and (text[begin - 1].isalnum() or text[begin - 1] == "_"):
        begin -= 1
    return text[begin:quote].lower() in {"r", "br", "rb"}


def _end_of_string(text: str, start: int, *, raw: bool) -> int:
    """Return the index after the string literal whose first quote is at `start`."""
    quote = text[start] * 3 if text.startswith(text[start] * 3, start) else text[start]
    at = start + len(quote)
    while at < len(text):
        if text[at] == "\\" and not raw:
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        else:
            at += 1
    raise UnbalancedError(f"the text that begins at character {start + 1} has no closing quote")
