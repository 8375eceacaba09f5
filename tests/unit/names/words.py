"""A line as a shell reads it, in a way that survives prose: words, and where a command ends."""

import re
from dataclasses import dataclass

END = "\n"
_TOKEN = re.compile(
    r"""
    (?P<variable>\$\((?:[^()]|\([^()]*\))*\)|\$\{\{.*?\}\}|\$\{[^{}]*\})
    |(?P<apostrophe>(?<=[A-Za-z])'(?=[A-Za-z]))
    |(?P<span>`[^`]*`)
    |(?P<quoted>"[^"]*"|'[^']*')
    |(?P<end>[;|&()<>`\n]|(?<!\S)\#)
    |(?P<space>\s+|["'])
    |(?P<plain>.)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Line:
    """Words with END where a command ends, and the texts in quotes that are lines of their own."""

    words: tuple[str, ...]
    inner: tuple[str, ...]


def split(text: str) -> Line:
    """Split a line."""
    words: list[str] = []
    inner: list[str] = []
    word = ""
    for token in _TOKEN.finditer(text):
        kind, piece = token.lastgroup, token[0]
        if kind == "variable":
            inner.append(piece[2:-1])
        elif kind == "quoted":
            piece = piece[1:-1]
            inner += [piece] if re.search(r"\s", piece) else []
        if kind in ("variable", "quoted", "apostrophe", "plain"):
            word += piece
            continue
        words += [word] if word else []
        word = ""
        words += [END] if kind != "space" else []
        inner += [piece[1:-1]] if kind == "span" else []
    return Line((*words, word) if word else tuple(words), tuple(inner))


def segments(words: tuple[str, ...]) -> list[list[str]]:
    """Return the commands of a line, each as its words."""
    found: list[list[str]] = [[]]
    for word in words:
        if word == END:
            found.append([])
        else:
            found[-1].append(word)
    return [segment for segment in found if segment]
