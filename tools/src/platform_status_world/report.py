"""The result of a journey, as values to assert on and as text, with a table of containers first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from platform_status_world.journey import SIDECAR, Moment
from platform_status_world.ledger import Ran

__all__ = ["Report", "containers_table", "table"]

_MIB = 1024 * 1024
_HEAD = ("pod", "container", "image", "uid", "cpu", "memory", "peak MiB", "s", "ended")
_RIGHT = {"uid", "cpu", "memory", "peak MiB", "s"}


def mebibytes(number: int) -> str:
    """Return bytes as MiB with one decimal."""
    return f"{number / _MIB:.1f}"


def containers_table(rows: Sequence[Ran], now: datetime) -> str:
    """Return a table with one line for each run of a container.

    A peak includes page cache; a container that ended within a tenth of a second may have none.

    Args:
        rows: The runs.
        now: The present time, for running containers.
    """
    return table(_HEAD, [_cells(row, now) for row in rows], right=_RIGHT)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: set[str]) -> str:
    """Return lines with aligned columns.

    Args:
        head: The columns' names.
        rows: The cells.
        right: Names of the columns that are aligned to the right.
    """
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(head, cells, widths, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(head), line(["-" * width for width in widths]), *(line(row) for row in rows)])


def _cells(row: Ran, now: datetime) -> tuple[str, ...]:
    seen = row.measured
    return (
        _short(row.pod),
        row.container,
        row.image.removeprefix("REGISTRY.invalid/platform-status/"),
        "" if seen is None or seen.uid is None else str(seen.uid),
        row.limits.get("cpu", ""),
        row.limits.get("memory", ""),
        "" if seen is None else mebibytes(seen.peak),
        f"{row.seconds(now):.0f}",
        "runs" if row.exit_code is None else f"{row.exit_code} {row.reason}".strip(),
    )


def _short(pod: str, width: int = 44) -> str:
    return pod if len(pod) <= width else f"{pod[:20]}...{pod[-(width - 23) :]}"


@dataclass(frozen=True)
class Report:
    """The result of a journey.

    Attributes:
        phases: The phases of the request, in order.
        moments: The same, each with the change before it.
        ready_after: Seconds from the request's creation to Ready.
        complaints: The errors of Kratix's containers and passes.
        rows: Every run of a container, in the order of their start.
    """

    phases: Sequence[str]
    moments: Sequence[Moment]
    ready_after: float
    complaints: Sequence[str]
    rows: Sequence[Ran]

    def of(self, container: str) -> list[Ran]:
        """Return the runs of the long-running containers with a name, without those of Jobs."""
        return [row for row in self.rows if row.container == container and not row.pod.startswith("kratix-")]

    def text(self) -> str:
        """Return everything, as text."""
        moments = [(m.phase, m.reason, f"{m.seconds:.1f}", m.after) for m in self.moments]
        head = ("phase", "reason", "s", "after")
        peaks = [row.measured.peak for row in self.of(SIDECAR) if row.measured is not None]
        limit = next((row.limits.get("memory", "none") for row in self.of(SIDECAR)), "none")
        peak = f"{mebibytes(max(peaks))} MiB" if peaks else "not measured"
        return "\n".join(
            [
                containers_table(self.rows, datetime.now(UTC)),
                "",
                table(head, moments, right={"s"}),
                "",
                f"request to Ready: {self.ready_after:.1f} s",
                f"peak memory of the sidecar's container, page cache included: {peak} under its limit of {limit}",
            ]
        )
