"""What lies in Git, as text. Pure."""

from collections.abc import Mapping
from typing import Any

import yaml

__all__ = [
    "BAD",
    "BOTH",
    "ONE",
    "Json",
    "config_map",
    "cron_job",
    "daemon_set",
    "deployment",
    "job",
    "stateful_set",
]

Json = dict[str, Any]

_IMAGE = "x.invalid/web:1"


def config_map(name: str, **metadata: object) -> str:
    """Return a ConfigMap, the smallest thing that can be delivered."""
    return _text("v1", "ConfigMap", {"name": name, **metadata}, data={"color": "green"})


def deployment(
    name: str, *, image: str = _IMAGE, deadline: int = 600, pod: Mapping[str, object] | None = None, **spec: object
) -> str:
    """Return a Deployment of one pod.

    Args:
        name: Its name, and the label of its pods.
        image: Of its container.
        deadline: Its progressDeadlineSeconds.
        pod: Further fields of the spec of its pods.
        spec: Further fields of its spec.
    """
    return _of_pods("Deployment", name, image, {"progressDeadlineSeconds": deadline, **spec}, **(pod or {}))


def stateful_set(name: str, *, image: str = _IMAGE, **spec: object) -> str:
    """Return a StatefulSet; see `deployment`."""
    return _of_pods("StatefulSet", name, image, {"serviceName": name, **spec})


def daemon_set(name: str, node: str, *, image: str = _IMAGE) -> str:
    """Return a DaemonSet for the nodes with a label.

    Args:
        name: Its name, and the label of its pods.
        node: Value of the label ``life`` of its nodes.
        image: Of its container.
    """
    return _of_pods("DaemonSet", name, image, {}, nodeSelector={"life": node})


def cron_job(name: str) -> str:
    """Return a CronJob that is suspended."""
    job = {"template": _pod({"app": name}, _IMAGE, restartPolicy="Never")}
    return _text(
        "batch/v1",
        "CronJob",
        {"name": name},
        spec={"schedule": "@daily", "suspend": True, "jobTemplate": {"spec": job}},
    )


def job(name: str, **metadata: object) -> str:
    """Return a Job that may fail once."""
    spec = {"backoffLimit": 0, "template": _pod({"app": name}, _IMAGE, restartPolicy="Never")}
    return _text("batch/v1", "Job", {"name": name, **metadata}, spec=spec)


def _of_pods(kind: str, name: str, image: str, spec: Mapping[str, object], **pod: object) -> str:
    labels = {"app": name}
    template = _pod(labels, image, **pod)
    return _text(
        "apps/v1", kind, {"name": name}, spec={"selector": {"matchLabels": labels}, "template": template, **spec}
    )


def _pod(labels: Mapping[str, str], image: str, **spec: object) -> Json:
    return {"metadata": {"labels": dict(labels)}, "spec": {"containers": [{"name": "main", "image": image}], **spec}}


def _text(api_version: str, kind: str, metadata: Mapping[str, object], **rest: object) -> str:
    return yaml.safe_dump({"apiVersion": api_version, "kind": kind, "metadata": dict(metadata), **rest})


ONE = {"a.yaml": config_map("a")}
BOTH = {**ONE, "b.yaml": config_map("b")}
"""What most lives have in Git."""

BAD = config_map("a") + "  more: ["
"""What is no YAML."""
