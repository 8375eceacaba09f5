"""``python -m platform_status_weights``: print what a checkout weighs, as a table."""

import sys
from pathlib import Path
from typing import Final

from .weigh import Weights, weigh

_ROWS: Final = (
    ("source of what ships, lines", "shipped"),
    ("of it code (no blanks, docstrings, comments, imports)", "code"),
    ("tools, observability, Promises and the double of Kratix, lines", "tools"),
    ("modules of both of at most 40 lines (`__init__`, `__main__` aside)", "small"),
    ("modules of both that one other module imports, and no second one", "once"),
    ("Python of tests, self-tests of the double included, lines", "tests"),
    ("golden files, without recorded objects", "golden"),
)


def main(arguments: list[str]) -> int:
    """Print the weights of a folder, or of this one."""
    found: Weights = weigh(Path(arguments[0] if arguments else "."))
    sys.stdout.write("| what | weighs |\n|---|---|\n")
    sys.stdout.writelines(f"| {told} | {getattr(found, name):,} |\n" for told, name in _ROWS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
