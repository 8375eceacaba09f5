"""The patterns of ``--exclude``, read as ignore files read theirs. Pure."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

__all__ = ["Excludes", "exclusion"]

Excludes = Callable[[str, str], bool]
"""Whether a file or folder is excluded: by its path as it is shown, and by that below the folder that was named."""


def exclusion(patterns: Sequence[str]) -> Excludes:
    """Make a question of patterns.

    Args:
        patterns: Such as ``vendor`` (a file or folder of that name, at any depth), ``*.gen.yaml`` or ``charts/**``. A
            ``*`` stops at a slash, ``**`` does not, and what lies below an excluded folder is excluded with it.
    """
    wanted = [_parts(pattern) for pattern in patterns]

    def is_excluded(shown: str, below: str) -> bool:
        return any(
            _matches(below.split("/"), ("**", *parts))
            if len(parts) == 1
            else _matches(below.split("/"), parts) or _matches(shown.split("/"), parts)
            for parts in wanted
            if parts != ("",)
        )

    return is_excluded


def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.removeprefix("./").rstrip("/").split("/"))


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_matches(parts[start:], pattern[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])
