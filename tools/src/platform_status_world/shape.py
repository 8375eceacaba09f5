"""One pipeline as Kratix runs it: Job, ServiceAccount, Role and binding (docs/kratix.md section 2). Pure.

Left out: the ConfigMap promise-scheduling and the trace variables of the work writer, which no test needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kratix_double.requests import object_name

__all__ = ["KRATIX_UID", "LIMITS", "Owner", "Run", "job", "rights"]

KRATIX_UID = 65532
LIMITS = {"cpu": "200m", "memory": "256Mi", "ephemeral-storage": "256Mi"}
_REQUESTS = {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "128Mi"}
_RESOURCES = {"requests": _REQUESTS, "limits": LIMITS}
_HARDENED = {
    "runAsNonRoot": True,
    "runAsUser": KRATIX_UID,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
_FOLDERS = {"shared-input": "/kratix/input", "shared-output": "/kratix/output", "shared-metadata": "/kratix/metadata"}
_WORKS = {"apiGroups": ["platform.kratix.io"], "resources": ["works"], "verbs": ["*"]}


@dataclass(frozen=True)
class Owner:
    """The owner of a workflow: a request, or the Promise itself.

    Attributes:
        kind: promise or resource.
        api_version: Its apiVersion.
        object_kind: Its kind.
        plural: Its plural.
        name: Its name.
        namespace: Its namespace; empty for a Promise.
        uid: Its uid.
    """

    kind: str
    api_version: str
    object_kind: str
    plural: str
    name: str
    namespace: str
    uid: str


@dataclass(frozen=True)
class Run:
    """One run of one pipeline.

    Attributes:
        promise: Name of the Promise.
        pipeline: The Pipeline document of the Promise.
        action: configure or delete.
        namespace: Namespace of the Job.
        owner: The owner.
        env: The variables that Kratix sets in every container except the work writer.
        last: Whether it is the last pipeline of its workflow.
        suffix: Makes the Job's name unique; five characters, as in Kratix.
        image: Image of Kratix's own containers.
    """

    promise: str
    pipeline: Mapping[str, Any]
    action: str
    namespace: str
    owner: Owner
    env: Mapping[str, str]
    last: bool
    suffix: str
    image: str

    @property
    def account(self) -> str:
        """Name of ServiceAccount, Role and binding."""
        return f"{self.promise}-{self.owner.kind}-{self.action}-{self.pipeline['metadata']['name']}"

    @property
    def name(self) -> str:
        """Name of the Job."""
        parts = ["kratix", self.promise, self.owner.name, self.pipeline["metadata"]["name"]]
        if self.owner.kind == "promise":
            parts.remove(self.owner.name)
        return object_name("-".join(parts), self.suffix)


def rights(run: Run) -> list[dict[str, Any]]:
    """Return the ServiceAccount of a run with its rights: its owner, Works, and the pipeline's own rules."""
    group = run.owner.api_version.rpartition("/")[0]
    own = {
        "apiGroups": [group],
        "resources": [run.owner.plural, f"{run.owner.plural}/status"],
        "verbs": ["get", "list", "update", "create", "patch"],
    }
    wishes = run.pipeline["spec"].get("rbac", {}).get("permissions", [])
    here = [rule for rule in wishes if "resourceNamespace" not in rule]
    metadata = {"name": run.account, "namespace": run.namespace}
    prefix = "Cluster" if run.owner.kind == "promise" else ""
    placed = {"name": run.account} if prefix else metadata
    api = "rbac.authorization.k8s.io/v1"
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": f"{prefix}Role", "name": run.account}
    subject = {"kind": "ServiceAccount", **metadata}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {"apiVersion": api, "kind": f"{prefix}Role", "metadata": placed, "rules": [own, _WORKS, *here]},
        {
            "apiVersion": api,
            "kind": f"{prefix}RoleBinding",
            "metadata": placed,
            "roleRef": reference,
            "subjects": [subject],
        },
    ]


def job(run: Run) -> dict[str, Any]:
    """Return the Job: reader, the user's containers in order, work writer (configure only), then the status writer."""
    owner = run.owner
    labels = {
        "kratix.io/promise-name": run.promise,
        "kratix.io/pipeline-name": run.pipeline["metadata"]["name"],
        "kratix.io/workflow-type": owner.kind,
        "kratix.io/workflow-action": run.action,
        "app.kubernetes.io/managed-by": "Kratix",
    }
    if owner.kind == "resource":
        labels["kratix.io/resource-name"] = owner.name
    metadata: dict[str, Any] = {"name": run.name, "namespace": run.namespace, "labels": labels}
    if owner.namespace == run.namespace:
        reference = {"apiVersion": owner.api_version, "kind": owner.object_kind, "name": owner.name, "uid": owner.uid}
        metadata["ownerReferences"] = [reference]
    wishes = run.pipeline["spec"]
    spec: dict[str, Any] = {
        "template": {
            "metadata": {"labels": {**labels, **run.pipeline["metadata"].get("labels", {})}},
            "spec": {
                "serviceAccountName": run.account,
                "restartPolicy": wishes.get("restartPolicy", "OnFailure"),
                "volumes": [*({"name": name, "emptyDir": {}} for name in _FOLDERS), *wishes.get("volumes", [])],
                "initContainers": [
                    _kratix(run, "reader", ["reader"], writes=("shared-input",), env=run.env),
                    *(_user(run, container) for container in wishes["containers"]),
                    *([_work_writer(run)] if run.action == "configure" else []),
                ],
                "containers": [_status_writer(run)],
            },
        }
    }
    if "backoffLimit" in wishes.get("jobOptions", {}):
        spec["backoffLimit"] = wishes["jobOptions"]["backoffLimit"]
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def _env(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _mount(name: str, path: str, *, read_only: bool = False) -> dict[str, Any]:
    return {"name": name, "mountPath": path, **({"readOnly": True} if read_only else {})}


def _kratix(
    run: Run, name: str, arguments: Sequence[str], *, writes: Sequence[str], env: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "name": name,
        "image": run.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/pipeline-adapter"],
        "args": list(arguments),
        "env": _env(env),
        "volumeMounts": [_mount(volume, _FOLDERS[volume]) for volume in writes],
        "resources": _RESOURCES,
        "securityContext": _HARDENED,
    }


def _user(run: Run, container: Mapping[str, Any]) -> dict[str, Any]:
    mounts = [_mount(name, path, read_only=name == "shared-input") for name, path in _FOLDERS.items()]
    return {
        "resources": _RESOURCES,
        **container,
        "env": [*_env(run.env), *container.get("env", [])],
        "volumeMounts": [*mounts, *container.get("volumeMounts", [])],
    }


def _work_writer(run: Run) -> dict[str, Any]:
    arguments = [
        "work-creator",
        "--input-directory=/work-creator-files",
        f"--promise-name={run.promise}",
        f"--pipeline-name={run.pipeline['metadata']['name']}",
        f"--namespace={run.namespace}",
        f"--workflow-type={run.owner.kind}",
    ]
    if run.owner.kind == "resource":
        arguments.append(f"--resource-name={run.owner.name}")
    container = _kratix(run, "work-writer", arguments, writes=(), env={})
    container["volumeMounts"] = [
        _mount("shared-output", "/work-creator-files/input"),
        _mount("shared-metadata", "/work-creator-files/metadata"),
    ]
    return container


def _status_writer(run: Run) -> dict[str, Any]:
    env = {**run.env, "IS_LAST_PIPELINE": "true" if run.last else "false"}
    return _kratix(run, "status-writer", ["update-status"], writes=tuple(_FOLDERS), env=env)
