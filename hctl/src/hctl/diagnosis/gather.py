"""Fetches the details: Jobs, the ends of logs and Warning events. A failed read is recorded, never raised."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from hctl.cluster.transport import ClusterReader, segment
from hctl.dump.case import Case
from hctl.errors import ClusterError
from hctl.explain.derive import Explanation
from hctl.reading.fields import name_of, namespace_of, text
from hctl.texts import lines_of

from .evidence import Container, Events, Evidence, Log, Look, WarningEvent
from .looks.events import newest_events, warning_in, warnings_of
from .looks.pods import sick_container, sick_pods
from .looks.workflows import failed_container, failed_job, jobs_of

__all__ = ["gather", "gather_events"]

_LOG_LINES: Final = 10
_LOG_BYTES: Final = 32768
_LABEL_LENGTH: Final = 63
_MAX_OBJECTS: Final = 3
_MAX_EVENTS: Final = 100


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
    known = {403: "you have no permission to read them", 404: "there is none", 0: "no answer"}
    return known.get(error.status, f"no answer ({error.status})")
