"""A file of texts, each below a line with its name: what is drawn or concluded for many cases, in one file to read."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

__all__ = ["read_documents", "read_sections", "write_sections"]

_HEAD = re.compile(r"^##### (.+)\n", re.MULTILINE)


def read_sections(path: Path) -> dict[str, str]:
    """Name -> text, in the order of the file."""
    before, *found = _HEAD.split(path.read_text(encoding="utf-8"))
    assert not before, f"{path}: begins without a name"
    sections = dict(zip(found[::2], found[1::2], strict=True))
    assert len(sections) == len(found) // 2, f"{path}: one name appears twice"
    return sections


def write_sections(path: Path, sections: Mapping[str, str]) -> None:
    """Write texts, each of which ends with a line feed."""
    path.write_text("".join(f"##### {name}\n{text}" for name, text in sections.items()), encoding="utf-8")


def read_documents(folder: Path) -> dict[str, Any]:
    """Name -> YAML document, of a folder whose files hold one, called as the file is, or several with their names."""
    texts: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        text = path.read_text(encoding="utf-8")
        found = read_sections(path) if _HEAD.match(text) else {path.stem: text}
        assert not texts.keys() & found.keys(), f"{path}: another file has a document of that name"
        texts |= found
    return {name: yaml.safe_load(text) for name, text in texts.items()}
