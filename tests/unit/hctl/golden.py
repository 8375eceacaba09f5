"""Every picture that hctl draws, at two widths; ``python -m tests.unit.hctl.golden`` writes them anew, to be read."""

import io
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console, Group, RenderableType

from hctl.diagnosis.conclude import Diagnosis, conclude
from hctl.diagnosis.evidence import Events, WarningEvent
from hctl.diagnosis.orders import Orders
from hctl.drawing.consoles import show
from hctl.drawing.dashboard import dashboard
from hctl.drawing.diagnoses import draw_diagnosis
from hctl.drawing.explanations import draw_tree
from hctl.drawing.tables import Listing, choose_columns, problem_lines, silence_lines, sort_requests, summary_line
from hctl.reading.freshness import LeaseReading, judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.read import read_request
from platform_status_contract.rules.merge import merged_status
from tests.golden.sections import write_sections

from . import evidences
from .requests import NOW, PHASES, RESOURCE, Value, ago, request

__all__ = ["CASES", "FOLDER", "WIDTHS", "diagnosed", "file_of", "judged", "picture", "titled", "written", "young"]

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


def diagnosed(found: Value, world: evidences.World, lease: LeaseReading = FRESH) -> Diagnosis:
    """Diagnose a request in a world."""
    return conclude(evidences.evidence(found, world, lease), Orders())


def written(found: Value, world: evidences.World) -> Value:
    """The request once the sidecar has written what it sees."""
    for _ in range(2):
        projection = evidences.evidence(found, world, FRESH).explanation.projection
        found = {**found, "status": merged_status(found["status"], projection, NOW)}
    return found


def _diagnosis(found: Value, world: evidences.World, lease: LeaseReading = FRESH) -> RenderableType:
    return draw_diagnosis(diagnosed(found, world, lease))


def _tree(found: Value, world: evidences.World) -> RenderableType:
    return draw_tree(evidences.evidence(written(found, world), world, FRESH).explanation)


def _settled(found: Value, world: evidences.World) -> RenderableType:
    return _diagnosis(written(found, world), world)


def young(**status: Value) -> Value:
    """A request that was started, and never Ready."""
    health = {"observedGeneration": 3, "reporter": request("Ready")["status"]["health"]["reporter"]}
    found = request("Progressing", **{"health": {**health, "since": {"started": ago(300)}}, **status})
    found["status"]["conditions"] = found["status"]["conditions"][-1:]
    return found


def failed() -> Value:
    """A request of which too few pods have been ready for too long."""
    found = request("Failed")
    found["status"]["health"]["since"] |= {"degraded": ago(900), "belowMinReadyRatio": ago(700)}
    return found


def tolerant() -> Value:
    """A contract that tolerates what is bad for ten minutes."""
    return {**request("Ready")["status"]["contract"], "thresholds": {"degradedAfterSeconds": 600}}


def failing_for(seconds: int) -> Value:
    """A request whose Works could not be written for so long."""
    found = request("Ready")
    found["status"]["health"]["since"]["worksFailing"] = ago(seconds)
    return found


def refused() -> Value:
    """A request whose newest edit the pipeline refused."""
    problem = "spec.exposure.vip: found 10.9.9.9, expected an address in 10.0.4.0/24"
    failed = [{"name": "vcluster-configure", "phase": "Failed"}]
    found = request("Ready", problems=[problem], kratix={"workflows": {"pipelines": failed}})
    found["metadata"]["generation"] = 4
    found["status"]["conditions"].pop()
    return found


def waiting(phase: str, **pipeline: Value) -> Value:
    """A request whose workflow has made nothing yet."""
    pipelines = [{"name": "contract", "phase": phase, **pipeline}]
    found = young(kratix={"workflows": {"pipelines": pipelines}}, contract=None)
    del found["status"]["health"]["since"]["started"]
    return found


def _starting() -> Value:
    """A degraded request whose workflow Kratix has just started again."""
    return request("Degraded", message="Pending")


def _eventful(events: Events) -> RenderableType:
    """A crash, and what was read of events."""
    found = diagnosed(written(request("Ready"), _CRASH), _CRASH)
    return draw_diagnosis(msgspec.structs.replace(found, events=events))


def _unreported() -> object:
    found = request("Scheduled")
    found["status"] = {"phase": "Scheduled", "message": "VCluster resources scheduled for creation"}
    return found


_MINUTE: Final = timedelta(minutes=1)
_CRASH: Final = evidences.World(
    pods=[evidences.pod("media-0"), evidences.crashing_pod(), evidences.pod("media-2")],
    pod_log=evidences.crash_log(),
    application=[evidences.application(health="Degraded")],
)
_DOWN: Final = evidences.World(pods=[evidences.pod(f"media-{number}", ready=False) for number in range(2)])
_WARNINGS: Final = (
    WarningEvent(
        "Pod", "vcluster-media", "media-1", "BackOff", "Back-off restarting failed container syncer", 31, NOW - _MINUTE
    ),
    WarningEvent("Pod", "vcluster-media", "media-1", "Unhealthy", "Readiness probe failed", 1, NOW - 9 * _MINUTE),
    WarningEvent("StatefulSet", "vcluster-media", "media", "FailedUpdate", "", 2, None),
)
_NOTHING_MADE: Final = evidences.World(
    works=[], placements=[], application=[], pods=[], controllers=[], secrets=[], sub_applications=[]
)
_GATED: Final = {
    **evidences.pod(
        "media-1",
        ready=False,
        conditions=[
            {"type": "Ready", "status": "False", "reason": "ReadinessGatesNotReady"},
            {"type": "ContainersReady", "status": "True"},
            {
                "type": "lb.example.org/registered",
                "status": "False",
                "reason": "TargetUnhealthy",
                "message": "port 443",
            },
        ],
        containerStatuses=[{"name": "syncer", "ready": True, "restartCount": 0, "state": {"running": {}}}],
    ),
    "spec": {"readinessGates": [{"conditionType": "lb.example.org/registered"}, {"conditionType": "never/set"}]},
}
_SYNC_FAILED: Final = evidences.application(
    sync="OutOfSync",
    health="Missing",
    operationState={
        "phase": "Failed",
        "message": "one or more objects failed to apply: quota exceeded in vcluster-media",
        "finishedAt": ago(130),
        "retryCount": 5,
        "operation": {"retry": {"limit": 5}},
        "syncResult": {
            "resources": [
                {
                    "kind": "StatefulSet",
                    "name": "media",
                    "status": "SyncFailed",
                    "message": "quota exceeded in vcluster-media",
                }
            ]
        },
    },
    conditions=[{"type": "SyncError", "message": "Failed sync attempt to 0.30.4"}],
    resources=[{"kind": "StatefulSet", "name": "media", "status": "OutOfSync", "health": {"status": "Missing"}}],
)

_OWNED: Final = {"ownerReferences": [{"kind": "StatefulSet", "name": "media", "controller": True}]}
_LEFT: Final = {
    **evidences.pod("media-1", ready=False, metadata={**_OWNED, "deletionTimestamp": ago(7200)}),
    "spec": {"nodeName": "worker-3"},
}


def _wanting(pods: int, **status: Value) -> Value:
    return {**evidences.controller(), "spec": {"replicas": pods}, "status": status}


def _without_secret(resource: Value) -> evidences.World:
    """The Secret is missing, and the Application ships one more resource."""
    shipped = [{"namespace": evidences.NAMESPACE, "status": "Synced", **resource}]
    return evidences.World(secrets=[], application=[evidences.application(resources=shipped)])


def _without_pods() -> Value:
    """A request whose controller has lacked pods for a minute."""
    found = request("Ready")
    found["status"]["health"]["since"]["controllersBehind"] = ago(60)
    return found


CASES: Final[Mapping[str, Callable[[], RenderableType]]] = {
    **{f"status-{phase.lower()}": lambda phase=phase: dashboard(judged(request(phase)), NOW) for phase in PHASES},  # type: ignore[misc]  # a default that binds
    "status-pending": lambda: dashboard(judged(_starting()), NOW),
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
    "list-pending": lambda: _listing([judged(_starting())]),
    "list-problems": lambda: _listing([entry for entry in _fleet() if entry.problem]),
    "overview": lambda: _overview(_fleet()),
    "overview-silent": lambda: _overview(_fleet(SILENT)),
    "overview-ready": lambda: _overview([judged(request("Ready"))]),
    "tree-ready": lambda: _tree(request("Ready"), evidences.healthy()),
    "tree-crash": lambda: _tree(request("Ready"), _CRASH),
    "tree-nothing-made": lambda: _tree(young(), _NOTHING_MADE),
    "tree-scheduled": lambda: _tree(waiting("Running"), _NOTHING_MADE),
    "tree-failed": lambda: _tree(failed(), _DOWN),
    "tree-deleting": lambda: _tree(request("Deleting"), evidences.World(application=[], pods=[])),
    "tree-unknown": lambda: _tree(request("Unknown"), evidences.World(hidden=["pods"], pods=[])),
    "diagnose-ready": lambda: _settled(request("Ready"), evidences.healthy()),
    "diagnose-crash": lambda: _settled(request("Ready"), _CRASH),
    "diagnose-events": lambda: _eventful(Events(NOW, _WARNINGS)),
    "diagnose-events-none": lambda: _eventful(Events(NOW)),
    "diagnose-events-forbidden": lambda: _eventful(
        Events(NOW, unread="Pod vcluster-media/media-1: you have no permission to read it")
    ),
    "diagnose-just-broken": lambda: _diagnosis(request("Ready"), _CRASH),
    "diagnose-just-healed": lambda: _diagnosis(written(request("Ready"), _CRASH), evidences.healthy()),
    "diagnose-tolerating": lambda: _settled(
        request("Ready", contract=tolerant()), evidences.World(pods=[evidences.restarted_pod(10)])
    ),
    "diagnose-silent": lambda: _diagnosis(request("Ready"), evidences.healthy(), SILENT),
    "diagnose-young": lambda: _settled(
        young(), evidences.World(application=[], pods=[], secrets=[], sub_applications=[])
    ),
    "diagnose-unschedulable": lambda: _settled(
        young(),
        evidences.World(
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
            application=[evidences.application(health="Progressing")],
        ),
    ),
    "diagnose-readiness-gate": lambda: _settled(
        request("Ready"), evidences.World(pods=[evidences.pod("media-0"), _GATED])
    ),
    "diagnose-lacking": lambda: _settled(
        _without_pods(), evidences.World(controllers=[_wanting(3, replicas=0)], pods=[])
    ),
    "diagnose-scaled-to-zero": lambda: _settled(request("Ready"), evidences.World(controllers=[_wanting(0)], pods=[])),
    "diagnose-node-lost": lambda: _settled(
        request("Ready"),
        evidences.World(
            controllers=[_wanting(2, replicas=2, readyReplicas=1, updatedReplicas=2)],
            pods=[evidences.pod("media-0", metadata=_OWNED), _LEFT],
        ),
    ),
    "diagnose-blamed": lambda: _settled(
        request("Ready"),
        evidences.World(
            application=[
                evidences.application(
                    health={
                        "status": "Degraded",
                        "message": "Caused by apps/Deployment:vcluster-media/web",
                        "lastTransitionTime": ago(900),
                    },
                    resources=[{"kind": "Deployment", "name": "web", "status": "Synced"}],
                )
            ]
        ),
    ),
    "diagnose-sync-failed": lambda: _settled(request("Ready"), evidences.World(application=[_SYNC_FAILED], pods=[])),
    "diagnose-works": lambda: _settled(
        failing_for(150),
        evidences.World(placements=[evidences.placement(failure="failed to push: authentication required")]),
    ),
    "diagnose-workflow": lambda: _settled(
        refused(), evidences.World(jobs=[evidences.job(failed="Job has reached the specified backoff limit")])
    ),
    "diagnose-suspended": lambda: _settled(waiting("Suspended", message="a person approves"), _NOTHING_MADE),
    "diagnose-retry": lambda: _settled(
        waiting("Suspended", message="waiting for DNS", nextRetryAt=ago(-300), attempts=3), _NOTHING_MADE
    ),
    "diagnose-paused": lambda: _settled(
        request("Ready"), evidences.World(controllers=[evidences.controller(paused=True)], pods=[])
    ),
    "diagnose-secret-shipped": lambda: _settled(
        request("Ready"), _without_secret({"kind": "Secret", "name": "vcluster-media-kubeconfig"})
    ),
    "diagnose-secret-writer": lambda: _settled(
        request("Ready"),
        _without_secret(
            {
                "group": "external-secrets.io",
                "kind": "ExternalSecret",
                "name": "kubeconfig",
                "health": {"status": "Degraded", "message": "could not get secret data from provider"},
            }
        ),
    ),
    "diagnose-oom": lambda: _settled(request("Ready"), evidences.World(pods=[evidences.killed_pod("256Mi")])),
    "diagnose-oom-without-limit": lambda: _settled(request("Ready"), evidences.World(pods=[evidences.killed_pod("")])),
    "diagnose-secret": lambda: _settled(request("Ready"), evidences.World(secrets=[])),
    "diagnose-forbidden": lambda: _diagnosis(request("Ready"), evidences.World(hidden=["pods", "secrets"])),
    "diagnose-forbidden-degraded": lambda: _diagnosis(
        written(request("Ready"), _CRASH), evidences.World(hidden=["pods", "applications"])
    ),
    "diagnose-forbidden-young": lambda: _diagnosis(young(), evidences.World(hidden=["pods", "secrets"])),
    "diagnose-blind-sidecar": lambda: _diagnosis(request("Unknown"), evidences.healthy()),
    "diagnose-deleting": lambda: _settled(request("Deleting"), evidences.World(application=[], pods=[])),
    "diagnose-failed": lambda: _settled(failed(), _DOWN),
    "diagnose-no-contract": lambda: _settled(waiting("Running"), _NOTHING_MADE),
}
"""Name of a picture, which begins with the name of its file -> what is drawn."""


def titled(name: str, width: int) -> str:
    """The line above a picture."""
    return f"{name}, {width} columns"


def file_of(name: str) -> str:
    """The golden file of a picture."""
    return f"{name.partition('-')[0]}.txt"


def main() -> None:
    """Write every golden file."""
    for file in sorted(set(map(file_of, CASES))):
        drawn = {
            titled(name, width): picture(draw(), width)
            for name, draw in CASES.items()
            if file_of(name) == file
            for width in WIDTHS
        }
        write_sections(FOLDER / file, drawn)
    sys.stdout.write(f"{len(CASES) * len(WIDTHS)} pictures in {FOLDER}\n")


if __name__ == "__main__":
    main()
