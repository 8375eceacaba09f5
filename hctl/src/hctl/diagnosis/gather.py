"""Fetching the evidence: what the contract names, and nothing else. What cannot be read is noted, never raised."""

from collections.abc import Callable
from typing import Any, Final

from hctl.cluster.transport import Transport, segment
from hctl.errors import ClusterError
from hctl.reading.views import RequestView
from hctl.texts import lines_of
from platform_status_contract.model.contract import Contract

from .evidence import Absent, Container, Evidence, Fetched, Log, Unread
from .looks.fields import label_selector, name_of, objects
from .looks.pods import sick_container, sickest
from .looks.workflows import failed_container, failed_job, jobs_of

__all__ = ["gather"]

_ARGO: Final = "/apis/argoproj.io/v1alpha1"
_KRATIX: Final = "/apis/platform.kratix.io/v1alpha1"
_CONTROLLERS: Final = {"StatefulSet": "statefulsets", "Deployment": "deployments"}
_LOG_LINES: Final = 10
_LOG_BYTES: Final = 32768
_LABEL_LENGTH: Final = 63


def gather(transport: Transport, view: RequestView, say: Callable[[str], None]) -> Evidence:
    """Fetch what surrounds a request.

    Args:
        transport: The API server.
        view: The request.
        say: Hears what is being looked at, for whoever waits.
    """
    fetching = _Fetching(transport)
    contract = view.contract if isinstance(view.contract, Contract) else None
    say("workflow")
    # A label cannot be longer: such a request has no Jobs or Works that could be found by it.
    findable = bool(view.name) and len(view.name) <= _LABEL_LENGTH
    selector = f"kratix.io/resource-name={view.name}"
    jobs = fetching.list(f"/apis/batch/v1/namespaces/{segment(view.namespace)}/jobs", selector) if findable else []
    failed = failed_job(jobs_of(view, objects(jobs)))
    job_pods: Fetched = None
    if failed is not None:
        job_pods = fetching.list(_pods(view.namespace), f"batch.kubernetes.io/job-name={name_of(failed)}")
    job_log = fetching.log(failed_container(objects(job_pods)))
    if contract is None:
        return Evidence(jobs=jobs, job_log=job_log)
    found: dict[str, Any] = {}
    if contract.works and findable:
        say("Works")
        found["works"] = fetching.list(f"{_KRATIX}/namespaces/{segment(view.namespace)}/works", selector)
        found["placements"] = fetching.list(f"{_KRATIX}/namespaces/{segment(view.namespace)}/workplacements")
    if contract.application is not None:
        say("Application")
        named = contract.application
        found["application"] = fetching.get(
            f"{_ARGO}/namespaces/{segment(named.namespace)}/applications/{segment(named.name)}"
        )
    if contract.workloads is not None:
        say("pods")
        workloads = contract.workloads
        found["pods"] = fetching.list(_pods(workloads.namespace), label_selector(workloads.selector))
        found["controllers"] = tuple(
            fetching.get(
                f"/apis/apps/v1/namespaces/{segment(workloads.namespace)}/{_CONTROLLERS[controller.kind]}"
                f"/{segment(controller.name)}",
                metadata_only=True,
            )
            for controller in workloads.controllers or ()
        )
        worst = sickest(objects(found["pods"]))
        found["pod_log"] = fetching.log(sick_container(worst)) if worst is not None else None
    if contract.secrets:
        say("Secrets")
        found["secrets"] = tuple(
            fetching.get(
                f"/api/v1/namespaces/{segment(named.namespace)}/secrets/{segment(named.name)}", metadata_only=True
            )
            for named in contract.secrets
        )
    if contract.sub_applications is not None:
        say("sub-applications")
        path = f"{_ARGO}/namespaces/{segment(contract.sub_applications.namespace)}/applications"
        found["sub_applications"] = fetching.list(path, label_selector(contract.sub_applications.selector))
    return Evidence(jobs=jobs, job_log=job_log, **found)


def _pods(namespace: str) -> str:
    return f"/api/v1/namespaces/{segment(namespace)}/pods"


class _Fetching:
    """Reads, and turns every refusal into a value."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, path: str, *, metadata_only: bool = False) -> Fetched:
        try:
            return self._transport.get(path, metadata_only=metadata_only)
        except ClusterError as error:
            return _reason(error)

    def list(self, path: str, selector: str = "") -> Fetched:
        try:
            return self._transport.list_all(path, selector=selector)[0]
        except ClusterError as error:
            found = _reason(error)
            return Unread("the cluster does not know this kind") if isinstance(found, Absent) else found

    def log(self, of: Container | None) -> Log | None:
        if of is None or not of.pod or not of.container:
            return None
        path = f"{_pods(of.namespace)}/{segment(of.pod)}/log"
        query = {"container": of.container, "tailLines": str(_LOG_LINES), "limitBytes": str(_LOG_BYTES)}
        query |= {"previous": "true"} if of.previous else {}
        try:
            return Log(of, lines_of(self._transport.text(path, query), _LOG_LINES))
        except ClusterError as error:
            found = _reason(error)
            return Log(of, unread=found.why if isinstance(found, Unread) else "there is none")


def _reason(error: ClusterError) -> Absent | Unread:
    if error.status == 404:  # noqa: PLR2004 - Not Found
        return Absent()
    if error.status == 403:  # noqa: PLR2004 - Forbidden
        return Unread("you have no permission to look")
    return Unread(f"no answer ({error.status})" if error.status else "no answer")
