"""One error: a kubeconfig that cannot be used as kubectl would use it."""

__all__ = ["KubeconfigError", "one_line"]


class KubeconfigError(Exception):
    """The kubeconfig cannot be used; the message is one line that names the file, the entry, and the fix."""


def one_line(text: str, most: int = 300) -> str:
    """Make foreign text safe to show in one line: no control or bidirectional characters, no line breaks.

    Args:
        text: What a plugin, a parser or the file itself said.
        most: Longest result, in characters.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:most]
