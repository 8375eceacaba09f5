"""The golden dumps, and what is expected of one; ``python -m tests.unit.hctl.explain.dumps`` writes what is missing."""

import sys
from pathlib import Path
from typing import Final

from hctl.dump.case import Case, parse_case
from hctl.explain.derive import explain
from tests.golden.sections import read_sections, write_sections

__all__ = ["EXPECTED", "FOLDER", "expectation", "golden_dumps"]

FOLDER: Final = Path(__file__).parents[3] / "golden" / "dumps"
EXPECTED: Final = FOLDER / "expected.txt"


def golden_dumps() -> dict[str, Path]:
    """Name of a situation -> its dump."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def expectation(case: Case) -> str:
    """Spell what is compared: verdict, sources, and what comes if nothing changes."""
    found = explain(case)
    lines = [f"{found.projection.phase} {found.projection.ready.reason} row {found.projection.row}"]
    lines += [
        f"{entry.assessment.source}: {entry.assessment.verdict.name.lower()} {entry.assessment.reason}"
        for entry in found.sources
    ]
    for step in found.forecast:
        seconds = int((step.at - found.now).total_seconds())
        lines.append(
            f"in {seconds} s: {step.projection.phase} {step.projection.ready.reason} row {step.projection.row}"
        )
    lines += [f"differs: {entry.field}" for entry in found.differences]
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Write the expectations that are missing, to be read and found good."""
    expected = read_sections(EXPECTED)
    for name in golden_dumps().keys() - expected.keys():
        expected[name] = expectation(parse_case((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
        sys.stdout.write(f"{name}: read it\n")
    write_sections(EXPECTED, dict(sorted(expected.items())))


if __name__ == "__main__":
    main()
