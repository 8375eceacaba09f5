"""Commands that install: from a checkout, from Git at a tag, or from a folder of wheels; else from an index."""

import re
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from platform_status_contract import REPOSITORY

from .own import OWN, OWN_NAME, distributions, needed
from .words import segments, split

_PYTHON = {
    "pip": {"install", "download", "wheel"},
    "pipx": {"install", "run", "inject", "upgrade", "install-all"},
    "uv": {"install", "add", "run", "upgrade", "sync", "compile"},
    "uvx": set[str](),
    "easy_install": set[str](),
    "poetry": {"add"},
    "pdm": {"add"},
    "rye": {"add", "install"},
    "pixi": {"add", "install", "exec"},
    "hatch": {"add"},
    "pipenv": {"install"},
    "conda": {"install", "create"},
    "mamba": {"install", "create"},
    "micromamba": {"install", "create"},
}
_OTHER = re.compile(
    r"(?:brew|apt|apt-get|aptitude|dnf|yum|zypper|apk|pacman|snap|nix-env|nix|port|choco|scoop|winget|asdf|mise|npm|npx|pnpm|"
    r"yarn|bun|cargo|gem|go|krew|helm|flatpak|guix)"
)
_INSTALLER = re.compile(
    rf"(?<![\w-])(?:{'|'.join(_PYTHON)}|{_OTHER.pattern})(?:[\d.]*|[\w.]*main)(?:\.exe)?[\"',(\s]", re.IGNORECASE
)
_OTHER_VERBS = frozenset({"install", "add", "i", "use", "-i", "-S", "shell", "run", "exec", "get", "download"})
_VALUES = re.compile(
    r"--(?:python|target|prefix|root|constraint|requirements?|find-links|platform|abi|implementation|python-version|"
    r"only-binary|no-binary|dest|wheel-dir|cache-dir|with-requirements|pip-args|suffix|extra|group|report|log|timeout|"
    r"progress-bar|name|channel|proxy|cert|retries|exists-action|build-constraint|python-platform|overrides|directory|"
    r"project|output-file|config-settings|src|link-mode|resolution|color|trusted-host|no-emit-package|"
    r"custom-compile-command)|-[ptcrfdwno]"
)
_REQUIREMENTS = re.compile(r"--(?:with|from|spec|editable|with-editable|upgrade-package|reinstall-package)|-[eP]")
_INDEXES = re.compile(r"--(?:(?:extra-|default-)?index(?:-url)?|pypi-url)|-i")
_BEFORE = re.compile(  # what may stand before a command that is nothing but a command
    r"[$>%!@*+-]+|RUN|[\w-]+:|sudo|env|exec|time|command|then|do|else|if|-\w+|(?:\S*/)?py(?:thon)?[\d.]*|-m|\w+=.*|uv|:"
)
_GIT = re.compile(re.escape(f"git+{REPOSITORY}") + r"@[\w.{}$-]+#subdirectory=(?P<folder>[a-z/]+)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?\s*(([=<>~!]=|===|[<>@])\s*[^\s/]*)?")
_OWN_WORD = re.compile(rf"(?:(?<![\w./-])|(?<=:[-+=])){OWN}(?![\w/-])", re.IGNORECASE)


def worth_reading(line: str) -> bool:
    """Say whether a line may install something; a quarter of a million lines do not."""
    plain = line.lower()
    python = any(name in plain for name in _PYTHON)
    return (python or "hctl" in plain or "status" in plain) and _INSTALLER.search(line) is not None


def findings(text: str, *, code: bool) -> Iterator[str]:
    """Say what a piece of text would take from an index.

    Args:
        text: One logical line.
        code: Whether it is a command line and nothing else; in prose only our own names count.
    """
    line = split(text)
    for segment in segments(line.words):
        for place, word in enumerate(segment):
            yield from _command(segment, place, word, code=code)
    for part in line.inner:
        yield from findings(part, code=code)


def _command(segment: list[str], place: int, word: str, *, code: bool) -> Iterator[str]:
    base = re.split(r"[/\\]", word)[-1].lower().removesuffix(".exe")
    base = "pip" if re.fullmatch(r"pip[\d.]*|pip\.[\w.]*main", base) else base
    rest = segment[place + 1 :]
    if base in _PYTHON:
        at = (
            -1 if not _PYTHON[base] else next((index for index, each in enumerate(rest) if each in _PYTHON[base]), None)
        )
        if at is None or (base == "uv" and rest[0] == "sync"):  # the workspace's own sources
            return
        own_program = base == "uv" and rest[0] == "run"
        arguments = _Arguments(program=base == "uvx" or (at >= 0 and rest[at] in ("run", "exec")), named=own_program)
        arguments.read(rest[at + 1 :])
        foreign = code and not own_program and all(_BEFORE.fullmatch(each) for each in segment[:place])
        yield from arguments.findings(foreign=foreign)
    elif _OTHER.fullmatch(base) and _OTHER_VERBS & set(rest[:4]):
        for each in rest:
            if OWN_NAME.fullmatch(re.split("[@=]", each.strip(".,:"))[0].split("/")[-1]):
                yield f"{base}: {each}"


class _Arguments:
    """What follows the verb.

    Args:
        program: Whether a program is run: then only the first word names a package.
        named: Whether something names it already.
    """

    def __init__(self, *, program: bool, named: bool) -> None:
        self._program = program
        self._named = named
        self._wanted: list[str] = []
        self._options: dict[str, str] = {}
        self._indexes: list[str] = []

    def read(self, words: list[str]) -> None:
        """Take the words up to the end of the command, or in prose of what is spoken of."""
        todo = iter(words)
        for word in todo:
            if word.startswith("-") and word != "--":
                name, _, value = word.partition("=")
                takes = _VALUES.fullmatch(word) or _REQUIREMENTS.fullmatch(word) or _INDEXES.fullmatch(word)
                self._option(name, next(todo, "") if takes else value)
            elif word != "--" and not (self._program and self._named):
                self._wanted.append(word)
                self._named = True
            if re.search(r"[a-z][.,]$", word):
                return

    def _option(self, name: str, value: str) -> None:
        self._options[name] = value
        if _INDEXES.fullmatch(name):
            self._indexes.append(f"{name} {value}")
        elif _REQUIREMENTS.fullmatch(name):
            self._named = self._named or name in ("--from", "--spec")
            self._wanted += value.split(",") if name == "--with" else [value]

    def findings(self, *, foreign: bool) -> Iterator[str]:
        """Say what would come from an index."""
        yield from self._indexes
        links = self._options.get("--find-links", self._options.get("-f", "://"))
        offline = "--no-index" in self._options and "://" not in links
        folders: dict[str, frozenset[str]] = {}
        for word in self._wanted:
            yield from _requirement(word, folders, offline=offline, foreign=foreign)
        if not offline and "--no-deps" not in self._options and not any("*" in word for word in self._wanted):
            for folder, extras in folders.items():
                missing = needed(folder, extras) - set(folders)
                if missing:
                    yield f"{folder} without {', '.join(sorted(missing))}, which an index would be asked for"


def _requirement(word: str, folders: dict[str, frozenset[str]], *, offline: bool, foreign: bool) -> Iterator[str]:
    named, _, address = (part.strip() for part in word.partition(" @ "))
    git = _GIT.fullmatch(address or named)
    path = re.fullmatch(r"(?:file:|\.|/|~|[^:]*/)[^\[\]]*?(?P<folder>[\w.-]*)/?(?P<extras>\[[^\]]*\])?", named)
    wheel = re.fullmatch(r"(?:.*/)?(?P<name>\w+)-[^/]+\.whl(?P<extras>\[[^\]]*\])?", named)
    if git:
        folders[git["folder"]] = _extras(named if address else "")
    elif address or "://" in word or word.startswith("git+"):
        if not _placeholder(word):
            yield f"{word}: expected git+{REPOSITORY}@TAG#subdirectory=FOLDER"
    elif wheel:
        folder = distributions().get(canonicalize_name(wheel["name"]))
        folders.update({folder: _extras(wheel["extras"] or "")} if folder else {})
    elif path or word.startswith("."):
        if path and path["folder"] in distributions().values():
            folders[path["folder"]] = _extras(path["extras"] or "")
    elif _OWN_WORD.search(word) and not word.startswith("#"):
        name = canonicalize_name(re.split(r"[\[=<>~!@ ]", word)[0])
        if not (offline and name in distributions()):
            yield word
    elif foreign and _NAME.fullmatch(word) and not _placeholder(word):
        yield word


def _extras(text: str) -> frozenset[str]:
    try:
        return frozenset(canonicalize_name(one) for one in Requirement(f"x{text[text.index('[') :]}").extras)
    except (ValueError, InvalidRequirement):
        return frozenset()


def _placeholder(word: str) -> bool:
    return bool(re.search(r"[${}<>*]|\.\.\.", word)) or word.isupper() or word == "{}"
