"""The reference page docs/contract/v1.md, generated from the schemas.

Run ``python -m platform_status_contract.validation.reference`` to print it, with ``--write FILE`` to write it, with
``--check FILE`` to compare: exit code 1 and a diff if the file is stale. Equal schemas give equal bytes.

The page also lists the differences between the schema, which is the authority, and the typed model. The sidecar decodes
with the model, so the model tolerates more of what a cluster may contain by accident, and is stricter where msgspec is.
One test per entry proves that the difference is real; a property test proves that there are no others.
"""

import argparse
import difflib
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, TextIO

from msgspec import Struct

from .reference_keys import key_rows
from .reference_words import (
    EXAMPLE,
    INTRODUCTION,
    OBJECTS,
    PLACEHOLDERS,
    POLICY_INTRODUCTION,
    TEMPLATE_INTRODUCTION,
    TEMPLATE_NOTES,
    WAITING,
    condition_rows,
    phase_rows,
    reason_sections,
    table,
    timer_rows,
)
from .schemas import CONTRACT, PLATFORM_POLICY, STATUS, STATUS_CONTRACT

__all__ = ["DIFFERENCES", "Difference", "Effect", "main", "page"]


class Effect(StrEnum):
    """The effect of a difference on a document."""

    SCHEMA_ONLY = "valid for the schema, refused by the model"
    MODEL_ONLY = "refused by the schema, decoded by the model"
    NOT_WRITTEN = "valid for both, but may be missing when the model writes the document again"


class Difference(Struct, frozen=True):
    """One known difference.

    Attributes:
        name: Stable name, also of its test.
        where: The keys and documents concerned.
        effect: The effect.
        reason: Why the difference stays.
    """

    name: str
    where: str
    effect: Effect
    reason: str


DIFFERENCES: Final = (
    Difference(
        "whole-number-with-point",
        "every whole number, written 3.0",
        Effect.SCHEMA_ONLY,
        "JSON Schema counts 3.0 as a whole number; msgspec, like Go, distinguishes 3.0 from 3. Write 3.",
    ),
    Difference(
        "null-for-optional",
        "every optional key without a default value; not the timers, nor other entries of a map",
        Effect.MODEL_ONLY,
        "A status writer of Kratix can store null but not remove a key, so readers take null for absent; "
        "documents that people write should leave the key out.",
    ),
    Difference(
        "kratix-keys",
        "status: the keys that Kratix owns",
        Effect.MODEL_ONLY,
        "The schema requires the types with which Kratix does not crash; the model ignores foreign keys.",
    ),
    Difference(
        "request-ranges",
        "VClusterOrchestratorV2 request: patterns, ranges, lengths and unknown keys",
        Effect.MODEL_ONLY,
        "The model of the request checks types only, so that the pipeline can report all problems at once.",
    ),
    Difference(
        "unknown-keys",
        "status, except its contract: keys that are not in v1",
        Effect.NOT_WRITTEN,
        "Readers ignore the keys of newer writers; no component writes a whole status back.",
    ),
    Difference(
        "names-of-objects",
        "objects and secrets, in contract and template: names or roles whose conditions differ in case only, such as "
        "my-db and mydb; together more than 16 conditions",
        Effect.SCHEMA_ONLY,
        "JSON Schema can compare the items of a list only as a whole.",
    ),
    Difference(
        "namespaces-of-workloads",
        "workloads of a contract: two parts for one namespace",
        Effect.SCHEMA_ONLY,
        "JSON Schema can compare the items of a list only as a whole; a pod would count twice.",
    ),
    Difference(
        "credentials-in-endpoints",
        "endpoints of a status: a password, key or token behind the host",
        Effect.MODEL_ONLY,
        "No pattern describes a credential; `validate` compares with what is masked in messages.",
    ),
    Difference(
        "default-values",
        "every key that holds its default value",
        Effect.NOT_WRITTEN,
        "A writer may omit a key with its default value.",
    ),
)
"""All known differences; docs/contract/v1.md has this table."""


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
