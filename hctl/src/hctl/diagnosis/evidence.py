"""What was fetched for a diagnosis, and what a look at it yields."""

from enum import IntEnum
from typing import Any

from msgspec import Struct

__all__ = ["Absent", "Container", "Evidence", "Fetched", "Grade", "Log", "Look", "Rank", "Unread"]


class Absent(Struct, frozen=True):
    """We looked, and it is not there."""


class Unread(Struct, frozen=True):
    """We could not look.

    Attributes:
        why: In a few words.
    """

    why: str


Fetched = Any | Absent | Unread
"""JSON, or why there is none."""


class Container(Struct, frozen=True):
    """Whose log is wanted.

    Attributes:
        namespace: Of the pod.
        pod: Its name.
        container: Name of the container.
        previous: Whether the run before the present one is meant.
    """

    namespace: str
    pod: str
    container: str
    previous: bool


class Log(Struct, frozen=True):
    """The end of a log, or why there is none."""

    of: Container
    lines: tuple[str, ...] = ()
    unread: str = ""


class Evidence(Struct, frozen=True):
    """What was found around one request; None for what its contract does not name.

    Attributes:
        jobs: Jobs of the request's workflows.
        works: Its Kratix Works.
        placements: Their WorkPlacements.
        application: Its Argo CD Application.
        pods: The pods that count.
        controllers: Metadata of the controllers named.
        secrets: Metadata of each Secret named, in the contract's order.
        sub_applications: All Applications of the namespace that the contract names for them.
        job_log: End of the log of the container that failed the workflow.
        pod_log: End of the log of the sickest pod.
    """

    jobs: Fetched = None
    works: Fetched = None
    placements: Fetched = None
    application: Fetched = None
    pods: Fetched = None
    controllers: tuple[Fetched, ...] = ()
    secrets: tuple[Fetched, ...] = ()
    sub_applications: Fetched = None
    job_log: Log | None = None
    pod_log: Log | None = None


class Grade(IntEnum):
    """How a look turned out; the order in which causes are sought."""

    BAD = 0
    PAUSED = 1
    UNREADABLE = 2
    WAITING = 3
    GOOD = 4


class Rank(IntEnum):
    """How far upstream a look stands: of two bad ones, the one that comes first explains the other."""

    DELETION = 0
    CONTRACT = 1
    WORKFLOW = 2
    WORKS = 3
    DELIVERY = 4
    PODS = 5
    APPLICATION = 6
    SECRET = 7
    SUB_APPLICATIONS = 8
    SIDECAR = 9


class Look(Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        title: What it is: ``Pods``.
        grade: How it turned out.
        rank: How far upstream it stands.
        summary: In one line.
        details: Further lines, the most telling first.
        log: The end of a log that explains it.
        commands: What to run next, the first one first.
    """

    title: str
    grade: Grade
    rank: Rank
    summary: str
    details: tuple[str, ...] = ()
    log: Log | None = None
    commands: tuple[str, ...] = ()
