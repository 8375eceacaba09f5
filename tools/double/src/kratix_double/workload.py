"""Work and WorkPlacement: the documents that Kratix creates from a pipeline's output (kratix.md section 6). Pure.

`job` reads the folder; this module converts its files, and computes the status of both kinds.
"""

import base64
import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from kratix_double.conditions import condition
from kratix_double.requests import object_name

__all__ = [
    "Identity",
    "SelectorError",
    "documents",
    "groups",
    "placement",
    "placement_status",
    "unpack",
    "work",
    "work_status",
    "works_state",
]

API_VERSION = "platform.kratix.io/v1alpha1"
# Worst first; a Work without a Ready message counts as Pending (section 6, DRC:1157-1176).
_WORST = ("Failing", "Misplaced", "Pending", "Ready")


class SelectorError(Exception):
    """destination-selectors.yaml is invalid: the work writer exits with 1."""


@dataclass(frozen=True)
class Identity:
    """The owner of a Work."""

    promise: str
    resource: str
    namespace: str
    pipeline: str

    def labels(self) -> dict[str, str]:
        """Return the labels that select the Works of a request."""
        return {
            "kratix.io/promise-name": self.promise,
            "kratix.io/resource-name": self.resource,
            "kratix.io/work-type": "resource",
            "kratix.io/pipeline-name": self.pipeline,
        }


def groups(files: Mapping[str, bytes], selectors: object) -> list[dict[str, Any]]:
    """Split output files into workload groups.

    Args:
        files: Path inside the output folder -> content.
        selectors: Content of destination-selectors.yaml; None without one.

    Returns:
        One group for the root, if it has files or no directory is named, and one per named directory.

    Raises:
        SelectorError: There is a sub-directory, a duplicate entry, or a directory without matchLabels.
    """
    entries = selectors if isinstance(selectors, list) else []
    directories: dict[str, Mapping[str, str]] = {}
    root: list[Mapping[str, str]] = []
    for entry in entries:
        directory, labels = entry.get("directory", ""), entry.get("matchLabels")
        if not directory or directory == ".":
            root.append(labels or {})
            continue
        if "/" in directory.strip("/"):
            raise SelectorError(f"destination-selectors.yaml: {directory!r} is a sub-directory")
        if directory in directories:
            raise SelectorError(f"destination-selectors.yaml: {directory!r} is named twice")
        if not labels:
            raise SelectorError(f"destination-selectors.yaml: {directory!r} has no matchLabels")
        directories[directory] = labels
    found = [_group(name, _below(files, f"{name}/"), [labels]) for name, labels in directories.items()]
    rest = {path: text for path, text in files.items() if path.split("/", 1)[0] not in directories}
    return ([_group(".", rest, root)] if rest else []) + found


def _below(files: Mapping[str, bytes], prefix: str) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.startswith(prefix)}


def _group(directory: str, files: Mapping[str, bytes], selectors: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    group: dict[str, Any] = {
        "id": hashlib.sha256(directory.encode()).hexdigest()[:32],
        "directory": directory,
        "workloads": [
            # mtime 0: equal files must give an equal Work, or each rerun would be a change.
            {"filepath": path, "content": base64.b64encode(gzip.compress(files[path], mtime=0)).decode()}
            for path in sorted(files)
        ],
    }
    matching = [{"matchLabels": dict(labels), "source": "resource-workflow"} for labels in selectors]
    return {**group, "destinationSelectors": matching} if matching else group


def work(identity: Identity, suffix: str, workload_groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a Work, named with a random suffix, without owner."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Work",
        "metadata": {
            "name": object_name(f"{identity.promise}-{identity.resource}-{identity.pipeline}", suffix),
            "namespace": identity.namespace,
            "labels": identity.labels(),
        },
        "spec": {
            "promiseName": identity.promise,
            "resourceName": identity.resource,
            "workloadGroups": workload_groups,
        },
    }


def placement(owner: Mapping[str, Any], group: Mapping[str, Any], destination: str) -> dict[str, Any]:
    """Return the WorkPlacement of one group of a stored Work."""
    metadata, spec = owner["metadata"], owner["spec"]
    return {
        "apiVersion": API_VERSION,
        "kind": "WorkPlacement",
        "metadata": {
            "name": f"{metadata['name']}.{destination}-{group['id'][:5]}",
            "namespace": metadata["namespace"],
            "labels": {
                "kratix.io/work": metadata["name"],
                "kratix.io/workload-group-id": group["id"],
                "kratix.io/targetDestinationName": destination,
                "kratix.io/pipeline-name": metadata["labels"]["kratix.io/pipeline-name"],
            },
            "ownerReferences": [
                {
                    "apiVersion": API_VERSION,
                    "kind": "Work",
                    "name": metadata["name"],
                    "uid": metadata["uid"],
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
        },
        "spec": {
            "targetDestinationName": destination,
            "id": group["id"],
            "promiseName": spec["promiseName"],
            "resourceName": spec["resourceName"],
            "workloads": group["workloads"],
        },
    }


def _kept(conditions: list[dict[str, Any]], old: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Keep the time of unchanged conditions, as Kratix does; else each pass would be a change."""
    before = {entry.get("type"): entry for entry in old.get("conditions", [])}
    fields = ("type", "status", "reason", "message")
    return [
        before[entry["type"]]
        if entry["type"] in before and all(before[entry["type"]].get(field) == entry[field] for field in fields)
        else entry
        for entry in conditions
    ]


def work_status(state: str, groups: Sequence[str], old: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the status of a Work.

    Args:
        state: Ready, Pending, Misplaced or Failing; Ready means scheduled, not written.
        groups: Ids of its workload groups; of one Destination, either all match or none.
        old: The previous status.
        now: Time for changed conditions.
    """
    reason = {
        "Ready": "AllWorkplacementsScheduled",
        "Pending": "UnscheduledWorkloads",
        "Misplaced": "Misplaced",
        "Failing": "WorkplacementsFailing",
    }[state]
    # The scheduler says why; Ready has one word, which the work controller also changes when a write fails.
    ids = ",".join(groups)
    scheduled = {
        "Pending": ("False", reason, f"No matching destination found for workloadGroups: [{ids}]"),
        "Misplaced": (
            "False",
            "DestinationSelectorMismatch",
            f"Target destination no longer matches destinationSelectors for workloadGroups: [{ids}]",
        ),
    }.get(state, ("True", "AllWorkplacementsScheduled", "All workplacements scheduled successfully"))
    conditions = [
        condition("Ready", "True" if state == "Ready" else "False", reason, state, now),
        condition("ScheduleSucceeded", *scheduled, now),
    ]
    created = 0 if state == "Pending" else len(groups)
    return {"workPlacements": len(groups), "workPlacementsCreated": created, "conditions": _kept(conditions, old)}


def placement_status(
    old: Mapping[str, Any], *, version: str | None, error: str | None, misplaced: bool, now: datetime
) -> dict[str, Any]:
    """Return the status of a WorkPlacement.

    Args:
        old: The previous status.
        version: versionID of a successful write; None: not written (again) yet, the previous one stays.
        error: Text of a failed write.
        misplaced: Whether its Destination no longer matches.
        now: Time for changed conditions.
    """
    conditions = [condition("ScheduleSucceeded", "True", "ScheduledToDestination", "", now)]
    written = next((entry for entry in old.get("conditions", []) if entry.get("type") == "WriteSucceeded"), None)
    if error is not None:
        written = condition("WriteSucceeded", "False", "WorkloadsFailedWrite", error, now)
    elif version is not None:
        written = condition("WriteSucceeded", "True", "WorkloadsWrittenToStateStore", "", now)
    if written is not None:
        conditions.append(written)
    state = "Pending"
    if misplaced:
        state = "Misplaced"
    elif written is not None:
        state = "Ready" if written["status"] == "True" else "Failing"
    ready = "True" if state == "Ready" else "False"
    conditions.append(
        condition("Ready", ready, "WorkloadsWrittenToStateStore" if state == "Ready" else state, state, now)
    )
    stored = version or old.get("versionID")
    return {"conditions": _kept(conditions, old), **({"versionID": stored} if stored else {})}


def works_state(works: Iterable[Mapping[str, Any]]) -> str:
    """Return the worst Ready message of a request's Works; Ready if there is none."""
    states = {_ready_message(entry) for entry in works}
    return next((state for state in _WORST if state in states), "Ready")


def _ready_message(entry: Mapping[str, Any]) -> str:
    for found in entry.get("status", {}).get("conditions", []):
        if found.get("type") == "Ready":
            message = str(found.get("message", ""))
            return message if message in _WORST else "Pending"
    return "Pending"


def unpack(content: str) -> bytes:
    """Decompress a workload's content."""
    return gzip.decompress(base64.b64decode(content))


def documents(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the YAML documents in a WorkPlacement."""
    found: list[dict[str, Any]] = []
    for workload in entry["spec"].get("workloads", []):
        loaded = yaml.safe_load_all(unpack(workload["content"]))
        found.extend(document for document in loaded if isinstance(document, dict))
    return found
