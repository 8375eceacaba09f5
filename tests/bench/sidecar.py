"""The sidecar under measurement: a process of its own, with a pod's credentials, read through /proc and /metrics."""

import base64
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import yaml

from localplane.clusters import Cluster
from platform_status_contract.sources.objects.kinds import ObjectKind
from platform_status_demo import roles
from platform_status_pipeline.promise.manifests import SidecarOptions
from platform_status_pipeline.promise.watches import told, watch_rules
from platform_status_sidecar.settings import WHOLE, Shard
from tests.cluster.rights import grant
from tests.variables import image_environment

__all__ = ["MeasuredSidecar"]

_ROOT = Path(__file__).parents[2]
_LOADED = 2.0
"""Seconds in which a sidecar that has started loads what it loads late."""


class MeasuredSidecar:
    """Starts the sidecar as a pod would: ServiceAccount token, its real RBAC, no kubeconfig.

    Args:
        cluster: The control plane.
        folder: Where its credentials and its log go.
        groups: Files of processes of the cgroups that it runs in; see `limits`.
        shard: Which part of the requests is its own.
        kinds: What it watches besides, see `objects`.
    """

    def __init__(
        self,
        cluster: Cluster,
        folder: Path,
        groups: tuple[Path, ...] = (),
        *,
        shard: Shard = WHOLE,
        kinds: tuple[ObjectKind, ...] = (),
    ) -> None:
        self._cluster = cluster
        self._folder = folder
        self._groups = groups
        self._shard = shard
        self._kinds = kinds
        self._read = self._ready = 0
        self.began = 0.0
        self.log = folder / "sidecar.log"

    def __enter__(self) -> Self:
        """Start it and wait until it says on which port it answers."""
        environment = self._credentials()
        self._compile(environment)
        command = [sys.executable, "-m", "platform_status_sidecar", "--listen", "127.0.0.1:0"]
        command += ["--service-account", str(self._folder)]
        command += ["--shard", f"{self._shard.number}/{self._shard.of}"]
        command += ["--objects", told(self._kinds)] if self._kinds else []
        for group in self._groups:
            # it joins before it becomes the sidecar, so every page of it counts
            command = ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(group), *command]
        self.began = time.monotonic()
        with self.log.open("wb") as log:
            self._child = subprocess.Popen(command, env=environment, stderr=log, stdout=log)  # noqa: S603 - our own module
        self._port = self._wait_for_port()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def check(self) -> None:
        """Raise if it has ended, for instance because the kernel found it too large."""
        code = self._child.poll()
        if code is not None:
            raise RuntimeError(f"the sidecar ended with {code}: {self.log.read_text()[-2000:]}")

    def ready_writes(self) -> int:
        """How many statuses it has written as Ready, by its log: asking the API server would load it."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                self._ready += b'"Wrote the status"' in line and b'"phase":"Ready"' in line
        return self._ready

    def metrics(self) -> str:
        """The exposition, as Prometheus would scrape it."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    def cpu_seconds(self) -> float:
        """Processor time used so far, user and system."""
        # the clock of another process, as clock_getcpuclockid(3) names it: to the nanosecond, where /proc has ticks
        return time.clock_gettime(~self._child.pid << 3 | 2)

    def memory_mib(self) -> tuple[float, float]:
        """Resident memory now and at its peak, MiB."""
        lines = Path(f"/proc/{self._child.pid}/status").read_text().splitlines()
        sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "VmHWM"))}
        return int(sizes["VmRSS"]) / 1024, int(sizes["VmHWM"]) / 1024

    def _credentials(self) -> dict[str, str]:
        for document in roles.rights(_ROOT, SidecarOptions(shards=self._shard.of)):
            self._cluster.admin.apply(document)
        namespace, name = roles.NAMESPACE, roles.ACCOUNT
        # the pipeline ships one Role per request; for the bench one rule stands for all of them
        rules = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}, *watch_rules(self._kinds)]
        grant(self._cluster.admin, roles.USER, rules)
        answer = self._cluster.admin.request(
            "POST",
            f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
            body={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
        )
        (self._folder / "token").write_text(answer["status"]["token"])
        config = yaml.safe_load(self._cluster.kubeconfig.read_text())
        authority = config["clusters"][0]["cluster"]["certificate-authority-data"]
        (self._folder / "ca.crt").write_bytes(base64.b64decode(authority))
        server = urlsplit(self._cluster.server)
        given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {
            **given,
            "KUBERNETES_SERVICE_HOST": str(server.hostname),
            "KUBERNETES_SERVICE_PORT": str(server.port),
            **image_environment(),
            "PYTHONPYCACHEPREFIX": str(self._folder / "bytecode"),
        }

    def _compile(self, environment: dict[str, str]) -> None:
        """Leave bytecode behind, as the image has it: compiling at the start would cost 5 MiB that no pod has.

        It is what a sidecar loads that finds no API server, so it changes nothing.
        """
        nobody = {**environment, "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "1"}
        command = [sys.executable, "-m", "platform_status_sidecar", "--listen", "127.0.0.1:0"]
        command += ["--service-account", str(self._folder)]
        with self.log.open("wb") as log, subprocess.Popen(command, env=nobody, stderr=log) as child:  # noqa: S603 - our own module
            self._child = child
            self._wait_for_port()
            time.sleep(_LOADED)
            child.terminate()

    def _wait_for_port(self) -> int:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for line in self.log.read_text().splitlines():
                if '"Started"' in line:
                    return int(json.loads(line)["port"])
            if self._child.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"the sidecar did not start: {self.log.read_text()[-2000:]}")
