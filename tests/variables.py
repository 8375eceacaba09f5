"""What `sidecar/Dockerfile` sets, for a sidecar that is started without its image."""

import re
from pathlib import Path

__all__ = ["image_environment"]

_FILE = Path(__file__).parents[1] / "sidecar" / "Dockerfile"


def image_environment() -> dict[str, str]:
    """Return the variables that decide how much memory the interpreter takes."""
    found = dict(re.findall(r"\b(MALLOC_\w+|PYTHONOPTIMIZE)=(\w+)", _FILE.read_text("utf-8")))
    assert len(found) == 2, f"found {found} in {_FILE}"
    return found
