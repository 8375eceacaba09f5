"""Every picture that hctl draws, at two widths; ``python -m tests.unit.hctl.golden`` writes them anew, to be read."""

import io
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from rich.console import Console, Group, RenderableType

from hctl.diagnosis.conclude import Diagnosis, conclude
from hctl.diagnosis.evidence import Absent, Evidence, Unread
from hctl.diagnosis.orders import Orders
from hctl.drawing.consoles import show
from hctl.drawing.dashboard import dashboard
from hctl.drawing.diagnoses import draw_diagnosis
from hctl.drawing.tables import Listing, choose_columns, problem_lines, silence_lines, sort_requests, summary_line
from hctl.reading.freshness import LeaseReading, judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.read import read_request

from . import evidences
from .requests import NOW, PHASES, RESOURCE, Value, ago, request

__all__ = ["CASES", "FOLDER", "WIDTHS", "judged", "picture"]

FOLDER: Final = Path(__file__).parents[2] / "golden" / "hctl"
WIDTHS: Final = (80, 200)
FRESH: Final = LeaseReading(renewed=NOW - timedelta(seconds=7))
SILENT: Final = LeaseReading(renewed=NOW - timedelta(seconds=640))


def judged(found: object, lease: LeaseReading | None = FRESH) -> Judged:
    """Read and judge a request."""
    view = read_request(found, resource=RESOURCE)
    return judge(view, judge_freshness(view, lease if view.lease else None, NOW))


def picture(drawn: RenderableType, width: int) -> str:
    """Draw without a terminal."""
    stream = io.StringIO()
    show(Console(file=stream, width=width, no_color=True, highlight=False, markup=False, _environ={}), drawn)
    return stream.getvalue()


def _fleet(lease: LeaseReading = FRESH) -> list[Judged]:
    found = [
        judged(request(phase, name="media" if phase == "Ready" else phase.lower(), namespace=f"team-{index}"), lease)
        for index, phase in enumerate(PHASES)
    ]
    return sort_requests(found, "namespace")


def _listing(found: list[Judged], *, wide: bool = False, columns: str = "") -> RenderableType:
    return Listing(
        found, choose_columns(columns, wide=wide, several_kinds=False), NOW, whole=False, chosen=bool(columns)
    )


def _overview(found: list[Judged]) -> RenderableType:
    worst_first = sort_requests(found, "phase")
    lines = problem_lines(worst_first, whole=False)
    return Group(*silence_lines(worst_first), _listing(worst_first), "", *lines, "", summary_line(worst_first))


def diagnosed(phase: str, evidence: Evidence, lease: LeaseReading = FRESH, **status: Value) -> Diagnosis:
    """Diagnose a request."""
    found = request(phase, **status)
    return conclude(judged(found, lease), found, evidence, NOW, Orders())


def _diagnosis(phase: str, evidence: Evidence, lease: LeaseReading = FRESH, **status: Value) -> RenderableType:
    return draw_diagnosis(diagnosed(phase, evidence, lease, **status))


def _unreported() -> object:
    found = request("Scheduled")
    found["status"] = {"phase": "Scheduled", "message": "VCluster resources scheduled for creation"}
    return found


_CRASH: Final = evidences.world(
    pods=[evidences.pod("media-0"), evidences.crashing_pod(), evidences.pod("media-2")],
    pod_log=evidences.crash_log(),
    application=evidences.application(health="Degraded"),
)
_SYNC_FAILED: Final = evidences.application(
    sync="OutOfSync",
    health="Missing",
    operationState={
        "phase": "Failed",
        "message": "one or more objects failed to apply: quota exceeded in vcluster-media",
    },
    conditions=[{"type": "SyncError", "message": "Failed sync attempt to 0.30.4"}],
    resources=[{"kind": "StatefulSet", "name": "media", "status": "OutOfSync", "health": {"status": "Missing"}}],
)

CASES: Final[Mapping[str, Callable[[], RenderableType]]] = {
    **{f"status-{phase.lower()}": lambda phase=phase: dashboard(judged(request(phase)), NOW) for phase in PHASES},  # type: ignore[misc]  # a default that binds
    "status-wide": lambda: dashboard(judged(request("Ready")), NOW, wide=True),
    "status-silent": lambda: dashboard(judged(request("Ready"), SILENT), NOW),
    "status-lease-forbidden": lambda: dashboard(
        judged(request("Ready"), LeaseReading(unreadable="no permission to get the Lease")), NOW
    ),
    "status-lease-missing": lambda: dashboard(judged(request("Ready"), LeaseReading(missing=True)), NOW),
    "status-unreported": lambda: dashboard(judged(_unreported()), NOW),
    "status-contradicted": lambda: dashboard(judged(request("Ready", conditions=[])), NOW),
    "status-refused": lambda: dashboard(
        judged(request("Degraded", problems=["spec.exposure.vip: found 10.9.9.9, expected an address in 10.0.4.0/24"])),
        NOW,
    ),
    "list": lambda: _listing(_fleet()),
    "list-wide": lambda: _listing(_fleet(), wide=True),
    "list-columns": lambda: _listing(_fleet(), columns="name,phase,message"),
    "list-problems": lambda: _listing([entry for entry in _fleet() if entry.problem]),
    "overview": lambda: _overview(_fleet()),
    "overview-silent": lambda: _overview(_fleet(SILENT)),
    "overview-ready": lambda: _overview([judged(request("Ready"))]),
    "diagnose-ready": lambda: _diagnosis("Ready", evidences.healthy()),
    "diagnose-crash": lambda: _diagnosis("Degraded", _CRASH),
    "diagnose-silent": lambda: _diagnosis("Ready", evidences.healthy(), SILENT),
    "diagnose-unschedulable": lambda: _diagnosis(
        "Progressing",
        evidences.world(
            pods=[
                evidences.pod(
                    "media-0",
                    ready=False,
                    phase="Pending",
                    containerStatuses=[],
                    conditions=[
                        {
                            "type": "PodScheduled",
                            "status": "False",
                            "message": "0/3 nodes are available: Insufficient memory",
                        }
                    ],
                )
            ],
            application=evidences.application(health="Progressing"),
        ),
    ),
    "diagnose-sync-failed": lambda: _diagnosis("Failed", evidences.world(application=_SYNC_FAILED, pods=[])),
    "diagnose-works": lambda: _diagnosis(
        "Degraded",
        evidences.world(placements=[evidences.placement(failure="failed to push: authentication required")]),
    ),
    "diagnose-workflow": lambda: _diagnosis(
        "Degraded",
        evidences.world(jobs=[evidences.job(failed="Job has reached the specified backoff limit")]),
        problems=["spec.exposure.vip: found 10.9.9.9, expected an address in 10.0.4.0/24"],
    ),
    "diagnose-secret": lambda: _diagnosis("Degraded", evidences.world(secrets=(Absent(),))),
    "diagnose-forbidden": lambda: _diagnosis(
        "Unknown",
        evidences.world(
            pods=Unread("you have no permission to look"), secrets=(Unread("you have no permission to look"),)
        ),
    ),
    "diagnose-deleting": lambda: _diagnosis("Deleting", evidences.world(application=Absent(), pods=[])),
    "diagnose-no-contract": lambda: _diagnosis(
        "Scheduled",
        Evidence(jobs=[]),
        contract=None,
        health={"reporter": {"lease": "platform-status-system/vcluster-orchestrator-v2", "version": "0.1.0"}},
        conditions=[
            {
                "type": "Ready",
                "status": "False",
                "reason": "WaitingForWorkflow",
                "message": "waiting for the workflow",
                "lastTransitionTime": ago(30),
            }
        ],
    ),
}
"""Name of the golden file -> what is drawn."""


def main() -> None:
    """Write every golden file."""
    for width in WIDTHS:
        for name, draw in CASES.items():
            (FOLDER / f"{name}.{width}.txt").write_text(picture(draw(), width), encoding="utf-8")
    sys.stdout.write(f"{len(CASES) * len(WIDTHS)} pictures in {FOLDER}\n")


if __name__ == "__main__":
    main()
