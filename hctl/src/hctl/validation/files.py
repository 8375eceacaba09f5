"""Reading what was named on the command line: files, folders, standard input.

A file that is named by itself is meant: it is read whatever it is, behind a link too, and a pipe until it ends, as
standard input is. In a folder only regular files are read, and those that `folders` leaves alone are not.
"""
# Paths stay texts, so that a file is shown as it was given.
# ruff: noqa: PTH112, PTH119

import os
from collections.abc import Sequence
from typing import BinaryIO, Final

from msgspec import Struct

from hctl.errors import UsageError
from hctl.texts import inert

from .check import SourceFile
from .findings import STDIN, LeftAlone, Why
from .folders import Folder
from .globs import Excludes, exclusion
from .streams import MAX_FILE

__all__ = ["Files", "read_sources"]

_NEVER_WAIT: Final = os.O_NOFOLLOW | os.O_NONBLOCK
"""What was a regular file a moment ago may have become a link or a pipe."""


class Files(Struct, frozen=True):
    """What became of the names.

    Attributes:
        sources: What was read.
        left: What was left alone.
    """

    sources: tuple[SourceFile, ...]
    left: tuple[LeftAlone, ...]


def read_sources(paths: Sequence[str], stdin: BinaryIO, exclude: Sequence[str] = ()) -> Files:
    """Read files, each once, in the order in which they were named; those of a folder by name.

    Args:
        paths: Files, folders, or ``-``.
        stdin: What ``-`` stands for.
        exclude: Patterns of what is left alone, named or not; see `globs`.

    Raises:
        UsageError: One cannot be read.
    """
    is_excluded = exclusion(exclude)
    sources: dict[str, SourceFile] = {}
    left: dict[str, LeftAlone] = {}
    for path in paths:
        if path == "-":
            sources.setdefault(STDIN, SourceFile(STDIN, stdin.read(MAX_FILE + 1)))
        elif os.path.isdir(path):
            folder = Folder(path, is_excluded)
            left |= {os.path.normpath(item.file): item for item in folder.left}
            for real, shown in folder.files.items():
                if real not in sources:
                    sources[real] = SourceFile(shown, _read(real, shown, _NEVER_WAIT), given=False)
        elif _is_excluded(path, is_excluded):
            left[os.path.normpath(path)] = LeftAlone(path, Why.EXCLUDED)
        else:
            data = _read(path, path)
            # Named by itself counts, wherever else it was found.
            sources[os.path.realpath(path)] = SourceFile(path, data)
            left.pop(os.path.normpath(path), None)
    return Files(tuple(sources.values()), tuple(left.values()))


def _is_excluded(path: str, is_excluded: Excludes) -> bool:
    """Whether a file that was named is excluded: by its path from here, or by its name if it is elsewhere."""
    below = os.path.relpath(path) if path and "\0" not in path else path
    return is_excluded(os.path.normpath(path), os.path.basename(below) if below.startswith(os.pardir) else below)


def _read(path: str, shown: str, flags: int = 0) -> bytes:
    try:
        with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags)) as file:
            return file.read(MAX_FILE + 1) or b""
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
        raise UsageError(f"{inert(shown, 400)}: {why}; expected a file, a folder, or - for standard input") from error
