"""How long one decision takes: the rules alone, on one settled request with ten pods and three sub-applications."""

import statistics
import time

import msgspec

from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.observation import Facts
from tests.lives.telling import BEGINNING
from tests.lives.world import Eyes, World

__all__ = ["microseconds_per_decision"]

_WORDS = {
    "contract": 1,
    "workflow": "completed",
    "works": "written",
    "application": "Synced Healthy",
    "pods": {"ready": 10},
    "secret": "exists",
    "subApps": {"Healthy": 3},
}


def microseconds_per_decision(rounds: int = 2000) -> float:
    """Median time from a stored status to a projection, microseconds."""
    world = msgspec.convert(_WORDS, World)
    observation = Eyes({}).observe(world, BEGINNING)
    status: dict[str, object] = {"contract": world.contract_document()}
    facts = Facts(
        name="media",
        namespace="bench",
        kind="VClusterOrchestratorV2",
        generation=1,
        deleting=False,
        contract=read_contract(status),
        workflow=world.workflow,
    )
    projection = conclude(recall(status), observation, facts, BEGINNING)
    if projection.phase is not Phase.READY:
        raise RuntimeError(f"the bench's request should be Ready, not {projection.phase}")
    status = merged_status(status, projection, BEGINNING)
    times: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        conclude(recall(status), observation, facts, BEGINNING)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6
