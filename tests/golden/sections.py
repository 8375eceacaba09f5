"""A file of texts, each below a line with its name: what is drawn or concluded for many cases, in one file to read."""

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["read_sections", "write_sections"]

_HEAD = re.compile(r"^##### (.+)\n", re.MULTILINE)


def read_sections(path: Path) -> dict[str, str]:
    """Name -> text, in the order of the file."""
    before, *found = _HEAD.split(path.read_text(encoding="utf-8"))
    assert not before, f"{path}: begins without a name"
    sections = dict(zip(found[::2], found[1::2], strict=True))
    assert len(sections) == len(found) // 2, f"{path}: one name stands twice"
    return sections


def write_sections(path: Path, sections: Mapping[str, str]) -> None:
    """Write texts, each of which ends with a line feed."""
    path.write_text("".join(f"##### {name}\n{text}" for name, text in sections.items()), encoding="utf-8")
