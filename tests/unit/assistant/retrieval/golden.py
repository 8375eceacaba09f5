"""The context blocks of the golden files; ``python -m tests.unit.assistant.retrieval.golden`` writes them anew."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from platform_status_assistant.retrieval.catalogue import AGES, QUERY_CATALOG
from platform_status_assistant.retrieval.context import LEASES, RECONCILER, gather, render
from platform_status_assistant.retrieval.prometheus import PrometheusError, QueryFailure, Sample, Vector

__all__ = ["BLOCKS", "FOLDER", "NOW", "QUESTION", "Told", "series", "well"]

FOLDER: Final = Path(__file__).parents[3] / "golden" / "assistant" / "retrieval"
NOW: Final = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
QUESTION: Final = "Is my media vCluster ready?"

Series = tuple[dict[str, str], float]


def series(name: str, value: float, namespace: str = "team", **labels: str) -> Series:
    return {"namespace": namespace, "name": name, **labels}, value


@dataclass
class Told:
    """Answers out of a table; what is not in it has no series."""

    answers: dict[str, list[Series] | PrometheusError]
    at: datetime = NOW
    asked: list[str] = field(default_factory=list)

    def query(self, expression: str, *, at: datetime | None = None) -> Vector:
        """Answer."""
        self.asked.append(expression)
        found = self.answers.get(expression, [])
        if isinstance(found, PrometheusError):
            raise found
        samples = tuple(Sample(MappingProxyType(labels), value, self.at) for labels, value in found)
        return Vector(samples, (), at or NOW)


def _query(topic: str, place: int) -> str:
    return QUERY_CATALOG[topic][place][1]


def well(age: float = 12, lease: float = 7, up: float = 1) -> dict[str, list[Series] | PrometheusError]:
    """A platform with media Ready, lab Degraded and a database on its way."""
    scraped = NOW.timestamp() - age
    return {
        RECONCILER: [({"job": "platform-status-reconciler"}, up)],
        LEASES: [({"lease": "platform-status-system/vcluster-orchestrator-v2"}, lease)],
        AGES["platform_status"]: [series("media", scraped), series("lab", scraped)],
        AGES["platform_resources"]: [
            series("media", scraped, kind="VClusterOrchestratorV2"),
            series("lab", scraped, kind="VClusterOrchestratorV2"),
            series("orders", scraped, "data", kind="Database"),
        ],
        _query("platform_status", 0): [series("media", 1), series("lab", 0)],
        _query("platform_status", 1): [series("media", 1, phase="Ready"), series("lab", 1, phase="Degraded")],
        _query("platform_status", 2): [series("media", 1), series("lab", 0.6)],
        _query("platform_resources", 0): [series("orders", 1, "data", kind="Database", phase="Progressing")],
        _query("platform_resources", 2): [
            series("lab", 1, kind="VClusterOrchestratorV2", reason="PodsNotReady"),
            series("orders", 1, "data", kind="Database", reason="PodsNotReady"),
        ],
    }


def _block(told: Told, question: str = QUESTION) -> str:
    return render(gather(question, told, NOW))


def _gone() -> Told:
    text = "Prometheus http://127.0.0.1:9090 cannot be reached: Connection refused; check the URL, and that it runs"
    return Told({RECONCILER: PrometheusError(text, QueryFailure.UNREACHABLE)})


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "well": lambda: _block(Told(well())),
    "silent": lambda: _block(Told(well(age=610, lease=640, up=0))),
    "unreachable": lambda: _block(_gone()),
    "empty": lambda: _block(Told({})),
    "other-topic": lambda: _block(Told(well()), "What is for lunch?"),
    "old-answer": lambda: _block(Told(well(age=7212), at=NOW - timedelta(hours=2))),
}
"""Name of the golden file -> what is rendered."""


def main() -> None:
    """Write every golden file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, block in BLOCKS.items():
        (FOLDER / f"{name}.txt").write_text(block(), encoding="utf-8")
    sys.stdout.write(f"{len(BLOCKS)} blocks in {FOLDER}\n")


if __name__ == "__main__":
    main()
