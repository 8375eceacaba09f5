"""An API server, the sidecar's pods one after the other, and the chain behind them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localplane.children import Nursery
from localplane.plane import ControlPlane
from observability import chain
from observability.chain import Chain
from platform_status_demo import roles
from platform_status_demo.sidecar import Sidecar
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import until
from tests.cluster.truth.places import Place, Things

__all__ = ["PATIENCE", "Stage", "open_stage"]

PATIENCE = 60.0
"""Prometheus takes in a new target within ten seconds, Alertmanager flushes a group each five."""

_ROOT = Path(__file__).parents[3]
_STATEFUL_SET = ("apps/v1", "StatefulSet", "vcluster-media")


@dataclass
class Stage:
    """What is up."""

    plane: ControlPlane
    chain: Chain
    pods: dict[str, Sidecar]
    folder: Path
    nursery: Nursery
    stack: ExitStack = field(repr=False)

    def place(self, name: str) -> Place:
        """Put a request of this name, and all that it needs, into a namespace of this name."""
        admin = self.plane.admin
        admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        world.allow_secret(admin, roles.USER, name, "media-kubeconfig")
        place = Place(admin, name)
        place.put(Things(pods=(True, True, True)))
        place.ask()
        return place

    def start_pod(self, name: str) -> None:
        """Start one more pod of the sidecar; Prometheus scrapes it as soon as it has taken that in."""
        self.pods[name] = _start(self.plane, self.nursery, self.folder / name, self.stack)
        self.chain.prometheus.scrape({pod: sidecar.address for pod, sidecar in self.pods.items()})
        self.until_series(f'up{{pod="{name}"}} == 1')

    def kill_pod(self, name: str) -> None:
        """Take a pod away without a word."""
        self.pods.pop(name).kill()
        self.chain.prometheus.scrape({pod: sidecar.address for pod, sidecar in self.pods.items()})

    def until_series(self, expression: str) -> None:
        """Wait until an expression has a series."""
        until(lambda: self.chain.prometheus.series(expression), expression, PATIENCE)

    def until_told(self, what: str, alertname: str, status: str, **labels: str) -> None:
        """Wait until the receiver was told this of an alert."""
        receiver = self.chain.receiver
        came = receiver.wait(lambda kept: status in [alert.status for alert in kept.of(alertname, **labels)], PATIENCE)
        assert came, f"{what}: not within {PATIENCE} s, but {receiver.notifications}"

    def pending_since(self, name: str) -> list[str]:
        """Since when Prometheus has had VClusterNotReady of one request."""
        alerts = self.chain.prometheus.get("alerts")["alerts"]
        wanted = {"alertname": "VClusterNotReady", "name": name}.items()
        return [alert["activeAt"] for alert in alerts if wanted <= alert["labels"].items()]

    def suppressed(self, alertname: str) -> list[dict[str, Any]]:
        """The alerts of this name that Alertmanager keeps to itself because of another one."""
        held = self.chain.alertmanager.alerts()
        return [alert for alert in held if alert["labels"]["alertname"] == alertname and alert["status"]["inhibitedBy"]]

    def pause(self, place: Place) -> None:
        """Pause a virtual cluster as its owner would."""
        patch = {"metadata": {"annotations": {"loft.sh/paused": "true"}}}
        self.plane.admin.patch(*_STATEFUL_SET, patch, namespace=place.namespace)


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """A control plane of our own, with one pod of the sidecar called `a`, and the chain."""
    with ExitStack() as stack:
        plane = stack.enter_context(world.plane_with_requests())
        world.install_argo_cd(plane.admin)
        for document in roles.rights(_ROOT):
            plane.admin.apply(document)
        nursery = Nursery()
        stack.callback(nursery.close)
        first = _start(plane, nursery, folder / "a", stack)
        behind = folder / "chain"
        behind.mkdir()
        started = stack.enter_context(chain.running(first.address, behind))
        yield Stage(plane, started, {"a": first}, folder, nursery, stack)


def _start(plane: ControlPlane, nursery: Nursery, folder: Path, stack: ExitStack) -> Sidecar:
    folder.mkdir()
    sidecar = Sidecar(plane, nursery, roles.PROMISE, folder / "sidecar.log", {})
    stack.callback(sidecar.stop)
    sidecar.start()
    return sidecar
