"""Requirements that stand in no command: in tables, lists, specifiers, indexes and sentences."""

import re
from collections.abc import Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from platform_status_contract import REPOSITORY

from .own import OWN, OWN_NAME
from .packages import findings as installs

_KEYS = re.compile(
    r"(?:additional[_-]|dev-|optional-|extra-|constraint-|override-)?dependenc(?:ies|y-groups)|packages?|pip(?:-packages)?|"
    r"(?:install_|extras_)?requires?|requirements|deps|tools"
)
_BARE = re.compile(rf"\s*[-\"']*\s*({OWN})(\[[^\]]*\])?\s*(([=<>~!]=|[<>@]).*)?[\"',;]*\s*", re.IGNORECASE)
_WORDS = ("hctl", "status", "index", "pypi", "pythonhosted", "anaconda", "repo", "git.invalid")
"""One of them is in whatever a pattern below finds."""
_INDEX = r"pip|pipx|uv|uvx|conda|poetry|pypi"
_ANYWHERE = {
    "a version of a package of ours": re.compile(
        rf"(?<![\w./@-]){OWN}(\[[\w, -]*\])?\s?(===|==|>=|<=|~=|!=|>|<|\^)\s?v?\d", re.IGNORECASE
    ),
    "an index": re.compile(
        r"(?<![\w-])(--)?(extra-|default-)?index-url\b[\"']?\s*[=: ]\s*[\"']?\w+://"
        r"|\b(PIP|UV)_(EXTRA_|DEFAULT_)?INDEX(_URL)?\b[\"']?\s*[=:]\s*\S",
        re.IGNORECASE,
    ),
    "a page of an index": re.compile(
        r"(?<!pkg:)\b(pypi|pythonhosted|anaconda)[./](org|io|com|v/|p/|project|simple)", re.IGNORECASE
    ),
    "the advice to install from an index": re.compile(
        rf"\binstall(s|ed|ing|able)?\s+(the\s+)?(package\s+|distribution\s+)?[`'\"]?{OWN}[`'\"]?\s+"
        rf"(with|from|by|via|through|using|off|out of)\s+[`'\"]?({_INDEX}|the\s+([\w]+\s+)?index)\b"
        rf"|\b({_INDEX}|index)[`'\"]?\s+(has|carries|knows|holds|installs?)\s+[`'\"]?{OWN}\b"
        rf"|(?<![\w./-]){OWN}[`'\"]?\s+(is|comes)\s+(on|in|from|off)\s+({_INDEX})\b",
        re.IGNORECASE,
    ),
    "a dependency": re.compile(
        rf"(?:\b|[_-])(dependencies|requires|deps)[\"']?\s*[:=]\s*[^#]*(?<![\w./-]){OWN}(?![\w/.-])(?!\s*=\s*\{{)",
        re.IGNORECASE,
    ),
    "another repository than ours": re.compile(
        rf"\brepo[\"']?:\s*[\"']?(?!{re.escape(REPOSITORY)}\b)\w+://[^\s\"']+"
        rf"|(?!{re.escape(REPOSITORY)}\b)https?://git\.invalid\S*"
    ),
}


def in_text(text: str) -> Iterator[str]:
    """Say what a line says of an index."""
    plain = text.lower()
    if not any(word in plain for word in _WORDS):
        return
    for what, pattern in _ANYWHERE.items():
        found = pattern.search(text)
        if found:
            yield f"{what}: {found[0]}"


def in_list_of_requirements(text: str) -> Iterator[str]:
    """Say which of our names a line of a requirements file has."""
    if _BARE.fullmatch(text.partition("#")[0]) and not text.lstrip().startswith("#"):
        yield f"a requirement: {text.strip()}"


def in_tree(tree: Any, key: str = "") -> Iterator[str]:  # noqa: ANN401 - any document
    """Say which of our names stand where a document lists packages, and which indexes it names."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if _KEYS.fullmatch(key) and OWN_NAME.fullmatch(str(name)):
                yield f"{key}: {name}"
            if name in ("index", "source") and isinstance(value, list) and any(_address(each) for each in value):
                yield f"an index: {value}"
            inner = key if key in ("optional-dependencies", "dependency-groups") else str(name)
            yield from in_tree(value, inner)
    elif isinstance(tree, list):
        if key == "additional_dependencies":
            yield from (f"{key}: {found}" for found in installs(_command(tree), code=True))
        for each in tree:
            yield from in_tree(each, key)
    elif (
        isinstance(tree, str)
        and _KEYS.fullmatch(key)
        and any(_BARE.fullmatch(each) for each in re.split(r"[\n ]", tree))
    ):
        yield f"{key}: {tree}"


def in_project(table: dict[str, Any], allowed: frozenset[tuple[str, str]], locked: frozenset[str]) -> Iterator[str]:
    """Say what a pyproject.toml asks of an index.

    Args:
        table: Its content.
        allowed: Which distribution of ours may require which.
        locked: The names in requirements.lock, which has the hash of each.
    """
    project = table.get("project", {})
    name = canonicalize_name(str(project.get("name", "")))
    for line in _requirements(table):
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            yield f"not a requirement: {line}"
            continue
        child = canonicalize_name(wanted.name)
        if OWN_NAME.fullmatch(wanted.name):
            if (name, child) not in allowed or str(wanted.specifier) != f"=={project.get('version')}":
                yield f"{name} requires {line}, which is not on the list"
        elif child not in locked or wanted.url:
            yield f"{name} requires {line}, which requirements.lock does not have"
    tool = table.get("tool", {})
    for child, source in tool.get("uv", {}).get("sources", {}).items():
        path = source.get("path", "") if isinstance(source, dict) else ""
        if source != {"workspace": True} and not re.fullmatch(r"\.\.(/\.\.)*(/[a-z]+)?", path):
            yield f"tool.uv.sources.{child}: {source}"
    for part, value in tool.items():
        if part not in ("uv", "ruff", "mypy", "pytest", "coverage", "towncrier", "hatch"):
            yield from in_tree(value, part)
    yield from in_tree({key: value for key, value in tool.get("uv", {}).items() if key != "sources"})


def _requirements(table: dict[str, Any]) -> Iterator[str]:
    project = table.get("project", {})
    groups = table.get("dependency-groups", {}).values()
    for lines in (
        table.get("build-system", {}).get("requires", ()),
        project.get("dependencies", ()),
        *project.get("optional-dependencies", {}).values(),
        *groups,
    ):
        yield from (line for line in lines if isinstance(line, str))


def _address(value: object) -> bool:
    return "://" in str(value)


def _command(words: list[object]) -> str:
    return "pip install " + " ".join(f"'{word}'" if " " in str(word) else str(word) for word in words)
