"""The status writer: the write of a Job's last container to the request (kratix.md section 3)."""

import random
from datetime import UTC, datetime
from typing import Any

from kratix_double import statuses
from kratix_double.control import WorkflowControl
from kratix_double.job import ContainerError, Folders, metadata_document
from kratix_double.requests import SUSPENDED, Key, Promise
from kratix_double.writes import Writer
from localplane.client import Client
from platform_status_kube.errors import TransportError

__all__ = ["write_status"]


def write_status(
    client: Client,
    writer: Writer,
    promise: Promise,
    key: Key,
    pipeline: str,
    folders: Folders,
    control: WorkflowControl | None,
    *,
    last: bool,
    attempts: int,
    chance: random.Random,
) -> None:
    """GET, merge, PUT with that resourceVersion; on a conflict the container exits with 1.

    Args:
        client: Reads the request.
        writer: Writes the request.
        promise: The Promise.
        key: The request.
        pipeline: Name of the pipeline.
        folders: The Job's folders, `status.yaml` in `metadata`.
        control: The content of workflow-control.yaml.
        last: Whether it is the last pipeline of its workflow.
        attempts: Number of retries requested so far.
        chance: Source of the order of conditions.

    Raises:
        ContainerError: status.yaml is invalid, or the API server rejects the write.
    """
    own = metadata_document(folders, "status.yaml")
    if own is not None and not isinstance(own, dict):
        raise ContainerError(f"status.yaml: expected a mapping, found {type(own).__name__}")
    live = client.get(promise.api_version, promise.kind, key.name, namespace=key.namespace)
    stops = control is not None and control.stops

    def change(status: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        statuses.write_own(status, own or {}, pipeline, last=last and not stops, now=now, shuffle=chance)
        if control is not None and stops:
            statuses.suspend(status, pipeline, control, live["metadata"]["generation"], attempts + 1, now)

    try:
        if stops:
            live = writer.label(live, {SUSPENDED: "true"}, "suspend label")
        writer.status(live, change, "status writer", always=True)
    except (TransportError, statuses.StatusWriterError) as error:
        raise ContainerError(f"status-writer: {error}") from error
