"""Names, labels and small reads of a resource request, as in Kratix. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = [
    "DRY_RUN",
    "FINALIZERS",
    "MANUAL",
    "PAUSED",
    "PROMISE",
    "RUN_FROM_START",
    "SUSPENDED",
    "Key",
    "Promise",
    "container_env",
    "key_of",
    "labelled",
    "object_name",
    "spec_hash",
]

PROMISE = "kratix.io/promise-name"
PAUSED = "kratix.io/paused"
MANUAL = "kratix.io/manual-reconciliation"
_LONGEST_NAME = 63 - 1 - 5
RUN_FROM_START = "internal.workflows.kratix.io/run-from-start"
SUSPENDED = "kratix.io/workflow-suspended"
DRY_RUN = "kratix.io/dry-run"
FINALIZERS = (
    "kratix.io/work-cleanup",
    "kratix.io/workflows-cleanup",
    "kratix.io/delete-workflows",
    "kratix.io/resource-binding-cleanup",
)
"""The finalizers that keep a deleted request until its clean-up is done (kratix.md section 8)."""


class Key(NamedTuple):
    """One request."""

    namespace: str
    name: str


class Promise(NamedTuple):
    """The facts of a Promise for the double.

    Attributes:
        name: Name of the Promise.
        api_version: apiVersion of its requests.
        kind: Kind of its requests.
        plural: Plural of its requests.
        version: Its version label; Kratix's value without one is `not-set`.
    """

    name: str
    api_version: str
    kind: str
    plural: str
    version: str = "not-set"


def key_of(request: Mapping[str, Any]) -> Key:
    """Return the key of a request."""
    return Key(request["metadata"]["namespace"], request["metadata"]["name"])


def labelled(request: Mapping[str, Any], label: str) -> bool:
    """Whether a label has the value "true"."""
    found: object = request["metadata"].get("labels", {}).get(label)
    return found == "true"


def object_name(name: str, suffix: str) -> str:
    """Return the name of a Job or a Work: at most 63 characters, cut before its suffix (section 6)."""
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1]
    return f"{name.rstrip('-._')}-{suffix}"


def spec_hash(request: Mapping[str, Any], promise_revision: int) -> str:
    """Hash the inputs of a rerun: the specs of request and Promise, without labels, annotations or status (section 5).

    The dry-run label is the one exception (section 8).
    """
    what = [request.get("spec"), promise_revision, labelled(request, DRY_RUN)]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def container_env(promise: Promise, request: Mapping[str, Any], pipeline: str, action: str) -> dict[str, str]:
    """Return the environment of a user container (section 2).

    Args:
        promise: The Promise.
        request: The request.
        pipeline: Name of the pipeline.
        action: configure or delete.
    """
    group, _, version = promise.api_version.rpartition("/")
    env = {
        "KRATIX_WORKFLOW_ACTION": action,
        "KRATIX_WORKFLOW_TYPE": "resource",
        "KRATIX_PROMISE_NAME": promise.name,
        "KRATIX_PIPELINE_NAME": pipeline,
        "KRATIX_OBJECT_KIND": promise.kind,
        "KRATIX_OBJECT_GROUP": group,
        "KRATIX_OBJECT_VERSION": version,
        "KRATIX_OBJECT_NAME": request["metadata"]["name"],
        "KRATIX_OBJECT_NAMESPACE": request["metadata"]["namespace"],
        "KRATIX_CRD_PLURAL": promise.plural,
        "KRATIX_CLUSTER_SCOPED": "false",
    }
    return {**env, "KRATIX_DRY_RUN": "true"} if labelled(request, DRY_RUN) else env
