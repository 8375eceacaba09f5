"""One virtual cluster of the older implementation, and the table of its objects over the moments of an upgrade."""

import queue
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kratix_double.double import KratixDouble
from kratix_double.job import Pipeline
from kratix_double.timings import Timings
from kratix_double.works import Destination
from localplane.client import Client
from tests.cluster.upgrade import theirs
from tests.cluster.upgrade.agent import Agent, Commit, CommittedStore, Identity
from tests.cluster.upgrade.controllers import Controllers

__all__ = ["World", "played"]

_PATIENCE, _QUIET, _POLL, _PACE = 90.0, 1.0, 0.25, 0.05
_GROUPS = {
    "argocd.argoproj.io": "argoproj.io/v1alpha1",
    "argoproj.io": "argoproj.io/v1alpha1",
    "batch": "batch/v1",
    "cert-manager.io": "cert-manager.io/v1",
    "cilium.io": "cilium.io/v2",
    "external-secrets.io": "external-secrets.io/v1beta1",
    "networking.k8s.io": "networking.k8s.io/v1",
    "platform.integratn.tech": theirs.API,
    "rbac.authorization.k8s.io": "rbac.authorization.k8s.io/v1",
}


def watched(name: str) -> dict[str, list[Identity]]:
    """What must stay, as the issue and docs/upgrade.md call it -> the objects."""
    target, argo, requests = f"vcluster-{name}", "argoproj.io/v1alpha1", _requests(name)
    certificates = ("ca", "server", "peer")
    policies = ("default-deny-all", "allow-dns", "allow-intra-namespace", "allow-vcluster-external")
    optional = ("allow-nfs-egress", "allow-database-egress")
    cilium = ("allow-kube-api", "allow-coredns-to-host-dns", "allow-vcluster-lb-snat")
    sub_requests = (
        ("ArgoCDProject", target),
        ("ArgoCDApplication", target),
        ("ArgoCDClusterRegistration", f"{name}-cluster-registration"),
    )
    return {
        "Namespace": [Identity("v1", "Namespace", None, target)],
        "PersistentVolumeClaims": [
            Identity("v1", "PersistentVolumeClaim", target, f"data-{name}{part}-0") for part in ("", "-etcd")
        ],
        "StatefulSet of the chart": [Identity("apps/v1", "StatefulSet", target, name)],
        "sub-requests": [Identity(theirs.API, kind, requests, called) for kind, called in sub_requests],
        "Application": [Identity(argo, "Application", "argocd", target)],
        "Project": [Identity(argo, "AppProject", "argocd", target)],
        "registration Secret": [Identity("v1", "Secret", "argocd", f"cluster-{name}")],
        "etcd Certificates and Issuers": [
            *(Identity("cert-manager.io/v1", "Certificate", target, f"{name}-etcd-{part}") for part in certificates),
            *(Identity("cert-manager.io/v1", "Issuer", target, f"{name}-etcd-{part}") for part in ("selfsigned", "ca")),
        ],
        "etcd Secrets": [Identity("v1", "Secret", target, f"{name}-etcd-{part}") for part in certificates],
        "NetworkPolicies": [
            *(Identity("networking.k8s.io/v1", "NetworkPolicy", target, it) for it in policies + optional),
            *(Identity("cilium.io/v2", "CiliumNetworkPolicy", target, it) for it in cilium),
        ],
        "CoreDNS ConfigMap": [Identity("v1", "ConfigMap", target, f"vc-{name}-coredns")],
    }


def _requests(name: str) -> str:
    return f"requests-{name}"


@dataclass
class World:
    """What a test sees and does.

    Attributes:
        client: An administrator.
        name: Name of the virtual cluster and of its request.
        kratix: The double of their orchestrator's Promise.
        destination: Where that one's Works go.
        store: The state store, of all four Promises.
        moments: What was found at each moment: moment -> row -> state.
    """

    client: Client
    name: str
    kratix: KratixDouble
    destination: Destination
    store: CommittedStore
    moments: dict[str, dict[str, str]] = field(default_factory=dict)
    uids: dict[Identity, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.namespace = _requests(self.name)
        self._agent = Agent(self.client)
        self._controllers = Controllers(self.client, self.name)

    def request(self) -> dict[str, Any]:
        """The request as it stands."""
        api_version, kind = theirs.API, theirs.ORCHESTRATOR.kind
        return self.client.get(api_version, kind, self.name, namespace=self.namespace)

    def ran(self, *pipelines: str) -> bool:
        """Whether the last run is over, and of these pipelines."""
        found = self.request().get("status", {}).get("kratix", {}).get("workflows", {}).get("pipelines", [])
        return [(entry["name"], entry["phase"]) for entry in found] == [(name, "Succeeded") for name in pipelines]

    def upgrade(self, pipeline: Pipeline, *, matches: bool, until: Callable[[], bool]) -> None:
        """Change the Promise, and let everything come to rest; every commit is a moment of the table.

        Args:
            pipeline: Its configure pipeline from now on.
            matches: Whether its selectors find the Destination.
            until: Whether the change has come through.
        """
        self.destination.matches = matches
        self.kratix.rerun_all([pipeline])
        self.settle(until)

    def settle(self, until: Callable[[], bool]) -> None:
        """Sync commit by commit until something holds and, from then on, no commit has come for a while."""
        end, holds, quiet = time.monotonic() + _PATIENCE, False, 0.0
        while not holds or time.monotonic() < quiet:
            assert time.monotonic() < end, (self.request().get("status"), self.kratix.complaints, self.missing())
            try:
                self._take(self.store.commits.get(timeout=_POLL))
                quiet = time.monotonic() + _QUIET
            except queue.Empty:
                if not holds and until():
                    holds, quiet = True, time.monotonic() + _QUIET

    def _take(self, commit: Commit) -> None:
        number = len(self.moments) // 2
        self.look(f"{number}: before {commit.what}")
        self._agent.sync(commit.files)
        self._controllers.act()
        self._controllers.act()
        self.look(f"{number}: after {commit.what}")

    def complete(self) -> bool:
        """Whether everything that must stay is there; then its uids are remembered."""
        self.uids = self._standing()
        return not self.missing()

    def missing(self) -> list[Identity]:
        """What must stay and was not there when it was remembered."""
        return [identity for row in watched(self.name).values() for identity in row if identity not in self.uids]

    def look(self, moment: str) -> None:
        """Compare what stands with what stood."""
        standing = self._standing()
        for row, identities in watched(self.name).items():
            states = {identity in standing and standing[identity] == self.uids.get(identity) for identity in identities}
            word = "stays" if states == {True} else "DELETED" if states == {False} else "partly"
            self.moments.setdefault(moment, {})[row] = word

    def lost(self) -> list[str]:
        """The rows of which something was lost at some moment."""
        self.look("end")
        return [row for row in watched(self.name) if any(states[row] != "stays" for states in self.moments.values())]

    def table(self) -> str:
        """Objects by moments."""
        moments = list(self.moments)
        legend = [f"  {index}  {moment}" for index, moment in enumerate(moments)]
        rows = [
            f"{row:30}" + "".join(f"{self.moments[moment][row]:>9}" for moment in moments) for row in watched(self.name)
        ]
        head = f"{self.name:30}" + "".join(f"{index:>9}" for index in range(len(moments)))
        return "\n".join([*legend, head, *rows])

    def show(self) -> None:
        """Print the table, for who runs the test with -s."""
        sys.stdout.write(f"\n{self.table()}\n")

    def delete(self) -> None:
        """Delete the request, and wait until nothing of what is watched stands."""
        self.client.delete(theirs.API, theirs.ORCHESTRATOR.kind, self.name, namespace=self.namespace)
        self.settle(lambda: not self._standing())

    def run(self, script: str) -> int:
        """Run lines `kubectl annotate KIND.GROUP/NAME ...`, as kubectl would; returns how many."""
        lines = [line for line in script.splitlines() if line and not line.startswith("#")]
        for line in lines:
            self._annotate(shlex.split(line))
        return len(lines)

    def _annotate(self, words: Sequence[str]) -> None:
        assert words[:2] == ["kubectl", "annotate"], words
        kind_group, name = words[2].split("/")
        kind, _, group = kind_group.partition(".")
        namespace = words[words.index("-n") + 1] if "-n" in words else None
        manager = next(word for word in words if word.startswith("--field-manager=")).partition("=")[2]
        keys = [word for word in words[3:] if "/" in word.partition("=")[0]]
        annotations = {key.rstrip("-"): value if equals else None for key, equals, value in map(_parted, keys)}
        api_version = _GROUPS[group] if group else "v1"
        named = {item["name"]: item["kind"] for item in self._resources(api_version)}
        patch = {"metadata": {"annotations": annotations}}
        self.client.patch(
            api_version, named[kind], name, patch, namespace=namespace, field_manager=manager
        )  # fmt: skip

    def _resources(self, api_version: str) -> Iterator[dict[str, str]]:
        prefix = "apis" if "/" in api_version else "api"
        for item in self.client.request("GET", f"/{prefix}/{api_version}")["resources"]:
            if "/" not in item["name"]:
                yield {"name": item["kind"].lower(), "kind": item["kind"]}

    def _standing(self) -> dict[Identity, str]:
        """The uids of what is watched and stands; what is gone or on its way is left out."""
        every = {identity for row in watched(self.name).values() for identity in row}
        found: dict[Identity, str] = {}
        for api_version, kind, namespace in {identity[:3] for identity in every}:
            for item in self.client.list(api_version, kind, namespace=namespace):
                metadata = item["metadata"]
                if "deletionTimestamp" not in metadata:
                    found[Identity(api_version, kind, namespace, metadata["name"])] = metadata["uid"]
        return {identity: uid for identity, uid in found.items() if identity in every}


def _parted(word: str) -> tuple[str, str, str]:
    return word.partition("=")


@contextmanager
def played(client: Client, name: str, folder: Path) -> Iterator[World]:
    """Play the older implementation until one virtual cluster of it stands, and remember its objects."""
    store = CommittedStore()
    namespace = _requests(name)
    client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    timings = Timings(pace=_PACE)
    with ExitStack() as stack:
        kratix = []
        for number, (promise, pipeline) in enumerate([(theirs.ORCHESTRATOR, theirs.configure()), *theirs.SUB_PROMISES]):
            jobs = folder / f"jobs-{number}"
            jobs.mkdir()
            destination = Destination(store=store)
            double = KratixDouble(
                client,
                promise,
                configure=[pipeline],
                folder=jobs,
                namespace=namespace,
                timings=timings,
                destination=destination,
                pods=False,
            )
            kratix.append((stack.enter_context(double), destination))
        world = World(client, name, *kratix[0], store)
        client.create(theirs.request(name, namespace))
        world.settle(lambda: world.ran("vco-v2-configure") and world.complete())
        assert not world.missing()
        world.moments.clear()
        world.look("before")
        yield world
        assert [double.complaints for double, _ in kratix] == [[]] * len(kratix)
