"""Why each row of the phase table matched, or did not: the rows of `rules.project`, taken apart into their demands.

The rules answer yes or no; people ask why not. What stands here decides nothing. A property test holds it to the rules:
a row matches if and only if all of its demands are met.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from hctl.texts import duration
from platform_status_contract.rules.assessment import Assessment, Verdict
from platform_status_contract.rules.observation import Workflow
from platform_status_contract.rules.project import CAUGHT_UP_SECONDS, DEGRADED_SECONDS, Table
from platform_status_contract.rules.timers import SourceName, Timer, bad_timer

__all__ = ["SOURCE_WORDS", "TITLES", "RowVerdict", "demands", "walk"]

TITLES: Final[Mapping[str, str]] = {
    "1": "Deleting: the request is being deleted",
    "2": "no readable contract",
    "3": "Ready: everything is good",
    "4": "Ready: something bad is tolerated for now",
    "5": "Failed: Degraded, and down for too long",
    "6": "Degraded: was Ready, and something is bad",
    "7": "Degraded: the progress deadline has passed",
    "8": "Unknown: something cannot be read",
    "9": "Progressing: on its way",
    "10": "Scheduled: nothing has been seen yet",
}
"""The rows of the table (design.md section 5), in words."""

SOURCE_WORDS: Final[Mapping[SourceName, str]] = {
    SourceName.WORKS: "Works",
    SourceName.ARGO_SYNC: "Argo CD's sync",
    SourceName.ARGO_HEALTH: "Argo CD's health",
    SourceName.PODS: "pods",
    SourceName.SECRET: "the Secret",
    SourceName.SUB_APPS: "sub-applications",
}

Demand = tuple[bool, str]
"""Whether something that a row demands is so, and what to say if it is not."""


class RowVerdict(Struct, frozen=True):
    """One row of the table.

    Attributes:
        row: Its number; 2a, 2b or 2c where row 2 matched.
        title: What it is about.
        matched: Whether it is the one that decided.
        why: Why not, one phrase a demand that is not met; empty for the one that matched.
    """

    row: str
    title: str
    matched: bool
    why: tuple[str, ...] = ()


def walk(table: Table | None, matched: str) -> tuple[RowVerdict, ...]:
    """Go down the table to the row that matched.

    Args:
        table: What the rows look at; None if rows 1 or 2 decided without looking.
        matched: The row that the rules chose.
    """
    found: list[RowVerdict] = []
    for row, title in TITLES.items():
        if row == matched.rstrip("abc"):
            return (*found, RowVerdict(matched, title, matched=True))
        if row == "1":
            why: tuple[str, ...] = ("deletionTimestamp is not set",)
        elif row == "2":
            why = ("the contract can be read",)
        else:
            why = tuple(text for holds, text in demands(row, table) if not holds) if table is not None else ()
        found.append(RowVerdict(row, title, matched=False, why=why))
    return tuple(found)


def demands(row: str, table: Table) -> tuple[Demand, ...]:
    """List what one of the rows 3 to 10 demands; it matches if all of it is so, and no row before it did."""
    return tuple(_DEMANDS[row](table))


def _row_3(table: Table) -> Iterator[Demand]:
    blocking = table.summary.blocking
    yield not blocking, f"not everything is good: {_named(blocking)}"
    yield not table.behind, "reality lags behind the spec"
    settled = not table.situation.updating or table.lasted(Timer.CAUGHT_UP, CAUGHT_UP_SECONDS)
    yield settled, f"an update is rolled out, and has not been caught up with for {CAUGHT_UP_SECONDS}s"


def _row_4(table: Table) -> Iterator[Demand]:
    situation, summary = table.situation, table.summary
    yield situation.first_ready, "it was never Ready"
    yield situation.history.phase == "Ready", f"it was {situation.history.phase or 'in no phase'} before, not Ready"
    yield not situation.updating, "an update is rolled out"
    yield not table.behind, "reality lags behind the spec"
    bad = summary.having(Verdict.BAD)
    yield bool(bad), "nothing is bad"
    blind = summary.having(Verdict.UNREADABLE, Verdict.PAUSED)
    yield not blind, f"that is for what is bad only: {_named(blind)}"
    seconds = situation.contract.thresholds.degraded_after_seconds
    long = [found for found in bad if table.lasted(bad_timer(found.source), seconds)]
    yield not long, f"degradedAfterSeconds ({seconds}) is over: {_named(long)}"


def _row_5(table: Table) -> Iterator[Demand]:
    phase = table.situation.history.phase
    yield phase in ("Degraded", "Failed", "Unknown"), f"it was {phase or 'in no phase'} before, not Degraded or Failed"
    lasted = table.lasted(Timer.DEGRADED, DEGRADED_SECONDS)
    yield lasted, f"{_age(table, Timer.DEGRADED, 'Degraded')}, less than {DEGRADED_SECONDS}s"
    seconds = table.situation.contract.thresholds.failed_after_seconds
    down = table.workloads_down or table.application_failed or table.sync_failed
    yield (
        down,
        f"neither too few pods nor a Degraded Application for failedAfterSeconds ({seconds}), nor a failed sync",
    )


def _row_6(table: Table) -> Iterator[Demand]:
    situation = table.situation
    worst = table.summary.having(Verdict.BAD, Verdict.PAUSED) if situation.first_ready else ()
    why = "nothing is bad or paused" if situation.first_ready else "it was never Ready"
    if situation.updating:
        down = {SourceName.PODS: table.workloads_down, SourceName.ARGO_HEALTH: table.application_failed}
        why = f"{_named(worst)}, but while an update is rolled out only what lasts counts" if worst else why
        worst = tuple(found for found in worst if down.get(found.source, False))
    newer = table.facts.generation > situation.contract.generation
    failed = newer and table.facts.workflow is Workflow.FAILED
    yield bool(worst) or failed, f"{why}, and no workflow of a change has failed"


def _row_7(table: Table) -> Iterator[Demand]:
    situation = table.situation
    deadline = situation.contract.thresholds.progress_deadline_seconds
    late = situation.overdue and bool(table.summary.readable)
    stuck = table.facts.workflow not in (Workflow.RUNNING, Workflow.SUSPENDED) and not situation.updating
    known = situation.first_ready or situation.overdue
    lagging = known and table.behind and stuck and table.lasted(Timer.BEHIND, deadline)
    why = "it was Ready once" if situation.first_ready else f"{_age(table, Timer.STARTED, 'started')}, of {deadline}s"
    yield late or lagging, f"{why}, and it does not lag behind the spec for that long with nothing under way"


def _row_8(table: Table) -> Iterator[Demand]:
    yield bool(table.summary.having(Verdict.UNREADABLE)), "everything could be read"


def _row_9(table: Table) -> Iterator[Demand]:
    yield (
        Timer.STARTED in table.since or table.situation.updating or table.behind,
        "nothing was ever there, nothing is updated, nothing lags",
    )


def _row_10(_table: Table) -> Iterator[Demand]:
    yield True, ""


_DEMANDS: Final[Mapping[str, Callable[[Table], Iterator[Demand]]]] = {
    "3": _row_3,
    "4": _row_4,
    "5": _row_5,
    "6": _row_6,
    "7": _row_7,
    "8": _row_8,
    "9": _row_9,
    "10": _row_10,
}


def _named(found: "tuple[Assessment, ...] | list[Assessment]") -> str:
    return ", ".join(f"{SOURCE_WORDS[entry.source]} {entry.verdict.name.lower()} ({entry.reason})" for entry in found)


def _age(table: Table, timer: Timer, word: str) -> str:
    since: datetime | None = table.since.get(timer)
    return f"{word} for {duration((table.clock.now - since).total_seconds())}" if since else f"not {word}"
