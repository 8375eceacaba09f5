"""A few requests of `tests.bench.load` that tests break and mend, and what is true of them."""

import json
from typing import Any

from localplane.client import Client
from platform_status_kube.errors import ConflictError
from tests.bench.load import NAMESPACE, PODS, load_requests, pod_name
from tests.cluster.sidecar.world import REQUEST, until

__all__ = ["Fleet", "Json"]

Json = dict[str, Any]
_SETTLED = "2026-02-26T10:00:00Z"
_FALLEN = "2100-01-01T00:00:00Z"
"""Later than any pod here is made: one that fell before could be a new one, which is excused."""


class Fleet:
    """Requests v0, v1, ..., each with 10 pods, 4 Applications, a Work and a Secret.

    Args:
        admin: Changes the world, straight at the API server.
        size: How many requests.
    """

    def __init__(self, admin: Client, size: int) -> None:
        self.admin = admin
        self.names = tuple(f"v{number}" for number in range(size))
        self.broken_pods: dict[str, set[int]] = {name: set() for name in self.names}
        self.sick: dict[str, bool] = dict.fromkeys(self.names, False)
        load_requests(lambda: admin, size)

    def set_pod(self, name: str, *, ready: bool, index: int = 0) -> int:
        """Change a pod's readiness; returns the resourceVersion of the change."""
        condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": _SETTLED if ready else _FALLEN}
        changed = self.admin.patch(
            "v1",
            "Pod",
            pod_name(int(name[1:]), index),
            {"status": {"conditions": [condition]}},
            namespace=name,
            subresource="status",
        )
        (self.broken_pods[name].discard if ready else self.broken_pods[name].add)(index)
        return int(changed["metadata"]["resourceVersion"])

    def set_health(self, name: str, health: str) -> int:
        """Change the health of the Application; returns the resourceVersion of the change."""
        patch = {"status": {"health": {"status": health}}}
        changed = self.admin.patch("argoproj.io/v1alpha1", "Application", f"vcluster-{name}", patch, namespace="argocd")
        self.sick[name] = health != "Healthy"
        return int(changed["metadata"]["resourceVersion"])

    def heal(self) -> None:
        """Make everything good."""
        for name in self.names:
            for index in sorted(self.broken_pods[name]):
                self.set_pod(name, ready=True, index=index)
            if self.sick[name]:
                self.set_health(name, "Healthy")

    def request(self, name: str) -> Json:
        """The request as it is now."""
        found: Json = self.admin.get(*REQUEST, name, namespace=NAMESPACE)
        return found

    def lists(self) -> dict[str, bytes]:
        """What the lists of pods and Applications answer now, by path; for `faults.Stale`."""
        paths = ("/api/v1/pods", "/apis/argoproj.io/v1alpha1/applications")
        return {path: json.dumps(self.admin.request("GET", path)).encode() for path in paths}

    def put_foreign(self, name: str, kind: str, message: str) -> Json:
        """Write a condition as Kratix does: a whole status from a fresh read; returns the condition."""
        condition = {"type": kind, "status": "True", "reason": "Kratix", "message": message}
        condition["lastTransitionTime"] = _SETTLED

        def put() -> bool:
            found = self.request(name)
            others = [item for item in found["status"]["conditions"] if item["type"] != kind]
            found["status"]["conditions"] = [*others, condition]
            try:
                self.admin.replace(found, subresource="status")
            except ConflictError:
                return False
            return True

        until(put, f"Kratix writes {kind} of {name}")
        return condition

    def is_true(self, name: str) -> bool:
        """Say whether the status tells the truth about the request."""
        status = self.request(name)["status"]
        broken = len(self.broken_pods[name])
        phase = "Degraded" if broken or self.sick[name] else "Ready"
        ready = next((item["status"] for item in status["conditions"] if item["type"] == "Ready"), "")
        counted = status.get("health", {}).get("workloads")
        argo = status.get("health", {}).get("argocd", {}).get("healthStatus")
        return (
            status.get("phase") == phase
            and ready == ("True" if phase == "Ready" else "False")
            and counted == {"ready": PODS - broken, "total": PODS, "summary": f"{PODS - broken}/{PODS}"}
            and argo == ("Degraded" if self.sick[name] else "Healthy")
        )
