"""One look at a world, and the next ones."""

from datetime import datetime

from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.projection import Projection

from .worlds import World

__all__ = ["look", "written"]


def look(world: World, status: object, now: datetime) -> Projection:
    """Conclude from a status."""
    return conclude(recall(status), world.observation, world.facts, now)


def written(world: World, status: object, now: datetime) -> dict[str, object]:
    """The status after a look and its write."""
    return merged_status(status, look(world, status, now), now)
