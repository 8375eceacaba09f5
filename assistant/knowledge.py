#!/usr/bin/env python3
"""Write or check the texts in the assistant's wheel: ``knowledge.py --write`` or ``--check``."""

import sys
from pathlib import Path

import msgspec

from platform_status_assistant.mcp.server import Knowledge

_ROOT = Path(__file__).resolve().parent.parent
_DOCS = _ROOT / "docs"
_TEXTS = _ROOT / "assistant/src/platform_status_assistant/mcp/texts.json"


def generate() -> bytes:
    """Return the content of the file, generated from docs/."""
    texts = Knowledge(
        contract=(_DOCS / "contract/v1.md").read_text(encoding="utf-8"),
        reasons=_runbooks("reasons"),
        alerts=_runbooks("alerts"),
    )
    return msgspec.json.format(msgspec.json.encode(texts), indent=1) + b"\n"


def _runbooks(folder: str) -> dict[str, str]:
    paths = sorted((_DOCS / "runbooks" / folder).glob("*.md"))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths if path.stem != "README"}


def main(arguments: list[str]) -> int:
    """Write or check the file."""
    if arguments == ["--write"]:
        _TEXTS.write_bytes(generate())
        return 0
    if arguments != ["--check"]:
        sys.stderr.write("knowledge.py: expected --write or --check\n")
        return 2
    if not _TEXTS.is_file() or _TEXTS.read_bytes() != generate():
        name = _TEXTS.relative_to(_ROOT)
        sys.stderr.write(f"{name}: differs from docs/; run assistant/knowledge.py --write\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
