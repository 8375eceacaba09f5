"""One control plane, proxy and fleet per worker; one sidecar per test."""

import base64
import ssl
from collections.abc import Iterator

import pytest
import yaml

from localplane.plane import ControlPlane
from platform_status_kube.kubeconfig import access
from tests.bench.load import install

from .fleet import Fleet
from .judge import Judge
from .proxy import FaultProxy
from .recorder import Recorder
from .sidecar import FaultySidecar, credentials
from .trial import Line, Starter, Trial


def authority_of(plane: ControlPlane) -> bytes:
    config = yaml.safe_load(plane.kubeconfig.read_text())
    return base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"])


def judge_of(plane: ControlPlane) -> Judge:
    """A judge who may read everything."""
    known = access(str(plane.kubeconfig))
    context = ssl.create_default_context(cafile=known.authority)
    assert known.certificate is not None
    context.load_cert_chain(*known.certificate)
    return Judge(plane.server, context)


@pytest.fixture(scope="session")
def faulty_plane() -> Iterator[ControlPlane]:
    """A control plane of our own: these tests restart it."""
    with ControlPlane() as plane:
        install(plane.admin)
        yield plane


@pytest.fixture(scope="session")
def line(faulty_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder = tmp_path_factory.mktemp("faults")
    recorder = Recorder(faulty_plane.client("recorder", ("system:masters",)))
    with FaultProxy(faulty_plane.server, authority_of(faulty_plane), folder) as proxy:
        credentials(faulty_plane.admin, proxy.authority, folder)
        fleet = Fleet(faulty_plane.admin, 3)
        recorder.start()
        yield Line(fleet, proxy, recorder, folder)
        recorder.end()


@pytest.fixture
def trial(line: Line, request: pytest.FixtureRequest) -> Iterator[Starter]:
    """Starts a sidecar in a healthy world; whatever a test leaves broken is healed for the next."""
    line.fleet.heal()
    started: list[FaultySidecar] = []

    def start(**environ: str) -> Trial:
        sidecar = FaultySidecar(line.folder, line.proxy.port, environ=environ)
        started.append(sidecar)
        sidecar.start()
        return Trial(line, sidecar)

    failed = request.session.testsfailed
    yield start
    for sidecar in started:
        if request.session.testsfailed > failed:
            sidecar.abandon()
        else:
            sidecar.stop()
