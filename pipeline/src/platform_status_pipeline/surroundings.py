"""What every container is given: folders, environment, log, and the way to the cluster."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from platform_status_pipeline.kratix.folders import Folders
from platform_status_pipeline.kratix.live import LiveAccess

__all__ = ["Surroundings"]


class Surroundings(Struct, frozen=True):
    """What a container is given.

    Attributes:
        folders: Kratix' folders.
        environment: Environment variables.
        say: Takes one line for the log.
        settle: Waits out the time in which Kratix' own write must not be disturbed.
        access: Whether the live status may be written, and how.
    """

    folders: Folders
    environment: Mapping[str, str]
    say: Callable[[str], None]
    settle: Callable[[], None]
    access: LiveAccess

    @property
    def dry_run(self) -> bool:
        """Whether nothing outside the folders may change (kratix.md section 8)."""
        return self.environment.get("KRATIX_DRY_RUN", "").lower() == "true"

    @property
    def is_delete(self) -> bool:
        """Whether the workflow is that of an object which is being deleted (kratix.md section 2)."""
        return self.environment.get("KRATIX_WORKFLOW_ACTION") == "delete"
