"""A world to ask about: an API server with every inhabitant in it, and what a Prometheus knows, true and false."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from localplane.client import Client, Object
from localplane.crds import APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from observability.prometheus import Prometheus, running, serving
from platform_status_contract.model.vocabulary import Phase
from platform_status_sidecar.events.announcement import Regarding, of_phase
from platform_status_sidecar.outcomes import Outcome
from tests.assistant_evaluation.inhabitants import INHABITANTS, VCLUSTER, WEBAPP, Inhabitant, status_of
from tests.cluster.hctl.world import Place, allow
from tests.cluster.sidecar.world import install_requests, until

from .page import contradicting, outcome, page
from .surroundings import Planned, surroundings

__all__ = ["Setting", "World", "world"]

_ROOT: Final = Path(__file__).parents[3]
_API: Final = "platform.integratn.tech/v1alpha1"
_KEPT: Final = ("apps", "lab", "shops")
_ASKER: Final = "asker"
_AUDIT: Final = "audit.log"
_SILENT: Final = "quiet"
_LEASE: Final = "apps/vcluster-orchestrator-v2"
_SILENT_SECONDS: Final = 300.0
_READS: Final = {"apiGroups": ["platform.integratn.tech"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
_LEASES: Final = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]}


class Setting(NamedTuple):
    """From where a question is asked.

    Attributes:
        kubeconfig: Whose eyes.
        prometheus: URL; empty for none.
    """

    kubeconfig: Path
    prometheus: str = ""


@dataclass(repr=False)
class World:
    """The world while it stands.

    Attributes:
        plane: Its control plane, which is its own: whoever asks what is broken must see nobody else's requests.
        audit: What the API server notes of those who ask: a line for each request, and Secrets with all that was sent.
        settings: World situation -> from where to ask.
        objects: ``namespace/name`` -> the request as the API server holds it.
    """

    plane: ControlPlane
    audit: Path
    settings: dict[str, Setting] = field(default_factory=dict)
    objects: dict[str, Object] = field(default_factory=dict)

    @property
    def admin(self) -> Client:
        """Who may do everything."""
        return self.plane.admin


@contextmanager
def world(binary: Path, folder: Path) -> Iterator[World]:
    """Make it.

    Args:
        binary: The prometheus to run.
        folder: An empty folder.
    """
    with ExitStack() as stack:
        # Both scrape while the control plane starts: their first look comes seconds after their start.
        told = _told()
        true = stack.enter_context(_prometheus(binary, page(told, _LEASE), folder / "true"))
        false = stack.enter_context(_prometheus(binary, page(contradicting(told), _LEASE), folder / "false"))
        plane = stack.enter_context(ControlPlane(apiserver_flags=_audit(folder)))
        made = World(plane, folder / _AUDIT)
        _install(plane.admin)
        places = {name: Place(plane.admin, name, plane.kubeconfig) for name in (*_KEPT, _SILENT)}
        for name, place in places.items():
            stack.callback(place.fall_silent, _SILENT_SECONDS)
            if name == _SILENT:
                place.renew(seconds_ago=_SILENT_SECONDS)
            else:
                place.keep_alive()
        for one in INHABITANTS:
            _settle(plane.admin, one, places[one.namespace].lease)
            made.objects[one.key] = plane.admin.get(_API, one.kind, one.name, namespace=one.namespace)
        made.settings = _settings(plane, f"http://{true.address}", f"http://{false.address}", folder)
        for started in (true, false):
            until(partial(started.series, "platform_resource_phase == 1"), "Prometheus has scraped")
        yield made


def _told() -> dict[tuple[str, str], Outcome]:
    """What the sidecars conclude; that of those in `quiet` is dead, so nobody scrapes it any more."""
    now = datetime.now(UTC)
    return {
        (one.namespace, one.name): outcome(one.kind, status_of(one, now, _LEASE))
        for one in INHABITANTS
        if one.phase and one.namespace != _SILENT
    }


def _audit(folder: Path) -> tuple[str, ...]:
    """Write the policy, and return the API server's flags: all that the one who asks does, and what Secrets he got."""
    secrets = {"level": "RequestResponse", "users": [_ASKER], "resources": [{"group": "", "resources": ["secrets"]}]}
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted"],
        "rules": [secrets, {"level": "Metadata", "users": [_ASKER]}, {"level": "None"}],
    }
    file = folder / "audit-policy.yaml"
    file.write_text(yaml.safe_dump(policy))
    return (f"--audit-policy-file={file}", f"--audit-log-path={folder / _AUDIT}")


def _install(admin: Client) -> None:
    install_requests(admin)
    install_crds(admin, [fetch_crd(APPLICATION), _ROOT / "promise/webapp/crd.yaml"])
    webapps = [f"webapp-{one.namespace}--{one.name}" for one in INHABITANTS if one.kind == WEBAPP]
    for name in (*_KEPT, _SILENT, "argocd", *webapps):
        admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def _settle(admin: Client, one: Inhabitant, lease: str) -> None:
    """Create a request, and whatever there is of it."""
    metadata: Object = {"namespace": one.namespace, "name": one.name}
    if one.phase == "Deleting":
        metadata["finalizers"] = ["kratix.io/work-cleanup"]
    spec = {"name": one.known_as} if one.kind == VCLUSTER else {"image": "team.invalid/app:1"}
    created = admin.create({"apiVersion": _API, "kind": one.kind, "metadata": metadata, "spec": spec})
    if not one.phase:
        return
    now = datetime.now(UTC).replace(microsecond=0)
    status = status_of(one, now, lease)
    if one.kind == WEBAPP:
        status["contract"]["workloads"]["namespace"] = f"webapp-{one.namespace}--{one.name}"
    written = admin.replace({**created, "status": status}, subresource="status")
    for planned in surroundings(one, status["contract"]):
        _put(admin, planned)
    if one.situation in ("degraded", "failed"):
        regarding = Regarding(_API, one.kind, (one.namespace, one.name), created["metadata"]["uid"])
        when = now - timedelta(seconds=one.since)
        event = of_phase(regarding, Phase(one.phase), one.reason, one.message, when)
        admin.create(event.body("sidecar-0", "1"))
    if one.phase == "Deleting":  # which is an edit: the sidecar has looked at that too
        admin.delete(_API, one.kind, one.name, namespace=one.namespace)
        held = admin.get(_API, one.kind, one.name, namespace=one.namespace)
        held["status"]["health"]["observedGeneration"] = held["metadata"]["generation"]
        admin.replace(held, subresource="status")
    for step in range(one.ahead):
        written["spec"]["vcluster"] = {"replicas": 3 + 2 * step}
        written = admin.replace(written)
        assert written["metadata"]["generation"] > 1


def _put(admin: Client, planned: Planned) -> None:
    created = admin.create(planned.body)
    if planned.status is not None:
        admin.replace({**created, "status": planned.status}, subresource="status")


@contextmanager
def _prometheus(binary: Path, text: bytes, folder: Path) -> Iterator[Prometheus]:
    folder.mkdir()
    with serving(text) as target, running(binary, target, [], folder) as started:
        yield started


def _settings(plane: ControlPlane, true: str, false: str, folder: Path) -> dict[str, Setting]:
    closed = f"http://127.0.0.1:{_closed_port()}"
    admin = plane.kubeconfig_for(_ASKER, ["system:masters"])
    allow(plane.admin, "jane", "apps", [_READS, _LEASES])
    nobody = plane.kubeconfig_for("joe", namespace="apps")
    gone = yaml.safe_load(admin.read_text())
    for cluster in gone["clusters"]:
        cluster["cluster"]["server"] = closed.replace("http", "https")
    unreachable = folder / "unreachable.kubeconfig"
    unreachable.write_text(yaml.safe_dump(gone))
    return {
        "normal": Setting(admin, true),
        "no-prometheus": Setting(admin),
        "prometheus-down": Setting(admin, closed),
        "contradiction": Setting(admin, false),
        "one-namespace": Setting(plane.kubeconfig_for("jane", namespace="apps"), true),
        "forbidden": Setting(nobody),
        "forbidden-but-prometheus": Setting(nobody, true),
        "unreachable": Setting(unreachable),
        "unreachable-but-prometheus": Setting(unreachable, true),
    }


def _closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
