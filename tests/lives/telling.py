"""Plays a story: the clock jumps from event to event, the rules decide, only the status remembers.

Between two events of the story the teller stops at every wake-up that the rules asked for, and nowhere else: a deadline
that the rules forget to announce is a phase that never comes.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import yaml

from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.observation import Facts
from tests.lives.world import Eyes, World

__all__ = ["BEGINNING", "Chapter", "Story", "Told", "duration", "load", "tell"]

BEGINNING = datetime(2026, 2, 26, 10, 0, 0, tzinfo=UTC)
KRATIX_CONDITION = {
    "type": "ConfigureWorkflowCompleted",
    "status": "True",
    "reason": "PipelinesExecutedSuccessfully",
    "lastTransitionTime": "2026-02-26T09:59:00Z",
}
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


class Chapter(msgspec.Struct, forbid_unknown_fields=True):
    """One event of a story.

    Attributes:
        at: How long after the beginning, such as ``1h5m``.
        world: What changes.
        clock: A jump of the sidecar's clock, such as ``-1h``, that lasts from here on.
    """

    at: str
    world: dict[str, object] = {}
    clock: str = ""


class Story(msgspec.Struct, forbid_unknown_fields=True):
    """A life, and the phases it must go through.

    Attributes:
        story: What happens, in a sentence or two.
        life: The events.
        phases: Every change of phase or of Ready's reason: ``TIME PHASE REASON``.
        status: The status it starts with; by default none.
        restarts: ``exact`` if a restart at any moment must not move a single phase, ``shifted`` if it may delay one by
            up to 60 s, because how long a source has been unreadable is not in the status.
    """

    story: str
    life: list[Chapter]
    phases: list[str]
    status: dict[str, object] = {}
    restarts: str = "exact"


class Told(msgspec.Struct):
    """A story as it went.

    Attributes:
        phases: As in `Story.phases`.
        writes: How often the status changed.
        moments: When something was decided.
        status: The last status.
        statuses: Every status that was written.
    """

    phases: list[str] = []
    writes: int = 0
    moments: list[timedelta] = []
    status: dict[str, object] = {}
    statuses: list[dict[str, object]] = []


def duration(text: str) -> timedelta:
    """Read ``1h5m30s``; a sign may stand before it."""
    parts = re.findall(r"(\d+)([dhms])", text)
    if not re.fullmatch(r"-?(\d+[dhms])+", text):
        raise ValueError(f"{text!r} is not a duration such as 1h5m30s")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    return timedelta(seconds=-seconds if text.startswith("-") else seconds)


def _written(age: timedelta) -> str:
    seconds, text = int(age.total_seconds()), ""
    for unit, size in _UNITS.items():
        if seconds >= size:
            text += f"{seconds // size}{unit}"
            seconds %= size
    return text or "0s"


def load(path: Path) -> Story:
    """Read a story; a word that no story knows is an error."""
    return msgspec.convert(yaml.safe_load(path.read_text()), Story)


def tell(story: Story, *, restarts: Sequence[timedelta] = (), end: timedelta = timedelta(hours=1)) -> Told:
    """Play a story to its end.

    Args:
        story: The story.
        restarts: Moments at which the sidecar is killed and started again.
        end: How long to go on after the last event.
    """
    told = Told(status={"conditions": [KRATIX_CONDITION], **story.status})
    world, changed, skew = World(), dict[str, datetime](), timedelta()
    eyes = Eyes(changed)
    chapters = {duration(chapter.at): chapter for chapter in story.life}
    agenda = sorted({*chapters, *restarts})
    last = max(agenda) + end
    while agenda:
        age = agenda.pop(0)
        if age in chapters:
            chapter = chapters[age]
            world = msgspec.convert({**msgspec.to_builtins(world), **chapter.world}, World)
            changed |= dict.fromkeys(chapter.world, BEGINNING + age)
            skew = duration(chapter.clock) if chapter.clock else skew
        if age in restarts:
            eyes = Eyes(changed)
        wake = _decide(told, world, eyes, age, skew)
        if wake is not None and wake <= last and (not agenda or wake < agenda[0]):
            agenda.insert(0, wake)
    return told


def _decide(told: Told, world: World, eyes: Eyes, age: timedelta, skew: timedelta) -> timedelta | None:
    now = BEGINNING + age + skew
    document = world.contract_document()
    stored = {**told.status} if document is None else {**told.status, "contract": document}
    facts = Facts(
        name="media",
        namespace="team-a",
        kind="VClusterOrchestratorV2",
        generation=world.generation,
        deleting=world.deleting,
        contract=read_contract(stored),
        workflow=world.workflow,
        workflow_message=world.says,
        reporter_lease="platform-status-system/vcluster-orchestrator-v2",
        reporter_version="0.1.0",
    )
    # observed by the real clock, decided by the sidecar's
    projection = conclude(recall(stored), eyes.observe(world, now), facts, now)
    status = merged_status(stored, projection, now)
    if {**status, "lastReconciled": None} != {**stored, "lastReconciled": None}:
        told.writes += 1
        told.statuses.append(status)
    told.status = status
    told.moments.append(age)
    line = f"{projection.phase.value} {projection.ready.reason}"
    if not told.phases or told.phases[-1].split(" ", 1)[1] != line:
        told.phases.append(f"{_written(age)} {line}")
    return None if projection.wake is None else projection.wake - skew - BEGINNING
