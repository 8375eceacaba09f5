"""Which files of a folder are read, and which are left alone. Looks at names and kinds of files, and opens none.

No link is followed out of the folder that was named, and a file is read once whatever links lead to it: so neither a
loop of links nor a link to a file elsewhere changes what is read.
"""
# Paths stay texts, so that a file is shown as it was given.
# ruff: noqa: PTH110, PTH112, PTH113, PTH114, PTH118, PTH120, PTH206

import os
import stat
from collections import deque
from typing import Final, NoReturn

from hctl.errors import UsageError
from hctl.texts import inert

from .findings import LeftAlone, Why
from .globs import Excludes

__all__ = ["Folder"]

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
            is_excluded: See `globs`.

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
