"""The reference page docs/contract/v1.md, generated from the schemas.

Run ``python -m platform_status_contract.validation.reference`` to print it, with ``--write FILE`` to write it, with
``--check FILE`` to compare: exit code 1 and a diff if the file is stale. Equal schemas give equal bytes.
"""

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from .differences import DIFFERENCES
from .reference_keys import key_rows
from .reference_prose import (
    EXAMPLE,
    INTRODUCTION,
    OBJECTS,
    PLACEHOLDERS,
    POLICY_INTRODUCTION,
    TEMPLATE_INTRODUCTION,
    TEMPLATE_NOTES,
    WAITING,
)
from .reference_words import condition_rows, phase_rows, reason_sections, table, timer_rows
from .schemas import CONTRACT, PLATFORM_POLICY, STATUS, STATUS_CONTRACT

__all__ = ["main", "page"]

_OWNERS = (
    ("pipeline", "Keys of the pipeline", "Resolved once per run of the workflow. Only the pipeline writes them."),
    ("sidecar", "Keys of the sidecar", "Kept up to date until the request is deleted."),
    (
        "kratix",
        "Keys of Kratix",
        "Listed for completeness. Except for `message`, neither the pipeline nor the sidecar writes them.",
    ),
)
_KEYS = ("Key", "Type", "Unit", "Present", "Meaning")


def page() -> str:
    """The whole page, with one newline at the end."""
    parts = [INTRODUCTION, "## The keys of `.status`"]
    for owner, title, note in _OWNERS:
        parts += [f"### {title}", note, table(_KEYS, key_rows(STATUS, owner))]
    parts += [
        "## The contract, `.status.contract`",
        "Owner: the pipeline. A key that its reader does not know is InvalidContract.",
    ]
    parts += [table(_KEYS, key_rows(CONTRACT))]
    parts += ["## Phases", table(("Phase", "Ready is", "Meaning"), phase_rows())]
    ours, kratix = condition_rows()
    parts += ["## Condition types", "Written by the sidecar, one for each source that the contract names:"]
    parts += [table(("Type", "Source", "Present", "True means"), ours), OBJECTS]
    parts += ["Written by Kratix; never dropped or changed by us:", table(("Type", "Meaning"), kratix)]
    parts += ["## Reasons", PLACEHOLDERS]
    for title, rows in reason_sections():
        parts += [f"### {title}", table(("Reason", "Verdict", "Meaning", "What to do"), rows)]
    parts += ["## Timers, `.status.health.since`", table(("Timer", "True since then", "Removed when"), timer_rows())]
    parts += [WAITING, EXAMPLE, TEMPLATE_INTRODUCTION]
    parts += [table(("Key", "Type", "Unit", "Required", "Meaning"), key_rows(STATUS_CONTRACT)), TEMPLATE_NOTES]
    parts += [POLICY_INTRODUCTION, table(("Key", "Type", "Unit", "Required", "Meaning"), key_rows(PLATFORM_POLICY))]
    parts += ["## Where the schema and the typed model differ"]
    rows = [(f"`{item.name}`", item.where, item.effect.value, item.reason) for item in DIFFERENCES]
    parts += [table(("Name", "Where", "Effect", "Why"), rows)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def main(argv: Sequence[str] | None = None, stdout: TextIO | None = None) -> int:
    """Print, write or check the page.

    Args:
        argv: Arguments without the program's name; None: those of this run of Python.
        stdout: The stream for the page or the diff.

    Returns:
        0; 1 if the checked file is stale or missing.
    """
    out = stdout or sys.stdout
    parser = argparse.ArgumentParser(
        prog="python -m platform_status_contract.validation.reference",
        description="Generate the contract's reference page from its schemas.",
        epilog="example: python -m platform_status_contract.validation.reference --check docs/contract/v1.md",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--write", type=Path, metavar="FILE", help="write the page into this file")
    mode.add_argument("--check", type=Path, metavar="FILE", help="exit with 1 and a diff if this file is stale")
    options = parser.parse_args(argv)
    if options.write:
        options.write.write_text(page(), encoding="utf-8")
    elif options.check:
        return _check(options.check, out)
    else:
        out.write(page())
    return 0


def _check(file: Path, out: TextIO) -> int:
    stands = file.read_text(encoding="utf-8") if file.exists() else ""
    lines = difflib.unified_diff(
        stands.splitlines(keepends=True), page().splitlines(keepends=True), str(file), "generated from the schemas"
    )
    diff = "".join(lines)
    out.write(diff)
    return 1 if diff else 0


if __name__ == "__main__":  # pragma: no cover - a test runs it in a process of its own
    sys.exit(main())
