"""The duration of each step of Kratix; measured on real Kratix, scaled by one factor (kratix.md, "Measured")."""

from dataclasses import dataclass

__all__ = ["Timings"]

# A real loop was measured at 89 status PUTs a second (kratix.md, "Measured").
_LOOP_WRITES_PER_SECOND = 89


@dataclass(frozen=True)
class Timings:
    """Durations in seconds: the measured ones times `pace`.

    Attributes:
        pace: 1.0 plays in real time; 0.1 ten times as fast. The order of events does not change.
    """

    pace: float = 1.0

    @property
    def notice(self) -> float:
        """From a change of the request to Kratix's first write."""
        return 0.05 * self.pace

    @property
    def window(self) -> float:
        """Between the Job's creation and the starting status (section 11.4)."""
        return 1.1 * self.pace

    @property
    def pod_start(self) -> float:
        """Between the Job's creation and its reader; always after the window, or the Job's own write would conflict."""
        return 1.8 * self.pace

    @property
    def job_end(self) -> float:
        """Between the end of the status writer and Kratix's event for the finished Job."""
        return 3.0 * self.pace

    @property
    def retry(self) -> float:
        """Between two tries of a container."""
        return 1.0 * self.pace

    @property
    def schedule(self) -> float:
        """Between the Work and its placements."""
        return 0.1 * self.pace

    @property
    def store(self) -> float:
        """Between a placement and its successful write."""
        return 0.5 * self.pace

    @property
    def promise_workflow(self) -> float:
        """Between an upgrade of the Promise and the end of its own workflow, when the Promise is available again."""
        return 10.0 * self.pace

    @property
    def look_again(self) -> float:
        """Interval after which Kratix checks a request again whose Promise was not available."""
        return 60.0 * self.pace

    @property
    def loop(self) -> float:
        """Between two writes of an endless loop; not scaled, so that a test can count them."""
        return 1 / _LOOP_WRITES_PER_SECOND
