"""Names within what ships: no class is called as another one, and the page of a package lists what is in it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from .own import ROOT

SHIPPED = ("schemas", "kube", "pipeline", "sidecar", "hctl", "assistant")
FILES = sorted(path for folder in SHIPPED for path in (ROOT / folder / "src").rglob("*.py"))
PAGES = [path for path in FILES if path.name == "__init__.py"]


def modules(package: Path) -> set[str]:
    """Return the modules and packages directly below a package, but for those that Python itself names."""
    below = {path.stem for path in package.glob("*.py")} | {path.parent.name for path in package.glob("*/__init__.py")}
    return {name for name in below if not name.startswith("__")}


def public_classes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def test_no_two_classes_have_one_name() -> None:
    found = defaultdict(list)
    for path in FILES:
        for name in public_classes(path):
            found[name].append(str(path.relative_to(ROOT)))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.parent.relative_to(ROOT)))
def test_the_page_of_a_package_lists_what_is_in_it(page: Path) -> None:
    text = ast.get_docstring(ast.parse(page.read_text("utf-8"))) or ""
    named = set(re.findall(r"`(\w+)`", text))
    assert modules(page.parent) - named == set(), f"name them in the docstring of {page.relative_to(ROOT)}"
    (listed,) = re.findall(r"^(?:Modules|Further modules): ([^.]+)\.", text, re.MULTILINE) or [""]
    assert set(re.findall(r"`(\w+)`", listed)) - modules(page.parent) == set(), "no such module"
