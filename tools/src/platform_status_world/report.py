"""What a journey showed, as facts to assert on and as text to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from platform_status_world.journey import SIDECAR, Moment
from platform_status_world.ledger import Ran
from platform_status_world.table import containers_table, mebibytes, table

__all__ = ["Report"]


@dataclass(frozen=True)
class Report:
    """What a journey showed.

    Attributes:
        phases: The phases of the request, in order.
        moments: The same, each with what it followed.
        ready_after: Seconds from the request's creation to Ready.
        complaints: What Kratix's containers and passes complained about.
        rows: Every run of a container, in the order of their start.
    """

    phases: Sequence[str]
    moments: Sequence[Moment]
    ready_after: float
    complaints: Sequence[str]
    rows: Sequence[Ran]

    def of(self, container: str) -> list[Ran]:
        """Return the runs of the containers of that name that stay up: those of Jobs left out."""
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
