"""Reading what was named on the command line: files, folders, standard input.

A file that is named by itself is meant: it is read whatever it is, behind a link too, and a pipe until it ends, as
standard input is. In a folder only regular files are read, and not all of them.

No link is followed out of the folder that was named, and a file is read once whatever links lead to it: so neither a
loop of links nor a link to a file elsewhere changes what is read.
"""

# Paths stay texts, so that a file is shown as it was given.
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


_ENDINGS: Final = (".yaml", ".yml", ".json")
_MAX_FILES: Final = 10_000
_CHART: Final = "Chart.yaml"
_TEMPLATES: Final = "templates"


class Folder:
    """A folder that was named.

    Attributes:
        files: The real path of each file to be read -> the path that it is shown by; by name, those behind links last.
        left: What is left alone.
    """

    def __init__(self, folder: str, is_excluded: Excludes) -> None:
        """Look through a folder.

        Args:
            folder: As it was named; it may be a link itself.
            is_excluded: See `exclusion`.

        Raises:
            UsageError: A folder cannot be read, or holds too much.
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
        # Last, so that a file that has a name of its own is shown by that.
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
        """Whether an entry is looked at now; a link is looked at in the end."""
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
                raise UsageError(f"{inert(self._named, 400)}: more than {_MAX_FILES} files; name a smaller folder")

    def _is_template(self, real: str) -> bool:
        """Whether a file lies in the templates of a Helm chart, which are no YAML before Helm has read them."""
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
        exclude: Patterns of what is left alone, named or not; see `exclusion`.

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
