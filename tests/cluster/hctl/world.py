"""A namespace with requests in whatever phase, a Lease, and hctl as its user types it."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from hctl.__main__ import run
from localplane.client import Client, Object
from localplane.crds import install_crds
from platform_status_kube.errors import NotFoundError
from tests.cluster.sidecar.world import until
from tests.unit.hctl import requests

__all__ = [
    "KIND",
    "PATIENCE",
    "Place",
    "command",
    "environment",
    "hctl",
    "hctl_process",
    "other_kinds",
    "put_other",
]

KIND: Final = ("platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2")
PATIENCE: Final = 60.0
"""Seconds until a test gives up waiting, on a machine that does other things too."""

_RENEWAL: Final = 5.0
_LEASE: Final = ("coordination.k8s.io/v1", "Lease")
_CRD: Final = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
_OTHERS: Final = "example.org"


def command(*words: str) -> list[str]:
    """How hctl is started."""
    return [sys.executable, "-m", "hctl", *words]


def environment(kubeconfig: Path | str, **further: str) -> dict[str, str]:
    """The environment of a process that is not in a terminal."""
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
    return {**inherited, "KUBECONFIG": str(kubeconfig), "PYTHONUTF8": "1", **further}


def hctl(kubeconfig: Path | str, *words: str, **further: str) -> "subprocess.CompletedProcess[str]":
    """Run hctl to its end, in this process, with an environment and streams of its own.

    To start Python and to import takes longer than to answer; `hctl_process` does that where it matters.
    """
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        patch.setattr(os, "environ", environment(kubeconfig, **further))
        with pytest.raises(SystemExit) as ended:
            run("hctl", words)
    told = []
    for stream in streams[1:]:
        stream.flush()
        told.append(stream.buffer.getvalue().decode())
    return subprocess.CompletedProcess(words, int(ended.value.code or 0), *told)


def hctl_process(kubeconfig: Path | str, *words: str, **further: str) -> "subprocess.CompletedProcess[str]":
    """Run hctl to its end as a process; whatever happens, nobody may see a traceback."""
    ended = subprocess.run(  # noqa: S603 - our own
        command(*words),
        env=environment(kubeconfig, **further),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended


@dataclass
class Place:
    """A namespace; its Lease lives in it too, so that no test disturbs another."""

    admin: Client
    namespace: str
    kubeconfig: Path
    put_elsewhere: list[tuple[str, str]] = field(default_factory=list)
    _silent: threading.Event = field(default_factory=threading.Event)
    _keeper: threading.Thread | None = None

    @property
    def lease(self) -> str:
        """``namespace/name`` of the Lease of this place."""
        return f"{self.namespace}/vcluster-orchestrator-v2"

    def unique(self, name: str) -> str:
        """A name that no other test of this API server uses."""
        return f"{name}-{self.namespace.removeprefix('test-')}"

    def run(self, *words: str, **further: str) -> "subprocess.CompletedProcess[str]":
        """Run hctl as the administrator."""
        return hctl(self.kubeconfig, *words, **further)

    def asked(self, *words: str) -> Any:  # noqa: ANN401 - JSON
        """What hctl says with -o json."""
        ended = self.run(*words, "-o", "json")
        assert ended.stdout, ended.stderr
        return json.loads(ended.stdout)

    def put(
        self, name: str, phase: str, *, namespace: str = "", spec_name: str = "", **status: requests.Value
    ) -> Object:
        """Create a request in a phase, as pipeline and sidecar would leave it."""
        where = namespace or self.namespace
        called = spec_name or name
        found = requests.request(phase, now=_now(), namespace=where, name=called, **status)
        said = found.pop("status")
        metadata: dict[str, Any] = {"namespace": where, "name": name}
        if phase == "Deleting":
            metadata["finalizers"] = ["example.org/hold"]
        created = self.admin.create({**found, "metadata": metadata})
        self.put_elsewhere.append((where, name))
        written = self.say(name, said, namespace=where)
        if phase == "Deleting":
            self.admin.delete(*KIND, name, namespace=where)
        assert created["metadata"]["name"] == name
        return written

    def say(self, name: str, status: dict[str, Any], *, namespace: str = "", observed: int | None = None) -> Object:
        """Write a status for the generation that is there, or for another one."""
        where = namespace or self.namespace
        found = self.admin.get(*KIND, name, namespace=where)
        health = status.get("health")
        if isinstance(health, dict) and "observedGeneration" in health:
            health["observedGeneration"] = observed or found["metadata"]["generation"]
            health["reporter"] = {"lease": self.lease, "version": "0.1.0"}
        return self.admin.replace({**found, "status": status}, subresource="status")

    def become(self, name: str, phase: str, *, observed: int | None = None, **status: requests.Value) -> Object:
        """Put a request into another phase."""
        said = requests.status(phase, now=_now(), namespace=self.namespace, name=name, **status)
        return self.say(name, said, observed=observed)

    def renew(self, *, seconds_ago: float = 0) -> None:
        """Renew the Lease, as the sidecar would, or as one would that fell silent."""
        renewed = (_now() - timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        namespace, _, name = self.lease.partition("/")
        lease = {"apiVersion": _LEASE[0], "kind": _LEASE[1], "metadata": {"namespace": namespace, "name": name}}
        self.admin.apply({**lease, "spec": {"renewTime": renewed, "leaseDurationSeconds": 40}})

    def keep_alive(self) -> None:
        """Renew the Lease every few seconds from now on, in a thread of its own: a busy machine makes tests long."""
        self.renew()

        def keep() -> None:
            while not self._silent.wait(_RENEWAL):
                self.renew()

        self._keeper = threading.Thread(target=keep, name="lease")
        self._keeper.start()

    def fall_silent(self, seconds_ago: float = 0) -> None:
        """Stop renewing, as if the sidecar had died so many seconds ago."""
        self._silent.set()
        if self._keeper is not None:
            self._keeper.join()
        self.renew(seconds_ago=seconds_ago)

    def clear(self) -> None:
        """Take the requests away."""
        self._silent.set()
        if self._keeper is not None:
            self._keeper.join()
        for namespace, name in self.put_elsewhere:
            found = self.admin.find(*KIND, name, namespace=namespace)
            if found and found["metadata"].get("finalizers"):
                self.admin.patch(*KIND, name, {"metadata": {"finalizers": None}}, namespace=namespace)
            self.admin.delete(*KIND, name, namespace=namespace, missing_ok=True)


@contextmanager
def other_kinds(admin: Client, folder: Path, kinds: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Golden paths of somebody else's, by kind with its categories, for as long as one test looks at them.

    Every hctl that looks at all golden paths finds them: the next test on this API server must not.
    """
    crds = [_crd(kind, categories) for kind, categories in kinds.items()]
    path = folder / "others.yaml"
    path.write_text(yaml.safe_dump_all(crds))
    install_crds(admin, [path])
    try:
        yield
    finally:
        names = [crd["metadata"]["name"] for crd in crds]
        for name in names:
            admin.delete(_CRD["apiVersion"], _CRD["kind"], name)
        for name in names:
            admin.wait_gone(_CRD["apiVersion"], _CRD["kind"], name, timeout=PATIENCE)
        # discovery names a kind for a moment longer than its CRD is there
        plurals = {name.split(".")[0] for name in names}
        until(lambda: not plurals & _discovered(admin), f"discovery no longer names {plurals}", PATIENCE)


def _crd(kind: str, categories: Sequence[str]) -> Object:
    plural = f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        **_CRD,
        "metadata": {"name": f"{plural}.{_OTHERS}"},
        "spec": {
            "group": _OTHERS,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "categories": list(categories)},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def _discovered(admin: Client) -> set[str]:
    try:
        found = admin.request("GET", f"/apis/{_OTHERS}/v1")
    except NotFoundError:
        return set()
    return {resource["name"] for resource in found["resources"]}


def put_other(place: Place, kind: str, name: str) -> None:
    said = requests.status("Ready", namespace=place.namespace, name=name)
    said["contract"]["displayName"] = "Web app"
    said["health"] |= {"observedGeneration": 1, "reporter": {"lease": place.lease, "version": "0.1.0"}}
    metadata = {"namespace": place.namespace, "name": name}
    created = place.admin.create({"apiVersion": f"{_OTHERS}/v1", "kind": kind, "metadata": metadata, "spec": {}})
    place.admin.replace({**created, "status": said}, subresource="status")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
