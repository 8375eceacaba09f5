"""Reading what was named on the command line: files, folders, standard input. The one module here that does I/O."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from hctl.errors import UsageError
from hctl.texts import inert

from .check import Source
from .findings import STDIN
from .streams import LARGEST_FILE

__all__ = ["read_sources"]

_ENDINGS: Final = (".yaml", ".yml", ".json")
_MOST_FILES: Final = 10_000


def read_sources(paths: Sequence[str], stdin: BinaryIO) -> tuple[Source, ...]:
    """Read files, each once, in the order in which they were named; those of a folder by name.

    Args:
        paths: Files, folders, or ``-``.
        stdin: What ``-`` stands for.

    Raises:
        UsageError: One cannot be read.
    """
    sources: dict[str, Source] = {}
    for path in paths:
        if path == "-":
            sources.setdefault(STDIN, Source(STDIN, stdin.read(LARGEST_FILE + 1)))
        elif Path(path).is_dir():
            for file in _files(path):
                sources.setdefault(os.path.normpath(file), Source(file, _read(file), given=False))
        else:
            # Named by itself counts, wherever else it was found.
            sources[os.path.normpath(path)] = Source(path, _read(path))
    return tuple(sources.values())


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
        raise UsageError(f"{inert(path, 400)}: {why}; expected a file, a folder, or - for standard input") from error


def _files(folder: str) -> Iterator[str]:
    """Files of a folder with one of our endings, by name; hidden ones and links to folders are left out."""
    count = 0

    def refuse(error: OSError) -> None:
        raise UsageError(f"{inert(str(error.filename), 400)}: {error.strerror}; expected a folder that can be read")

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(place, name)  # noqa: PTH118 - keeps what was given as it was given
            if name.startswith(".") or not name.endswith(_ENDINGS) or not Path(path).is_file():
                continue
            count += 1
            if count > _MOST_FILES:
                raise UsageError(f"{inert(folder, 400)}: more than {_MOST_FILES} files; name a smaller folder")
            yield path.removeprefix("./") if folder == "." else path
