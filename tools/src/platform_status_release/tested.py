"""``python -m platform_status_release.tested``: the versions that passed a lane, as the table of docs/start.md.

``tools/tested.json`` has, for each lane that passed, the day and the versions pinned on it. The table lists the
present versions: if a lane has not passed with exactly this version, it has "not run".
"""

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from localplane.versions import APISERVER, ARGO_CD, ETCD, FLUX, KUBECTL, NODE_TOOLS
from platform_status_kind.commands import KRATIX

__all__ = ["LANES", "Passed", "main", "table"]

_RECORD: Final = Path("tools/tested.json")
_PAGE: Final = Path("docs/start.md")
_TABLE: Final = re.compile(r"(?<=<!-- versions -->\n).*?(?=<!-- end -->)", re.DOTALL)
_USAGE: Final = "usage: python -m platform_status_release.tested --check | --write | make TARGET...\n"

LANES: Final[Mapping[str, Mapping[str, str]]] = {
    "make test": {tool.name: tool.version for tool in (APISERVER, ETCD, KUBECTL)},
    "make test-node": {tool.name: tool.version for tool in NODE_TOOLS},
    "make test-argocd": {"Argo CD": ARGO_CD.version},
    "make test-flux": {f"Flux's {tool.name}": tool.version for tool in FLUX},
    "make kind-demo": {"Kratix": KRATIX[:12]},
}
"""Lane -> program -> its version."""


class Passed(msgspec.Struct, frozen=True):
    """One lane that passed.

    Attributes:
        day: The day, as YYYY-MM-DD in UTC.
        versions: Program -> version, as in `LANES` on that day.
    """

    day: str
    versions: dict[str, str]


def table(record: Mapping[str, Passed]) -> str:
    """Return the table, as Markdown."""
    rows = ["", "| program | version | lane | passed |", "|---|---|---|---|"]
    for lane, versions in LANES.items():
        passed = record.get(lane)
        for program, version in versions.items():
            day = passed.day if passed and passed.versions.get(program) == version else "not run"
            rows.append(f"| {program} | {version} | `{lane}` | {day} |")
    return "\n".join([*rows, "", ""])


def main(arguments: Sequence[str], root: Path = Path()) -> int:
    """Check or write the table; with lanes as arguments, first record that they passed today.

    Args:
        arguments: ``--check``, ``--write``, or names of steps; steps that are not lanes are ignored.
        root: The checkout.

    Returns:
        The exit code: 0 done, 1 the page is stale, 2 wrong usage.
    """
    if not arguments or any(argument.startswith("--") for argument in arguments[1:]):
        sys.stderr.write(_USAGE)
        return 2
    record = msgspec.json.decode((root / _RECORD).read_bytes(), type=dict[str, Passed])
    if not arguments[0].startswith("--"):
        day = datetime.now(UTC).strftime("%Y-%m-%d")
        record |= {lane: Passed(day, dict(LANES[lane])) for lane in arguments if lane in LANES}
        (root / _RECORD).write_bytes(msgspec.json.format(msgspec.json.encode(record, order="sorted")) + b"\n")
    page = (root / _PAGE).read_text("utf-8")
    wanted = _TABLE.sub(lambda _: table(record), page)
    if arguments[0] != "--check":
        (root / _PAGE).write_text(wanted, "utf-8")
    elif wanted != page:
        sys.stderr.write(f"{_PAGE}: the versions are stale; run python -m platform_status_release.tested --write\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
