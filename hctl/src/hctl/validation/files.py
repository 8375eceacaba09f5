"""Reads the files, folders and standard input that are named on the command line.

A file that is an argument itself is always read, also through a link, and a pipe until it ends, like standard input. In
a folder only regular files with a known ending are read.

No link is followed out of a given folder, and a file is read once even if several links lead to it. So neither a loop
of links nor a link to another folder changes the result.
"""

# Paths stay strings, so that a file is shown as it was given.
# ruff: noqa: PTH110, PTH112, PTH113, PTH114, PTH118, PTH119, PTH120, PTH206

import os
import stat
from collections import deque
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import BinaryIO, Final, NoReturn

from msgspec import Struct

from hctl.errors import UsageError
from hctl.texts import inert

from .check import SourceFile
from .findings import STDIN, LeftAlone, Why
from .streams import MAX_FILE

__all__ = ["Files", "Folder", "exclusion", "read_sources"]

Excludes = Callable[[str, str], bool]
"""Whether a file or folder is excluded, by its shown path and by its path below the given folder."""


def exclusion(patterns: Sequence[str]) -> Excludes:
    """Return the predicate for exclusion patterns.

    Args:
        patterns: Such as ``vendor`` (a file or folder with the name, at any depth), ``*.gen.yaml`` or ``charts/**``.
            ``*`` does not match a slash, ``**`` does, and the content of an excluded folder is excluded too.
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


_ENDINGS: Final = (".yaml", ".yml", ".json")
_MAX_FILES: Final = 10_000
_CHART: Final = "Chart.yaml"
_TEMPLATES: Final = "templates"


class Folder:
    """A folder that is an argument.

    Attributes:
        files: Real path of each file to read -> its shown path; sorted by name, those behind links last.
        left: The skipped files and folders.
    """

    def __init__(self, folder: str, is_excluded: Excludes) -> None:
        """Search a folder.

        Args:
            folder: Its path, as given; it may be a link.
            is_excluded: See `exclusion`.

        Raises:
            UsageError: A folder cannot be read, or has too many files.
        """
        self.files: dict[str, str] = {}
        self.left: list[LeftAlone] = []
        self._named = folder
        self._top = os.path.realpath(folder)
        self._is_excluded = is_excluded
        self._seen: set[str] = set()
        self._links: deque[str] = deque()
        self._charts: dict[str, bool] = {}
        self._walk(folder)
        # Links are followed last, so that a file that is also in the folder itself is shown by its own path.
        while self._links:
            self._follow(self._links.popleft())

    def _walk(self, folder: str) -> None:
        for place, folders, names in os.walk(folder, onerror=self._refuse):
            real = os.path.realpath(place)
            if real in self._seen:
                folders.clear()
                continue
            self._seen.add(real)
            folders[:] = [name for name in sorted(folders) if not name.startswith(".") and self._enters(place, name)]
            for name in sorted(names):
                if not name.startswith(".") and name.endswith(_ENDINGS) and self._enters(place, name):
                    self._take(os.path.join(place, name), os.path.join(real, name))

    def _enters(self, place: str, name: str) -> bool:
        """Whether to visit an entry now; links are collected for later."""
        path = os.path.join(place, name)
        is_excluded, is_link = self._excludes(path), os.path.islink(path)
        if is_excluded:
            self._leave(path, Why.EXCLUDED)
        elif is_link:
            self._links.append(path)
        return not (is_excluded or is_link)

    def _follow(self, link: str) -> None:
        real = os.path.realpath(link)
        below = os.path.relpath(real, self._top)
        if below.split(os.sep)[0] == os.pardir or not os.path.exists(real):
            self._leave(link, Why.LINK)
        elif self._excludes(os.path.join(self._named, below)):
            self._leave(link, Why.EXCLUDED)
        elif os.path.isdir(real):
            self._walk(link)
        elif real not in self.files:
            self._take(link, real)

    def _take(self, path: str, real: str) -> None:
        try:
            is_regular = stat.S_ISREG(os.lstat(real).st_mode)
        except OSError as error:
            self._refuse(error)
        if not is_regular:
            self._leave(path, Why.SPECIAL)
        elif self._is_template(real):
            self._leave(path, Why.CHART)
        else:
            self.files[real] = self._shown(path)
            if len(self.files) > _MAX_FILES:
                raise UsageError(f"{inert(self._named, 400)}: more than {_MAX_FILES} files; give a smaller folder")

    def _is_template(self, real: str) -> bool:
        """Whether a file is in the templates of a Helm chart, which are not YAML before rendering."""
        place, is_in_chart = self._top, False
        for part in os.path.relpath(os.path.dirname(real), self._top).split(os.sep):
            if place not in self._charts:
                self._charts[place] = os.path.isfile(os.path.join(place, _CHART))
            is_in_chart = is_in_chart or self._charts[place]
            if is_in_chart and part == _TEMPLATES:
                return True
            place = os.path.join(place, part)
        return False

    def _excludes(self, path: str) -> bool:
        return self._is_excluded(os.path.normpath(path), os.path.relpath(path, self._named))

    def _leave(self, path: str, why: Why) -> None:
        self.left.append(LeftAlone(self._shown(path), why))

    def _shown(self, path: str) -> str:
        return path.removeprefix("./") if self._named == "." else path

    def _refuse(self, error: OSError) -> NoReturn:
        raise UsageError(f"{inert(str(error.filename), 400)}: {error.strerror}; expected a folder that can be read")


_NEVER_WAIT: Final = os.O_NOFOLLOW | os.O_NONBLOCK
"""Flags for opening a file: since the check, a link or a pipe may have replaced it."""


class Files(Struct, frozen=True):
    """The result of reading the arguments.

    Attributes:
        sources: The files that were read.
        left: The skipped files and folders.
    """

    sources: tuple[SourceFile, ...]
    left: tuple[LeftAlone, ...]


def read_sources(paths: Sequence[str], stdin: BinaryIO, exclude: Sequence[str] = ()) -> Files:
    """Read files, each once, in the order of the arguments; those of a folder by name.

    Args:
        paths: Files, folders, or ``-``.
        stdin: The stream for ``-``.
        exclude: Patterns of files and folders to skip, including arguments; see `exclusion`.

    Raises:
        UsageError: A file cannot be read.
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
            # A file that is an argument itself takes precedence over the same file in a folder.
            sources[os.path.realpath(path)] = SourceFile(path, data)
            left.pop(os.path.normpath(path), None)
    return Files(tuple(sources.values()), tuple(left.values()))


def _is_excluded(path: str, is_excluded: Excludes) -> bool:
    """Whether an argument is excluded: by its path from the working directory, or by its name if it is outside."""
    below = os.path.relpath(path) if path and "\0" not in path else path
    return is_excluded(os.path.normpath(path), os.path.basename(below) if below.startswith(os.pardir) else below)


def _read(path: str, shown: str, flags: int = 0) -> bytes:
    try:
        with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags)) as file:
            return file.read(MAX_FILE + 1) or b""
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
        raise UsageError(f"{inert(shown, 400)}: {why}; expected a file, a folder, or - for standard input") from error
