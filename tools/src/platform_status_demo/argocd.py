"""The same story with the real Argo CD, which alone writes the status of the Application.

In place of a virtual cluster's chart there is a Git repository on this machine, with one Deployment; the real
kube-controller-manager creates its pods. There is no node: the demo writes the pod status that a kubelet would write.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from kratix_double.world import APPLICATION
from localargocd.argocd import LocalArgoCD
from localargocd.configuration import project
from localplane.client import Object
from platform_status_demo.command import StageError, StoryError
from platform_status_demo.screen import Screen
from platform_status_demo.stage import Stage
from platform_status_demo.story import Story

__all__ = ["ArgoCDStage", "ArgoCDStory"]

_PODS: Final = 3
_PATH: Final = "vcluster"
_TIMEOUT: Final = 60.0
_POLL_INTERVAL: Final = 0.1


class ArgoCDStage(Stage):
    """The stage with an Argo CD."""

    simulates = (
        "real: API server, etcd, kube-controller-manager, Argo CD, the pipeline's containers, the sidecar; "
        "simulated: Kratix and the kubelet"
    )
    shows_jobs = False
    """False, because the garbage collector would delete the pods: their Jobs do not exist."""

    argocd: LocalArgoCD

    def keep_logs(self) -> Path:
        """Keep the logs of the servers, and return their folder."""
        return self.argocd.keep_logs()

    def _start_plane(self, screen: Screen) -> None:
        reason = LocalArgoCD.why_not(self._environ)
        if reason:
            raise StageError(reason)
        screen.doing("starting the control plane and Argo CD; the first time they are built, which takes minutes")
        self.argocd = self._stack.enter_context(LocalArgoCD(environ=self._environ))
        self.plane = self.argocd.plane
        screen.step(f"control plane and the real Argo CD up: {self.plane.server}")


class ArgoCDStory(Story):
    """The story with the real Argo CD.

    Args:
        stage: The running stage.
        screen: The output.
    """

    def __init__(self, stage: ArgoCDStage, screen: Screen) -> None:
        super().__init__(stage, screen)
        self._real = stage
        self._application = ""

    def _sync(self, sub_request: Object) -> None:
        spec, world = sub_request["spec"], self._stage.world
        repository = self._real.argocd.repository(spec["name"])
        repository.commit({f"{_PATH}/deployment.json": json.dumps(self._deployment())})
        self._stage.admin.apply(project(spec["project"]))
        source = {"repoURL": repository.url, "path": _PATH, "targetRevision": "main"}
        self._application = world.create_application({**sub_request, "spec": {**spec, "source": source}})
        self._screen.change(f"Application {self._application} created; Argo CD takes it from here")
        self._until(lambda: len(self._pods()) == _PODS, f"Argo CD syncs, and a Deployment makes {_PODS} pods")
        for pod in self._pods():
            self._tell(f"pod {pod} is ready", partial(world.set_pod, self._namespace, pod, ready=True))
        self._until(lambda: self._words() == ("Synced", "Healthy"), "Argo CD reports Synced and Healthy")

    def _withdraw(self) -> None:
        self._stage.admin.delete(*APPLICATION, self._application, namespace=self._stage.world.argocd)
        self._until(lambda: not self._pods() and self._found() is None, "Argo CD deletes the delivered objects")
        super()._withdraw()

    def _pods(self) -> list[str]:
        selector = ",".join(f"{key}={value}" for key, value in self._labels.items())
        found = self._stage.admin.list("v1", "Pod", namespace=self._namespace, label_selector=selector)
        return sorted(pod["metadata"]["name"] for pod in found if "deletionTimestamp" not in pod["metadata"])

    def _words(self) -> tuple[str, str]:
        status = (self._found() or {}).get("status", {})
        return status.get("sync", {}).get("status", ""), status.get("health", {}).get("status", "")

    def _found(self) -> Object | None:
        return self._stage.admin.find(*APPLICATION, self._application, namespace=self._stage.world.argocd)

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        self._screen.doing(what)
        deadline = time.monotonic() + _TIMEOUT
        while not holds():
            if time.monotonic() > deadline:
                raise StoryError(f"waited {_TIMEOUT:g} s: {what}; Argo CD reports {' and '.join(self._words())}")
            time.sleep(_POLL_INTERVAL)
        self._screen.change(what)

    def _deployment(self) -> Object:
        template = {
            "metadata": {"labels": self._labels},
            "spec": {"containers": [{"name": "syncer", "image": "x.invalid/vcluster"}]},
        }
        spec = {"replicas": _PODS, "selector": {"matchLabels": self._labels}, "template": template}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": self._release}, "spec": spec}
