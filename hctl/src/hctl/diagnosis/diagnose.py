"""Diagnoses one request for `hctl diagnose`, the assistant and the MCP tool: fetch, derive and describe the verdict.

The details are Jobs, the ends of logs and Warning events, whose texts are untrusted. A failed read is recorded, never
raised.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from hctl.cluster.transport import ClusterReader, segment
from hctl.dump.case import Case
from hctl.dump.collect import collect
from hctl.errors import FORBIDDEN, NOT_FOUND, ClusterError
from hctl.explain.derive import Explanation, explain
from hctl.explain.inputs import Input
from hctl.reading.fields import name_of, namespace_of, text
from hctl.reading.read import number
from hctl.reading.views import RequestView
from hctl.texts import lines_of
from platform_status_contract.model.lookup import under
from platform_status_contract.model.times import parse_time

from .conclude import Diagnosis, conclude
from .evidence import Container, Events, Evidence, Log, Look, WarningEvent
from .looks.pods import sick_container, sick_pods
from .looks.requests import failed_container, failed_job, jobs_of
from .orders import Orders

__all__ = ["diagnose_request", "gather", "gather_events", "newest_events", "warning_in", "warnings_of"]

_LOG_LINES: Final = 10
_LOG_BYTES: Final = 32768
_LABEL_LENGTH: Final = 63
_MAX_OBJECTS: Final = 3
_MAX_EVENTS: Final = 100
_MAX_SHOWN: Final = 5
_SPECIAL: Final = re.compile(r"([\\,=])")
_MOMENTS: Final = (
    ("series", "lastObservedTime"),
    ("lastTimestamp",),
    ("eventTime",),
    ("firstTimestamp",),
    ("metadata", "creationTimestamp"),
)
"""Time fields of an event, from last to first occurrence; the reporting controller decides which are set."""


def diagnose_request(
    transport: ClusterReader,
    orders: Orders,
    view: RequestView,
    raw: object,
    say: Callable[[str], None] = lambda _: None,
) -> Diagnosis:
    """Collect the objects behind the verdict, derive the verdict as the sidecar would now, and describe it.

    Args:
        transport: The API server.
        orders: Builds the commands.
        view: The request.
        raw: The request, as JSON.
        say: Called with a description of each step, to show progress.

    Raises:
        UsageError: The request has no name.
    """
    case = collect(transport, view, raw, say)
    evidence = gather(transport, explain(case), case, say)
    diagnosis = conclude(evidence, orders)
    say("events")
    return msgspec.structs.replace(diagnosis, events=gather_events(transport, evidence, diagnosis.cause))


def gather(transport: ClusterReader, explanation: Explanation, case: Case, say: Callable[[str], None]) -> Evidence:
    """Fetch the Jobs and logs that explain the verdict.

    Args:
        transport: The API server.
        explanation: The verdict.
        case: The objects behind it.
        say: Called with a description of each step, to show progress.
    """
    say("the workflow's Jobs")
    fetching = _Fetching(transport)
    view = explanation.judged.view
    evidence = Evidence(explanation, case)
    jobs: list[Any] = []
    # A label value has at most 63 characters, so a request with a longer name has no Jobs with that label.
    if view.name and len(view.name) <= _LABEL_LENGTH:
        selector = f"kratix.io/resource-name={view.name}"
        namespace = evidence.workflow_namespace
        jobs = jobs_of(view, fetching.list(_jobs(namespace or view.namespace), selector))
        if not (jobs or namespace or fetching.unread):
            jobs = jobs_of(view, fetching.list(_jobs(""), selector, where=f"none in {view.namespace}; elsewhere: "))
    evidence = msgspec.structs.replace(evidence, jobs=tuple(jobs), jobs_unread=fetching.unread)
    failed = failed_job(jobs)
    job_log = None
    if failed is not None:
        home = namespace_of(failed)
        pods = fetching.list(_pods(home), f"batch.kubernetes.io/job-name={name_of(failed)}")
        job_log = fetching.log(failed_container(pods))
    say("logs")
    sick = next((pod for found in explanation.sources for pod, _ in sick_pods(found, evidence)), None)
    pod_log = fetching.log(sick_container(sick)) if sick is not None else None
    return msgspec.structs.replace(evidence, job_log=job_log, pod_log=pod_log)


def gather_events(transport: ClusterReader, evidence: Evidence, cause: Look | None) -> Events | None:
    """Fetch the Warning events of the objects that a cause names.

    Args:
        transport: The API server.
        evidence: The evidence of the cause.
        cause: The first cause.

    Returns:
        None if the cause names no object.
    """
    found: list[WarningEvent] = []
    unread: list[str] = []
    asked = cause.objects[:_MAX_OBJECTS] if cause is not None else ()
    for entry in asked:
        # Events of objects without a namespace are in `default`.
        path = f"/api/v1/namespaces/{segment(entry.namespace or 'default')}/events"
        selector = warnings_of(entry, text(evidence.object(entry), "metadata", "uid", limit=253))
        try:
            page = transport.page(path, {"fieldSelector": selector, "limit": str(_MAX_EVENTS)})
        except ClusterError as error:
            unread.append(f"{entry.called}: {_reason(error)}")
            continue
        found += [warning_in(event, entry) for event in page.objects]
        if page.following:
            unread.append(f"{entry.called}: more than {_MAX_EVENTS} events, newer ones may be missing")
    return Events(transport.now(), newest_events(found), "; ".join(unread)) if asked else None


def _jobs(namespace: str) -> str:
    return f"/apis/batch/v1/namespaces/{segment(namespace)}/jobs" if namespace else "/apis/batch/v1/jobs"


def _pods(namespace: str) -> str:
    return f"/api/v1/namespaces/{segment(namespace)}/pods"


class _Fetching:
    """Reads from the API server; a failure is a value."""

    def __init__(self, transport: ClusterReader) -> None:
        self._transport = transport
        self.unread = ""

    def list(self, path: str, selector: str, where: str = "") -> list[Any]:
        try:
            return self._transport.list_all(path, selector=selector)[0]
        except ClusterError as error:
            self.unread = where + _reason(error)
            return []

    def log(self, of: Container | None) -> Log | None:
        if of is None or not of.pod or not of.container:
            return None
        path = f"{_pods(of.namespace)}/{segment(of.pod)}/log"
        query = {"container": of.container, "tailLines": str(_LOG_LINES), "limitBytes": str(_LOG_BYTES)}
        query |= {"previous": "true"} if of.previous else {}
        try:
            return Log(of, lines_of(self._transport.text(path, query), _LOG_LINES))
        except ClusterError as error:
            return Log(of, unread=_reason(error))


def _reason(error: ClusterError) -> str:
    known = {FORBIDDEN: "you have no permission to read them", NOT_FOUND: "there is none", 0: "no answer"}
    return known.get(error.status, f"no answer ({error.status})")


def warnings_of(entry: Input, uid: str) -> str:
    """Return the field selector for the Warning events of an object.

    Args:
        entry: The object.
        uid: Its uid, which excludes the events of an earlier object of the same name; empty if unknown.
    """
    wanted = {"involvedObject.kind": entry.kind, "involvedObject.name": entry.name, "involvedObject.uid": uid}
    pairs = ((key, _SPECIAL.sub(r"\\\1", value)) for key, value in wanted.items() if value)
    return ",".join(("type=Warning", *(f"{key}={value}" for key, value in pairs)))


def warning_in(found: object, entry: Input) -> WarningEvent:
    """Decode one event of an object from any JSON."""
    moments = (parse_time(under(found, *path)) for path in _MOMENTS)
    count = number(under(found, "series", "count")) or number(under(found, "count")) or 1
    return WarningEvent(
        entry.kind,
        entry.namespace,
        entry.name,
        text(found, "reason", limit=100),
        text(found, "message"),
        count,
        next((moment for moment in moments if moment is not None), None),
    )


def newest_events(found: Iterable[WarningEvent]) -> tuple[WarningEvent, ...]:
    """Return the newest few events; those without a time are last."""
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda event: event.last or never, reverse=True)[:_MAX_SHOWN])
