"""Requests to ask about: one per status that the golden cases and the lives know, and what must be said of it."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.merge import merged_status
from tests.golden.cases import cases_in
from tests.golden.sections import read_documents
from tests.lives.telling import load, tell

__all__ = ["DOCS", "PHASES", "is_ready", "known", "request", "verdict"]

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs/compatibility"

Json = dict[str, Any]

PHASES = {
    "Ready": "Healthy",
    "Scheduled": "Progressing",
    "Progressing": "Progressing",
    "Deleting": "Progressing",
    "Degraded": "Degraded",
    "Failed": "Degraded",
    "Unknown": "Unknown",
}
"""What Argo CD must say of each phase, unless somebody has to act first."""

_SUSPENDED = ("Paused", "WorkflowSuspended")


def request(status: object, generation: int = 1, **metadata: object) -> Json:
    """Return a request; a status of None is none at all."""
    found: Json = {
        "apiVersion": "platform.integratn.tech/v1alpha1",
        "kind": "VClusterOrchestratorV2",
        "metadata": {"name": "media", "namespace": "team-a", "generation": generation, **metadata},
        "spec": {"name": "media"},
    }
    return found if status is None else {**found, "status": status}


@cache
def known() -> tuple[tuple[str, str], ...]:
    """Return every known request as a title and JSON, so that no test changes another's."""
    return tuple(
        (title, json.dumps(resource, default=str))
        for source in (_table(), _documents(), _lives())
        for title, resource in source
    )


def is_ready(resource: Mapping[str, Any]) -> bool:
    """Say whether a request is Ready by the letter of the contract, for exactly what the user wants now."""
    status, metadata = resource.get("status"), resource["metadata"]
    if not isinstance(status, dict) or "deletionTimestamp" in metadata:
        return False
    health, conditions = status.get("health"), status.get("conditions")
    observed = health.get("observedGeneration") if isinstance(health, dict) else None
    entries = conditions if isinstance(conditions, list) else []
    ready = [entry for entry in entries if isinstance(entry, dict) and _same(entry.get("type"), "Ready")]
    return (
        isinstance(observed, int | float)
        and not isinstance(observed, bool)
        and observed == metadata["generation"]
        and _same(status.get("phase"), "Ready")
        and len(ready) == 1
        and _same(ready[0].get("status"), "True")
    )


def verdict(resource: Mapping[str, Any]) -> str:
    """Return what Argo CD must say of a status as our sidecar writes it."""
    status = resource["status"]
    ready = next(entry for entry in status["conditions"] if isinstance(entry, dict) and entry.get("type") == "Ready")
    return "Suspended" if ready["reason"] in _SUSPENDED else PHASES[status["phase"]]


def _same(value: object, text: str) -> bool:
    return isinstance(value, str) and value == text


def _table() -> Iterator[tuple[str, Json]]:
    for case in cases_in("table"):
        generation = case.facts.generation
        yield f"before {case.name}", request(case.status, generation)
        status = merged_status(case.status, conclude(case.history, case.observation, case.facts, case.now), case.now)
        yield f"after {case.name}", request(status, generation)
        yield f"after {case.name} and an edit", request(status, generation + 1)


def _documents() -> Iterator[tuple[str, Json]]:
    for group in ("invalid", "valid"):
        for name, document in read_documents(ROOT / "tests/golden/documents/status" / group).items():
            yield f"{group} document {name}", request(document)


def _lives() -> Iterator[tuple[str, Json]]:
    for path in sorted((ROOT / "tests/lives").glob("*.yaml")):
        story = load(path)
        yield f"life {path.stem}, the beginning", request(story.status)
        for index, status in enumerate(tell(story).statuses):
            health = status["health"]
            assert isinstance(health, dict)
            yield f"life {path.stem}, write {index}", request(status, health["observedGeneration"])
