"""What is ours: distributions by folder, and which of them need which."""

import re
import tomllib
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
FOLDERS = ("schemas", "kube", "pipeline", "sidecar", "hctl", "assistant", "tools", "tools/double")
# The first name is another author's program on the public index; the others are free there for anybody.
# With underscores only those that there are or may be soon: metrics are called platform_status_... too.
OWN = (
    r"(?:(?:kubectl[-_.])?hctl|platform-?status(?:-[a-z0-9]+)*"
    r"|platform[-_.]*status[-_.]+"
    r"(?:contract|pipeline|sidecar|hctl|assistant|localplane|kratix-double|kube|mcp|client|tools|workspace))"
)
OWN_NAME = re.compile(OWN, re.IGNORECASE)


@cache
def project(folder: str) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    return found


@cache
def distributions() -> dict[str, str]:
    """Return our distributions with the folder of each."""
    return {canonicalize_name(str(project(folder)["name"])): folder for folder in FOLDERS}


def requirements(folder: str, extras: frozenset[str]) -> list[Requirement]:
    """Return what a folder's distribution requires with these extras."""
    table = project(folder)
    lines = table.get("dependencies", [])
    found = [Requirement(str(line)) for line in lines] if isinstance(lines, list) else []
    optional = table.get("optional-dependencies", {})
    for extra, more in optional.items() if isinstance(optional, dict) else ():
        found += [Requirement(str(line)) for line in more] if canonicalize_name(extra) in extras else []
    return found


def needed(folder: str, extras: frozenset[str]) -> set[str]:
    """Return the folders of all distributions of ours that one needs, itself included."""
    found = {folder}
    for requirement in requirements(folder, extras):
        child = distributions().get(canonicalize_name(requirement.name))
        if child is not None and child not in found:
            found |= needed(child, frozenset(canonicalize_name(extra) for extra in requirement.extras))
    return found
